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

/** The owner closes its pool while another thread still drains a buffer of that memory. */
@JCStressTest
@Outcome(id = "all home", expect = ACCEPTABLE, desc = "The memory lived until the last byte was out, and not longer.")
@Outcome(expect = FORBIDDEN, desc = "The memory went away under the buffer, or was not given back.")
@State
public class LastBytesAfterClose extends PoolCase {
    private final EvBuffer handed = EvBuffer.create(pool);
    private volatile boolean isHanded;

    @Actor
    public void owner() {
        pool.confineTo(Thread.currentThread());
        handed.add(Pattern.bytes('h', 3000));
        isHanded = true;
        pool.close();
    }

    @Actor
    public void other() {
        while (!isHanded) {
            Thread.onSpinWait();
        }
        try {
            check(handed, 'h', 500);
            check(handed, 'h', 2500);
        } catch (IllegalStateException e) {
            trouble = "memory gone";
        }
    }

    @Arbiter
    public void result(L_Result result) {
        result.r1 = verdict(pool.bytesInUse());
    }
}
