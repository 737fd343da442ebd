package io.jevent.benchmarks;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.LoopOption;
import io.jevent.event.LoopResult;
import java.time.Duration;

/** Turns of a loop that has nothing to wait for but a timer far away. */
abstract class TurnWorkload extends Workload {
    static final int TURNS = 1000;
    static final int TASKS_A_TURN = 1000;

    final EventBase base = EventBase.create();

    private TurnWorkload(String name, String unit, long operations) {
        super(name, unit, operations);
        Event.timer(base, (_, _) -> {}).add(Duration.ofHours(1));
    }

    @Override
    public void close() {
        base.close();
    }

    /** Turns in which nothing happens. */
    static final class Empty extends TurnWorkload {
        Empty(String name) {
            super(name, "turn", TURNS);
        }

        @Override
        long run(Stopwatch watch) {
            long sum = 0;
            for (int i = 0; i < TURNS; i++) {
                sum += base.loop(LoopOption.NONBLOCK) == LoopResult.DONE ? 1 : 0;
            }
            return sum;
        }
    }

    /** Turns that run tasks handed over before; {@code event_base_once} with no timeout in C. */
    static final class Tasks extends TurnWorkload {
        private final int turnCount;
        private final int taskCount;
        private long ran;

        Tasks(String name, String unit, int turnCount, int taskCount) {
            super(name, unit, (long) turnCount * taskCount);
            this.turnCount = turnCount;
            this.taskCount = taskCount;
        }

        @Override
        long run(Stopwatch watch) {
            ran = 0;
            for (int i = 0; i < turnCount; i++) {
                for (int j = 0; j < taskCount; j++) {
                    base.execute(() -> ran++);
                }
                // ONCE, because without it libevent polls a second time after a turn that ran something.
                base.loop(LoopOption.ONCE, LoopOption.NONBLOCK);
            }
            return ran;
        }
    }
}
