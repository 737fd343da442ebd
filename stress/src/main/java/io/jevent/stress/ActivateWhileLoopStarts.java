package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.LoopOption;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A base's maker activates an event while another thread begins to run the loop, which makes the base its own. */
@JCStressTest
@Outcome(
        id = "called",
        expect = ACCEPTABLE,
        desc = "Before or after the loop began, as Event.activate() is open to any thread.")
@Outcome(id = "WrongThreadException", expect = FORBIDDEN, desc = "Event.activate() is open to any thread.")
@Outcome(expect = FORBIDDEN, desc = "The activation was lost or doubled, or came to the loop in pieces.")
@State
public class ActivateWhileLoopStarts {
    private volatile @Nullable EventBase base;
    private volatile int calls;
    private volatile @Nullable String trouble;

    @Actor
    public void make() {
        EventBase fresh = new ParkingBackend().newBase();
        Event event = Event.user(fresh, (it, triggers) -> called());
        base = fresh;
        try {
            event.activate();
        } catch (RuntimeException | AssertionError e) {
            trouble = e.getClass().getSimpleName();
        }
        // The first lets the event's callback be due, the second ends the loop behind it.
        fresh.execute(() -> {});
        fresh.execute(fresh::exit);
    }

    @Actor
    public void loop() {
        try (EventBase its = awaitBase()) {
            its.loop(LoopOption.NO_EXIT_ON_EMPTY);
        } catch (UncheckedIOException e) {
            trouble = "slept on";
        } catch (RuntimeException | AssertionError e) {
            trouble = "the loop ended with " + e.getClass().getSimpleName();
        }
    }

    private EventBase awaitBase() {
        EventBase its = base;
        while (its == null) {
            Thread.onSpinWait();
            its = base;
        }
        return its;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only the loop writes it
    private void called() {
        calls++;
    }

    @Arbiter
    public void result(L_Result result) {
        String before = trouble;
        result.r1 = before != null ? before : calls == 1 ? "called" : "called " + calls + " times";
    }
}
