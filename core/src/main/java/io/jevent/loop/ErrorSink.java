package io.jevent.loop;

/** Where exceptions that user callbacks throw go. */
@FunctionalInterface
public interface ErrorSink {
    /**
     * Takes one exception; must not throw.
     *
     * @param source what was called back
     * @param thrown what came out
     */
    void onError(Object source, Exception thrown);
}
