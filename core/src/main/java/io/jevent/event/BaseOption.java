package io.jevent.event;

/**
 * What an {@link EventBase} does differently.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent EVENT_BASE_FLAG_*"
 */
public enum BaseOption {
    /** The cached time is always the present one; every question costs a look at the clock. */
    NO_TIME_CACHE,

    /**
     * Timers expire within microseconds of their deadline where the backend would round waits up to whole milliseconds. It
     * costs processor time: up to a millisecond before each timer the loop looks for I/O without waiting.
     */
    PRECISE_TIMERS,

    /** The system property {@code jevent.backend} and the environment variable {@code JEVENT_BACKEND} have no say. */
    IGNORE_ENVIRONMENT
}
