package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.RemoteBufferEvent;
import java.nio.charset.StandardCharsets;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A thread writes three times, a copy and a buffer among them, while the loop sends, is full, sleeps and wakes. */
@JCStressTest
@Outcome(id = "abcdef", expect = ACCEPTABLE, desc = "Each came once, in order.")
@Outcome(id = ".*slept on", expect = FORBIDDEN, desc = "A wake-up was lost.")
@Outcome(expect = FORBIDDEN, desc = "Bytes were lost, came twice or overtook each other.")
@State
public class RemoteWritesKeepOrder extends RemoteCase {
    private String received = "";

    @Override
    void begin(PairBufferEvent writer, PairBufferEvent other) {
        other.onRead(it -> {
            received += it.input().removeString(StandardCharsets.US_ASCII);
            if (received.length() >= 6) {
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
        RemoteBufferEvent remote = awaitRemote();
        remote.write(new byte[] {'a', 'b'});
        try (EvBuffer buffer = EvBuffer.create()) {
            buffer.addAscii("cd");
            remote.write(buffer);
        }
        remote.write(new byte[] {'e', 'f'});
    }

    @Arbiter
    public void result(L_Result result) {
        result.r1 = received + (sleptOn ? " slept on" : "");
        base.close();
    }
}
