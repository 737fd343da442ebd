package io.jevent.examples;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventOption;
import io.jevent.event.LoopWatcher;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Says each second how long the turns of a loop took, without the waiting, and how late it woke for its timers:
 * median and 95th percentile. libevent's sample {@code watch-timing}.
 *
 * <p>Better here: it keeps a bounded number of values, and can be put on any loop of a program. For callbacks that
 * take far too long there is no need of it: a base reports those by itself, with their stack.
 */
public final class LoopLatency implements AutoCloseable {
    private static final int KEPT = 10_000;

    private final EventBase base;
    private final Deque<Long> work = new ArrayDeque<>();
    private final Deque<Long> lateness = new ArrayDeque<>();
    private long polledNanos;
    private long dueNanos;
    private boolean awaitsTimer;

    private final LoopWatcher prepare;
    private final LoopWatcher check;
    private final Event report;

    /** Starts to measure a loop that the caller runs. */
    LoopLatency(EventBase base, Duration period, Consumer<String> log) {
        this.base = base;
        this.polledNanos = base.nanoTime();
        this.prepare = LoopWatcher.prepare(base, (_, timeoutNanos) -> beforePoll(timeoutNanos));
        this.check = LoopWatcher.check(base, _ -> afterPoll());
        this.report = Event.timer(
                base,
                (_, _) -> log.accept("work " + summary(work) + ", late " + summary(lateness)),
                EventOption.PERSIST);
        report.add(period);
    }

    /** Measures a loop that has nothing to do but a timer every ten milliseconds. */
    public static void main(String[] args) {
        Consumer<String> log = System.out::println;
        try (EventBase base = EventBase.create();
                LoopLatency _ = new LoopLatency(base, Duration.ofSeconds(1), log);
                Event timer = Event.timer(base, (_, _) -> {}, EventOption.PERSIST)) {
            timer.add(Duration.ofMillis(10));
            base.dispatch();
        }
    }

    private void beforePoll(long timeoutNanos) {
        base.updateCachedTime();
        long present = base.nanoTime();
        keep(work, present - polledNanos);
        awaitsTimer = timeoutNanos != LoopWatcher.FOREVER && timeoutNanos > 0;
        dueNanos = present + timeoutNanos;
    }

    private void afterPoll() {
        polledNanos = base.nanoTime();
        if (awaitsTimer && polledNanos - dueNanos >= 0) { // Otherwise something else has woken it.
            keep(lateness, polledNanos - dueNanos);
        }
    }

    private static void keep(Deque<Long> values, long value) {
        if (values.size() == KEPT) {
            values.removeFirst();
        }
        values.addLast(value);
    }

    private static String summary(Deque<Long> values) {
        long[] sorted = values.stream().mapToLong(it -> it / 1000).sorted().toArray();
        values.clear();
        return sorted.length == 0
                ? "-"
                : sorted[sorted.length / 2] + " µs (95 %: " + sorted[sorted.length * 95 / 100] + " µs)";
    }

    @Override
    public void close() {
        prepare.close();
        check.close();
        report.close();
    }
}
