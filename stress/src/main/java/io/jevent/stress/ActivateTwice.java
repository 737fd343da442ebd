package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.LoopOption;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** Two threads activate one event; what each wrote before is there when its callback runs. */
@JCStressTest
@Outcome(id = "called once, saw both", expect = ACCEPTABLE, desc = "The second came before the callback ran: one call.")
@Outcome(id = "called twice, saw both", expect = ACCEPTABLE, desc = "The second came later: a call of its own.")
@Outcome(id = ".*slept on", expect = FORBIDDEN, desc = "A wake-up was lost.")
@Outcome(
        expect = FORBIDDEN,
        desc = "An activation was lost or doubled, or the callback ran without what came before it.")
@State
public class ActivateTwice {
    /** Made by the loop's thread, so that both others are others from the start. */
    private volatile @Nullable Event event;

    private @Nullable Future<?> loop;

    // Plain on purpose: activation is what publishes them.
    private boolean wroteOne;
    private boolean wroteOther;

    private int calls;
    private int done;
    private boolean sawBoth;
    private boolean sleptOn;

    private void loop() {
        EventBase base = new ParkingBackend().newBase();
        event = Event.user(base, (it, triggers) -> called());
        try (base) {
            base.loop(LoopOption.NO_EXIT_ON_EMPTY);
        } catch (UncheckedIOException e) {
            sleptOn = true;
        }
    }

    @Actor
    public void one() {
        loop = Helper.start(this::loop);
        wroteOne = true;
        activate();
    }

    @Actor
    public void other() {
        wroteOther = true;
        activate();
    }

    private void activate() {
        Event its = event;
        while (its == null) {
            Thread.onSpinWait();
            its = event;
        }
        its.activate();
        EventBase base = its.base();
        base.execute(() -> exitAfterBoth(base));
    }

    private void called() {
        calls++;
        sawBoth = wroteOne && wroteOther;
    }

    /** The exit waits behind the event's callback, if that is due. */
    private void exitAfterBoth(EventBase base) {
        if (++done == 2) {
            base.exit();
        }
    }

    @Arbiter
    public void result(L_Result result) {
        Helper.join(Objects.requireNonNull(loop));
        String called = switch (calls) {
            case 1 -> "called once";
            case 2 -> "called twice";
            default -> "called " + calls + " times";
        };
        result.r1 = called + (sawBoth ? ", saw both" : ", did not see both") + (sleptOn ? ", slept on" : "");
    }
}
