package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.jevent.buffer.EvBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** The owner of a confined pool takes and returns chunks while another thread returns some that it was handed. */
@JCStressTest
@Outcome(
        id = "all home",
        expect = ACCEPTABLE,
        desc = "Every chunk came back once, and no two buffers had the same one.")
@Outcome(id = ".*foreign bytes.*", expect = FORBIDDEN, desc = "A chunk was handed out while another held it.")
@Outcome(expect = FORBIDDEN, desc = "A chunk came back twice or never.")
@State
public class ChunksComeHome extends PoolCase {
    private final EvBuffer handed = EvBuffer.create(pool);
    private volatile boolean isHanded;

    @Actor
    public void owner() {
        pool.confineTo(Thread.currentThread());
        for (int i = 0; i < 4; i++) {
            handed.add(Pattern.bytes('h', 1024));
        }
        isHanded = true;
        for (int i = 0; i < 8; i++) {
            try (EvBuffer own = EvBuffer.createConfined(pool)) {
                own.add(Pattern.bytes('o', 2048));
                check(own, 'o', 2048);
            }
        }
    }

    @Actor
    public void other() {
        while (!isHanded) {
            Thread.onSpinWait();
        }
        check(handed, 'h', 1500);
        check(handed, 'h', 4096 - 1500);
    }

    @Arbiter
    public void result(L_Result result) {
        pool.confineTo(Thread.currentThread());
        result.r1 = verdict(Pattern.bytesInUse(pool));
        handed.close();
        pool.close();
    }
}
