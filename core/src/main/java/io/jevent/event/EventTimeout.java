package io.jevent.event;

import io.jevent.loop.EqualTimers;
import io.jevent.loop.LoopTimer;
import io.jevent.loop.LoopTimers;
import org.jspecify.annotations.Nullable;

/**
 * The timeout of an event, by itself or among equal ones, and how it starts over.
 *
 * <p>Threading: loop only.
 */
final class EventTimeout extends LoopTimer {
    private static final long NONE = -1;

    private final Event event;
    private final LoopTimers timers;

    /** How long it was asked to be, in nanoseconds; it starts over with that. */
    private long spanNanos = NONE;

    /** The list it waits in, if it was given as a common one. */
    private @Nullable EqualTimers equals;

    EventTimeout(Event event, LoopTimers timers) {
        this.event = event;
        this.timers = timers;
    }

    void start(long nanos) {
        spanNanos = nanos;
        equals = null;
        timers.set(this, nanos);
    }

    void start(EqualTimers among) {
        spanNanos = among.spanNanos();
        equals = among;
        timers.set(this, among);
    }

    /** Ends it; it does not start over any more. */
    void drop() {
        timers.cancel(this);
        spanNanos = NONE;
        equals = null;
    }

    /**
     * Starts over, if it is to.
     *
     * @param keepsRhythm whether to count from when it was due; what was missed by {@code presentNanos} is dropped
     */
    void restart(boolean keepsRhythm, long presentNanos) {
        if (spanNanos == NONE) {
            return;
        }
        long next = deadlineNanos() + spanNanos;
        boolean rhythmic = keepsRhythm && next - presentNanos >= 0;
        if (equals != null) {
            if (rhythmic) {
                timers.setAt(this, equals, next);
            } else {
                timers.set(this, equals);
            }
        } else if (rhythmic) {
            timers.setAt(this, next);
        } else {
            timers.set(this, spanNanos);
        }
    }

    @Override
    protected void onExpired() {
        event.happened(Trigger.TIMEOUT.bit);
    }
}
