package io.jevent.event;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an event watches beside its timeout.
 *
 * <p>Threading: loop only.
 */
abstract sealed class EventSource permits ReadinessSource, SignalSource {
    private @Nullable Event event;

    /** Names the event to be told; called once, before the first start. */
    final void attach(Event event) {
        this.event = event;
    }

    final Event event() {
        return Objects.requireNonNull(event);
    }

    /** Begins to watch; a no-op if it does. All or nothing. */
    abstract void start();

    /** Ends the watch; a no-op if there is none. */
    abstract void stop();

    /** What it watches for now, as trigger bits. */
    abstract int awaitedBits();
}
