package io.jevent.benchmarks.network;

/**
 * How long everything takes.
 *
 * @param javaWarmMillis load before a JVM is measured: C2 compiles on the core of the server; longer for TLS
 * @param nativeWarmMillis load before a C server is measured
 * @param measureMillis the window
 * @param spawns how often each server is started for the time that takes
 * @param idleConnections held at once for the memory they cost; of TLS, which takes longer to connect, a fifth
 */
record Pace(long javaWarmMillis, long nativeWarmMillis, long measureMillis, int spawns, int idleConnections) {
    static final Pace FULL = new Pace(5000, 300, 1500, 9, 10_000);
    static final Pace QUICK = new Pace(1500, 200, 500, 3, 1000);

    int idleConnections(Role role) {
        return role == Role.TLS ? idleConnections / 5 : idleConnections;
    }

    long warmMillis(Server server) {
        return server.isJava() ? javaWarmMillis : nativeWarmMillis;
    }

    long warmMillis(Shape shape, Server server) {
        return warmMillis(server) * (server.isJava() ? shape.warmFactor() : 1);
    }

    /** {@return about how long one load on one server takes, its start and end included} */
    long loadMillis(Shape shape, Server server) {
        return warmMillis(shape, server) + measureMillis + (server.isJava() ? 500 : 100);
    }

    /** {@return about how long one extra takes for one server} */
    long extraMillis(Extra extra, Server server) {
        return switch (extra) {
            case SYSTEM_CALLS -> loadMillis(server.role().small(), server) + 1500;
            case ALLOCATION -> server.isJava() ? loadMillis(server.role().small(), server) : 0;
            case IDLE -> 1500 + idleConnections / 3;
            case START -> server.isJava() ? spawns * 450L + 3000 : spawns * 10L;
        };
    }
}
