package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.LoopOption;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** An event is activated while its base turns once and is closed, and again afterwards. */
@JCStressTest
@Outcome(id = "called, then rejected", expect = ACCEPTABLE, desc = "The first came before the turn.")
@Outcome(id = "dropped, then rejected", expect = ACCEPTABLE, desc = "The first came between the turn and the close.")
@Outcome(id = "rejected, then rejected", expect = ACCEPTABLE, desc = "The first came after the close.")
@Outcome(id = ".*, then silent", expect = FORBIDDEN, desc = "Event.activate() promises an exception on a closed base.")
@Outcome(expect = FORBIDDEN, desc = "The callback ran after the close, or twice.")
@State
public class ActivateAgainstClose {
    /** Made by the loop's thread, so that the other is another from the start. */
    private volatile @Nullable Event event;

    private volatile boolean closed;
    private volatile boolean calledLate;
    private volatile int calls;
    private boolean rejected;
    private boolean rejectedAgain;

    @Actor
    public void turnThenClose() {
        EventBase base = new ParkingBackend().newBase();
        event = Event.user(base, (it, triggers) -> called());
        base.loop(LoopOption.NONBLOCK);
        base.close();
        closed = true;
    }

    @Actor
    public void activate() {
        Event its = event;
        while (its == null) {
            Thread.onSpinWait();
            its = event;
        }
        rejected = isRejected(its);
        while (!closed) {
            Thread.onSpinWait();
        }
        rejectedAgain = isRejected(its);
    }

    private static boolean isRejected(Event event) {
        try {
            event.activate();
            return false;
        } catch (RejectedExecutionException e) {
            return true;
        }
    }

    @SuppressWarnings(
            "NonAtomicVolatileUpdate") // a second call at the same time would be another's bug, and come out as well
    private void called() {
        calledLate |= closed;
        calls++;
    }

    @Arbiter
    public void result(L_Result result) {
        String first = calls == 0 ? (rejected ? "rejected" : "dropped") : calls == 1 ? "called" : "called " + calls;
        result.r1 =
                first + (calledLate ? " after the close" : "") + (rejectedAgain ? ", then rejected" : ", then silent");
    }
}
