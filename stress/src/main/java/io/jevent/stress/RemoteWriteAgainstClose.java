package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.RemoteBufferEvent;
import io.jevent.bufferevent.RemoteResult;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A buffer is handed over while the loop closes the buffer event: its memory goes home once, whoever has it then. */
@JCStressTest
@Outcome(id = "ACCEPTED, home, told", expect = ACCEPTABLE, desc = "It came before the close, and was dropped with it.")
@Outcome(
        id = "ACCEPTED, home, CLOSED",
        expect = ACCEPTABLE,
        desc = "The close came between the write and the question.")
@Outcome(id = "CLOSED, home, CLOSED", expect = ACCEPTABLE, desc = "It came after the close and stayed the caller's.")
@Outcome(expect = FORBIDDEN, desc = "Memory was lost or given back twice, or who waits is never told.")
@State
public class RemoteWriteAgainstClose extends RemoteCase {
    private final BufferPool pool = BufferPool.create(BufferPool.DEFAULT_MAX_BYTES);
    private final AtomicInteger told = new AtomicInteger();

    /** The writer is about to. */
    private volatile boolean ready;

    private volatile boolean done;
    private RemoteResult written = RemoteResult.FULL;
    private RemoteResult waits = RemoteResult.FULL;

    @Override
    void begin(PairBufferEvent writer, PairBufferEvent other) {
        other.disableReading();
        writer.write(new byte[2]); // So it is not writable, and what comes stays in the queue.
        writer.remote().maxQueuedBytes(2000);
        base.execute(() -> closeOnceReady(writer));
    }

    private void closeOnceReady(PairBufferEvent writer) {
        if (ready) {
            writer.close();
            base.execute(() -> base.execute(this::exitOnceDone));
        } else {
            base.execute(() -> closeOnceReady(writer));
        }
    }

    private void exitOnceDone() {
        if (done) {
            base.execute(base::exit); // After whoever was promised a call.
        } else {
            base.execute(this::exitOnceDone);
        }
    }

    @Actor
    public void loop() {
        runLoop();
        base.close();
    }

    @Actor
    public void write() {
        RemoteBufferEvent remote = awaitRemote();
        try (EvBuffer buffer = EvBuffer.create(pool)) {
            buffer.add(new byte[2000]);
            ready = true;
            written = remote.write(buffer);
        }
        waits = remote.whenWritable(told::incrementAndGet);
        done = true;
    }

    @Arbiter
    public void result(L_Result result) {
        String end = waits == RemoteResult.ACCEPTED ? (told.get() == 1 ? "told" : "told " + told) : waits.toString();
        result.r1 = written + ", " + (pool.bytesInUse() == 0 ? "home" : "lost") + ", " + end;
        pool.close();
    }
}
