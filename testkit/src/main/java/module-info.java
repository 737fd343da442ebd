/**
 * Time and I/O as parameters, for testing programs written on jevent without sleeping and without sockets.
 *
 * <p>Start at {@link io.jevent.testkit.ScriptedBackend}.
 */
module io.jevent.testkit {
    requires transitive io.jevent;
    requires static transitive org.jspecify;

    exports io.jevent.testkit;
}
