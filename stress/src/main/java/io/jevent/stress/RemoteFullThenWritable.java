package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.RemoteBufferEvent;
import io.jevent.bufferevent.RemoteResult;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A thread fills the queue while the loop empties it; refused, it asks to be told and goes on when it is. */
@JCStressTest
@Outcome(id = "8 bytes", expect = ACCEPTABLE, desc = "Whoever was refused was told, and all came.")
@Outcome(
        id = ".*slept on",
        expect = FORBIDDEN,
        desc = "Nobody was told that there is room, or the loop not that there is work.")
@Outcome(expect = FORBIDDEN, desc = "Bytes were lost or came twice.")
@State
public class RemoteFullThenWritable extends RemoteCase {
    private static final int BYTES = 8;
    private static final int AT_A_TIME = 2;

    private int received;
    private int written;

    @Override
    void begin(PairBufferEvent writer, PairBufferEvent other) {
        writer.remote().maxQueuedBytes(3);
        other.onRead(it -> {
            received += (int) it.input().drain(Long.MAX_VALUE);
            if (received >= BYTES) {
                base.exit();
            }
        });
    }

    @Actor
    public void loop() {
        runLoop();
    }

    @Actor
    public void write() {
        writeOn(awaitRemote());
    }

    /** On one thread after the other: the view hands on what they wrote before. */
    private void writeOn(RemoteBufferEvent remote) {
        while (written < BYTES) {
            if (remote.write(new byte[AT_A_TIME]) == RemoteResult.FULL) {
                remote.whenWritable(() -> writeOn(remote));
                return;
            }
            written += AT_A_TIME;
        }
    }

    @Arbiter
    public void result(L_Result result) {
        result.r1 = received + " bytes" + (sleptOn ? ", slept on" : "");
        base.close();
    }
}
