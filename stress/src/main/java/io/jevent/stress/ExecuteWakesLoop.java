package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.jevent.event.EventBase;
import io.jevent.event.LoopOption;
import java.io.UncheckedIOException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A task comes while the loop goes to sleep. */
@JCStressTest
@Outcome(id = "ran once", expect = ACCEPTABLE, desc = "The loop saw the task before it slept, or was woken.")
@Outcome(id = "slept on", expect = FORBIDDEN, desc = "The wake-up was lost.")
@Outcome(expect = FORBIDDEN, desc = "The task was lost or ran twice.")
@State
public class ExecuteWakesLoop {
    private final EventBase base = new ParkingBackend().newBase();
    private boolean sleptOn;
    private int runs;

    @Actor
    public void loop() {
        try {
            base.loop(LoopOption.NO_EXIT_ON_EMPTY);
        } catch (UncheckedIOException e) {
            sleptOn = true;
        }
    }

    @Actor
    public void execute() {
        base.execute(() -> {
            runs++;
            base.exit();
        });
    }

    @Arbiter
    public void result(L_Result result) {
        result.r1 = sleptOn ? "slept on" : runs == 1 ? "ran once" : "ran " + runs + " times";
        base.close();
    }
}
