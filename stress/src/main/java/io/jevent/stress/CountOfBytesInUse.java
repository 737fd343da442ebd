package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** The owner of a confined pool asks for the bytes in use after another thread has returned them all. */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "Exact on the owner's thread, as BufferPool.bytesInUse() promises.")
@Outcome(expect = FORBIDDEN, desc = "Chunks that are back still count.")
@State
public class CountOfBytesInUse {
    private final BufferPool pool = BufferPool.create(BufferPool.DEFAULT_MAX_BYTES);
    private final EvBuffer handed = EvBuffer.create(pool);
    private volatile boolean isHanded;
    private volatile boolean isBack;
    private long counted;

    @Actor
    public void owner() {
        pool.confineTo(Thread.currentThread());
        handed.add(Pattern.bytes('h', 4096));
        isHanded = true;
        while (!isBack) {
            Thread.onSpinWait();
        }
        counted = pool.bytesInUse();
    }

    @Actor
    public void other() {
        while (!isHanded) {
            Thread.onSpinWait();
        }
        handed.drain(4096);
        isBack = true;
    }

    @Arbiter
    public void result(L_Result result) {
        result.r1 = Long.toString(counted);
        pool.confineTo(Thread.currentThread());
        pool.close();
    }
}
