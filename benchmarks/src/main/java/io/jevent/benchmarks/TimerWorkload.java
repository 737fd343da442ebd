package io.jevent.benchmarks;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A million timers, of which nine in ten are cancelled before they are due. */
final class TimerWorkload extends Workload {
    static final int TIMERS = 1_000_000;

    private static final int CREATE = 1;
    private static final int ADD = 2;
    private static final int CANCEL = 3;
    private static final int FIRE = 4;
    private static final int CLOSE = 5;

    private final EventBase base = EventBase.create();
    private final int timerCount;
    private final int spreadMicros;
    private final List<Event> events;
    private long fired;

    /** Makes the workload with a number of timers that can be divided by 10. */
    TimerWorkload(int timerCount) {
        super(List.of(
                new Row("timers", "timer", timerCount, 1 << ADD | 1 << CANCEL | 1 << FIRE),
                new Row("timers-add", "timer", timerCount, 1 << ADD),
                new Row("timers-cancel", "timer", timerCount - timerCount / 10, 1 << CANCEL),
                new Row("timers-fire", "timer", timerCount / 10, 1 << FIRE),
                new Row("timers-create-close", "timer", timerCount, 1 << CREATE | 1 << CLOSE)));
        this.timerCount = timerCount;
        this.spreadMicros = timerCount / 2;
        this.events = new ArrayList<>(timerCount);
    }

    @Override
    long run(Stopwatch watch) {
        Draws draws = new Draws();
        fired = 0;
        watch.mark();
        for (int i = 0; i < timerCount; i++) {
            events.add(Event.timer(base, (_, _) -> fired++));
        }
        watch.lap(CREATE);
        for (int i = 0; i < timerCount; i++) {
            events.get(i).add(Duration.ofNanos(draws.next(spreadMicros) * 1000L));
        }
        watch.lap(ADD);
        for (int i = 0; i < timerCount; i++) {
            if (i % 10 != 0) {
                events.get(i).remove();
            }
        }
        watch.lap(CANCEL);
        waitUntilAllAreDue();
        watch.mark();
        base.dispatch();
        watch.lap(FIRE);
        events.forEach(Event::close);
        events.clear();
        watch.lap(CLOSE);
        return fired;
    }

    /** So that firing is work and not waiting. */
    private void waitUntilAllAreDue() {
        try {
            Thread.sleep(Duration.ofNanos(spreadMicros * 1000L));
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while waiting for the timers", e);
        }
    }

    @Override
    public void close() {
        base.close();
    }
}
