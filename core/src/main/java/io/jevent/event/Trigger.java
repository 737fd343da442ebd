package io.jevent.event;

/**
 * What made an {@link Event} call back.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "libevent EV_TIMEOUT, EV_READ, EV_WRITE, EV_CLOSED, EV_SIGNAL"
 */
public enum Trigger {
    /** Its timeout was over. */
    TIMEOUT(1),
    /** Its channel could be read. */
    READ(2),
    /** Its channel could be written. */
    WRITE(4),
    /** Its channel's peer has closed. */
    CLOSED(8),
    /** {@link Event#activate()} was called. */
    USER(16),
    /** Its signal was raised. */
    SIGNAL(32);

    /** Its bit in a mask of triggers. */
    final int bit;

    Trigger(int bit) {
        this.bit = bit;
    }
}
