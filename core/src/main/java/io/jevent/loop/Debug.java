package io.jevent.loop;

import org.jspecify.annotations.Nullable;

/**
 * Debug mode, switched on for the whole JVM by {@code -Djevent.debug=true}: things remember where they were made or closed,
 * so that a message about their misuse can say so.
 */
public final class Debug {
    /** Whether it is on. */
    public static final boolean ON = Boolean.getBoolean("jevent.debug");

    private Debug() {}

    /** This place in the program, to be the cause of a later exception; null unless debug mode is on. */
    public static @Nullable Throwable here(String what) {
        return ON ? new Place(what) : null;
    }

    /** A place in the program. */
    private static final class Place extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Place(String what) {
            super(what);
        }
    }
}
