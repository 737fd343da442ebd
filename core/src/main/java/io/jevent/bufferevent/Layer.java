package io.jevent.bufferevent;

/**
 * What stands on a buffer event in place of the program, and hears what the callbacks would. It only notes what it hears: no
 * user code runs in it.
 */
interface Layer {
    /** A connect has been launched. */
    default void onBelowConnecting() {}

    /** Bytes have come. */
    void onBelowReceived();

    /** Bytes have left, at least one step further. */
    void onBelowSent();

    /** One of the conditions. */
    void onBelowCondition(Condition condition);

    /** Somebody has closed it. */
    void onBelowClosed();

    /** Whether it can do nothing with what has come, and must see more, whatever mark there is below. */
    default boolean needsMore() {
        return false;
    }

    /** Hands down what is written above and not yet here, so that it leaves in the same flush. */
    void flushAbove();
}
