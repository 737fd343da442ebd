/** The same work on jevent and, in C, on libevent. */
@SuppressWarnings("requires-automatic") // JMH has no module descriptor
module io.jevent.benchmarks {
    requires io.jevent;
    requires jmh.core;
    requires static org.jspecify;
}
