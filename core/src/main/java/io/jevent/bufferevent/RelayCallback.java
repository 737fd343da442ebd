package io.jevent.bufferevent;

/**
 * Is called when a {@link Relay} has ended.
 *
 * <p>Threading: called on the loop's thread.
 */
@FunctionalInterface
public interface RelayCallback {
    /**
     * May look at how it ended.
     *
     * @param relay the relay, whose buffer events are closed
     * @param end how
     */
    void onEnd(Relay relay, Relay.End end);
}
