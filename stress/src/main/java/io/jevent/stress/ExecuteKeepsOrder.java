package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

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

/** Two threads hand over tasks, {@code a, b} and {@code x, y}, to a loop that sleeps and wakes meanwhile. */
@JCStressTest
@Outcome(
        id = {"abxy", "axby", "axyb", "xaby", "xayb", "xyab"},
        expect = ACCEPTABLE,
        desc = "Each thread's tasks ran once, in its order.")
@Outcome(expect = FORBIDDEN, desc = "A task was lost, ran twice or overtook another of its thread.")
@State
public class ExecuteKeepsOrder {
    private final EventBase base = new ParkingBackend().newBase();
    private final StringBuilder ran = new StringBuilder();
    private volatile boolean looping;
    private @Nullable Future<?> loop;

    private void loop() {
        looping = true;
        try {
            base.loop(LoopOption.NO_EXIT_ON_EMPTY);
        } catch (UncheckedIOException e) {
            ran.append(", then slept on");
        }
    }

    @Actor
    public void one() {
        loop = Helper.start(this::loop);
        awaitLoop();
        base.execute(() -> run('a'));
        base.execute(() -> run('b'));
    }

    @Actor
    public void other() {
        awaitLoop();
        base.execute(() -> run('x'));
        base.execute(() -> run('y'));
    }

    private void awaitLoop() {
        while (!looping) {
            Thread.onSpinWait();
        }
    }

    private void run(char name) {
        ran.append(name);
        if (ran.length() == 4) {
            base.exit();
        }
    }

    @Arbiter
    public void result(L_Result result) {
        Helper.join(Objects.requireNonNull(loop));
        result.r1 = ran.toString();
        base.close();
    }
}
