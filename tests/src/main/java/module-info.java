/**
 * The tests of everything, as a module of its own: it sees the public API and the test kit, and nothing else.
 */
module io.jevent.tests {
    requires io.jevent;
    requires io.jevent.testkit;
    requires io.jevent.examples;
}
