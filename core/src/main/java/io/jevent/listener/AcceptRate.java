package io.jevent.listener;

/**
 * How many connections may come in a second, and how many of them at once.
 *
 * <p>A new listener has a whole burst to give. One token comes back every {@code 1/perSecond} seconds, never more than a burst.
 *
 * <p>Threading: immutable, share freely.
 *
 * @param perSecond connections, at least 1 and at most {@link #MAX}
 * @param burst connections that may come at once after a time of calm, at least 1 and at most {@link #MAX}
 */
public record AcceptRate(int perSecond, int burst) {
    /** The highest rate and burst: 1,000,000. */
    public static final int MAX = 1_000_000;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is below 1 or above {@link #MAX}
     */
    public AcceptRate {
        if (perSecond < 1 || perSecond > MAX || burst < 1 || burst > MAX) {
            throw new IllegalArgumentException(
                    "need 1 <= perSecond, burst <= " + MAX + ", got perSecond=" + perSecond + " burst=" + burst);
        }
    }

    /**
     * {@return a rate whose burst is what comes in a second}
     *
     * @param perSecond connections, at least 1 and at most {@link #MAX}
     * @throws IllegalArgumentException if {@code perSecond} is not within its bounds
     */
    public static AcceptRate of(int perSecond) {
        return new AcceptRate(perSecond, perSecond);
    }
}
