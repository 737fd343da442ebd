package io.jevent.tests.backend;

import java.util.Locale;
import org.opentest4j.TestAbortedException;

/**
 * What a machine need not be able to run. A backend that cannot run is a failure, unless {@code JEVENT_EXCUSE_EPOLL} or {@code
 * JEVENT_EXCUSE_IO_URING} is in the environment; the build then leaves out the run on that backend and says so at its end.
 */
final class Excuses {
    private Excuses() {}

    static void abortIfExcused(String backend) {
        String name = "JEVENT_EXCUSE_" + backend.toUpperCase(Locale.ROOT);
        if (System.getenv(name) != null) {
            throw new TestAbortedException(backend + " is excused by " + name);
        }
    }
}
