package io.jevent.event;

import io.jevent.loop.EqualTimers;
import java.time.Duration;

/**
 * A timeout that many events of one base share, which makes setting and dropping it cost the same however many there are.
 *
 * <p>Worth it from some thousands of equal timeouts on; otherwise {@link Event#add(Duration)} is as good.
 *
 * <p>Threading: loop only.
 *
 * @see EventBase#commonTimeout(Duration)
 * @see "libevent event_base_init_common_timeout()"
 */
public final class CommonTimeout {
    private final EventBase base;
    private final Duration duration;
    private final EqualTimers timers;

    CommonTimeout(EventBase base, Duration duration, EqualTimers timers) {
        this.base = base;
        this.duration = duration;
        this.timers = timers;
    }

    /**
     * {@return the base it belongs to}
     */
    public EventBase base() {
        return base;
    }

    /**
     * {@return how long it is}
     */
    public Duration duration() {
        return duration;
    }

    EqualTimers timers() {
        return timers;
    }

    @Override
    public String toString() {
        return "CommonTimeout[" + duration + "]";
    }
}
