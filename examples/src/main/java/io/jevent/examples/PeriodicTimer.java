package io.jevent.examples;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventOption;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Prints every two seconds how long it has been since the last time. libevent's sample {@code time-test}.
 *
 * <p>What the two kinds of timer do can be seen: a persistent one keeps its rhythm, whatever its callback takes; one
 * that adds itself again counts from there and falls behind. Better here: the span is that of the loop's monotonic
 * clock, not of the time of day, which somebody may set.
 */
public final class PeriodicTimer {
    private long lastNanos;

    private PeriodicTimer(long lastNanos) {
        this.lastNanos = lastNanos;
    }

    /** Runs a timer that adds itself again, or with {@code -p} a persistent one, until it is interrupted. */
    public static void main(String[] args) {
        Set<EventOption> options = args.length > 0 && args[0].equals("-p") ? Set.of(EventOption.PERSIST) : Set.of();
        try (EventBase base = EventBase.create()) {
            start(base, Duration.ofSeconds(2), options, span -> System.out.println("after " + span.toMillis() + " ms"));
            base.dispatch();
        }
    }

    /** Starts a timer on a loop that the caller runs. */
    static Event start(EventBase base, Duration period, Set<EventOption> options, Consumer<Duration> onTick) {
        PeriodicTimer timer = new PeriodicTimer(base.nanoTime());
        Event event = Event.timer(
                base,
                (self, _) -> {
                    onTick.accept(timer.lap(base.nanoTime()));
                    if (!self.options().contains(EventOption.PERSIST)) {
                        self.add(period);
                    }
                },
                options.toArray(EventOption[]::new));
        event.add(period);
        return event;
    }

    private Duration lap(long nanos) {
        Duration span = Duration.ofNanos(nanos - lastNanos);
        lastNanos = nanos;
        return span;
    }
}
