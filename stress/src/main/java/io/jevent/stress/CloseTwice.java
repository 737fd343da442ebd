package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** Two threads close one base, whose event waits for its last call. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "One of them closed it, the other did nothing.")
@Outcome(expect = FORBIDDEN, desc = "The last call was lost or doubled, or a close threw.")
@State
public class CloseTwice {
    private final EventBase base = new ParkingBackend().newBase();
    private final AtomicInteger lastCalls = new AtomicInteger();
    private volatile String thrown = "";

    public CloseTwice() {
        Event.user(base, (it, triggers) -> {}).close(it -> lastCalls.incrementAndGet());
    }

    @Actor
    public void one() {
        close();
    }

    @Actor
    public void other() {
        close();
    }

    private void close() {
        try {
            base.close();
        } catch (RuntimeException | AssertionError e) {
            thrown = ", " + e.getClass().getSimpleName();
        }
    }

    @Arbiter
    public void result(L_Result result) {
        result.r1 = lastCalls + thrown;
    }
}
