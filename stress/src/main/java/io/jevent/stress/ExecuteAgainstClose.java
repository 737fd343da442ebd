package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.jevent.event.EventBase;
import io.jevent.event.LoopOption;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A task comes while the loop ends, by another's wish, and its base is closed. */
@JCStressTest
@Outcome(id = "ran", expect = ACCEPTABLE, desc = "It came while the loop ran.")
@Outcome(id = "rejected", expect = ACCEPTABLE, desc = "It came after the close.")
@Outcome(id = "dropped", expect = ACCEPTABLE, desc = "It came after the loop's last turn and before the close.")
@Outcome(id = ".*, backend woken after its close", expect = FORBIDDEN, desc = "Backend.wakeUp() forbids that.")
@Outcome(expect = FORBIDDEN, desc = "It ran after the close, twice, or although it was rejected.")
@State
public class ExecuteAgainstClose {
    private final ParkingBackend backend = new ParkingBackend();
    private final EventBase base = backend.newBase();
    private volatile boolean looping;
    private volatile boolean closed;
    private @Nullable Future<?> exit;
    private volatile boolean ranLate;
    private volatile int runs;
    private boolean rejected;

    @Actor
    public void loopThenClose() {
        exit = Helper.start(() -> base.execute(base::exit));
        looping = true;
        base.loop(LoopOption.NO_EXIT_ON_EMPTY);
        base.close();
        closed = true;
    }

    @Actor
    public void execute() {
        while (!looping) {
            Thread.onSpinWait();
        }
        try {
            base.execute(this::run);
        } catch (RejectedExecutionException e) {
            rejected = true;
        }
    }

    @SuppressWarnings(
            "NonAtomicVolatileUpdate") // a second run at the same time would be another's bug, and come out as well
    private void run() {
        ranLate |= closed;
        runs++;
    }

    @Arbiter
    public void result(L_Result result) {
        Helper.join(Objects.requireNonNull(exit));
        String what = runs == 0 ? (rejected ? "rejected" : "dropped") : runs == 1 && !rejected ? "ran" : "ran " + runs;
        result.r1 = what
                + (ranLate ? ", after the close" : "")
                + (backend.wasWokenAfterClose() ? ", backend woken after its close" : "");
    }
}
