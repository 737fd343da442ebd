/**
 * The tests of everything, as a module of its own: it sees the public API and the test kit, and nothing else.
 */
@SuppressWarnings("requires-automatic")
module io.jevent.tests {
    requires io.jevent;
    requires io.jevent.testkit;
    requires io.jevent.examples;
    requires io.jevent.tool;
    requires info.picocli;
    requires HdrHistogram;
    requires java.compiler;
    requires java.logging;
    requires jdk.httpserver;
    requires jdk.jfr;
    requires jdk.net;
}
