package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.jevent.backend.Interest;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.LoopOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Tasks come in pairs to a base on the real selector, the second at about the time when the loop wakes for the first. Each
 * makes an event stop watching its channel and watch it again, for which the nio backend makes a pass of its selector outside
 * of its poll: a wake-up meant for the poll must survive that.
 */
@JCStressTest
@Outcome(id = "woken", expect = ACCEPTABLE, desc = "Every task ran as soon as it came.")
@Outcome(id = "slept on", expect = FORBIDDEN, desc = "A wake-up was lost: a task waited until a timer was due.")
@Outcome(expect = FORBIDDEN, desc = "A task was lost.")
@State
public class ExecuteWhileRewatching {
    private static final int PAIRS = 64;
    private static final int SPINS_PER_PAIR = 8;
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(2);
    private static final Pipe SILENT = openPipe();

    /** Made by the loop's actor: a state that never runs may not hold a selector. */
    private volatile @Nullable EventBase base;

    private volatile int ran;
    private volatile boolean sleptOn;

    /** The loop's. */
    private @Nullable Event event;

    private static Pipe openPipe() {
        try {
            return Pipe.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Actor
    public void loop() {
        EventBaseConfig config = EventBaseConfig.builder()
                .backend("nio")
                .slowCallbackThreshold(Duration.ZERO)
                .build();
        try (EventBase fresh = EventBase.create(config)) {
            Event silent = Event.channel(fresh, SILENT.source(), Set.of(Interest.READ), (it, triggers) -> {});
            silent.add();
            Event alarm = Event.timer(fresh, (it, triggers) -> {
                sleptOn = true;
            });
            alarm.add(LONGEST_SLEEP);
            event = silent;
            base = fresh;
            fresh.loop(LoopOption.NO_EXIT_ON_EMPTY);
        }
    }

    @Actor
    public void execute() {
        EventBase its = base;
        while (its == null) {
            Thread.onSpinWait();
            its = base;
        }
        for (int pair = 0; pair < PAIRS && !sleptOn; pair++) {
            its.execute(this::rewatch);
            for (int i = 0; i < pair * SPINS_PER_PAIR; i++) {
                Thread.onSpinWait();
            }
            its.execute(this::rewatch);
            while (ran < 2 * (pair + 1)) {
                Thread.onSpinWait();
            }
        }
        its.execute(its::exit);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only the loop writes it
    private void rewatch() {
        Event watching = Objects.requireNonNull(event);
        watching.remove();
        watching.add();
        ran++;
    }

    @Arbiter
    public void result(L_Result result) {
        result.r1 = sleptOn ? "slept on" : ran == 2 * PAIRS ? "woken" : "ran " + ran;
    }
}
