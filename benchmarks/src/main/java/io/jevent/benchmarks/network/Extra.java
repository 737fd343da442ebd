package io.jevent.benchmarks.network;

/** What is measured besides the load's shapes, once and not in rounds. */
enum Extra {
    SYSTEM_CALLS("syscalls"),
    ALLOCATION("allocation"),
    IDLE("idle"),
    START("start");

    private final String id;

    Extra(String id) {
        this.id = id;
    }

    /** {@return the name on the command line} */
    String id() {
        return id;
    }

    /** {@return whether that is asked of such servers} */
    boolean isFor(Role role) {
        return switch (this) {
            case SYSTEM_CALLS, ALLOCATION -> true;
            case IDLE -> role != Role.PROXY;
            case START -> role == Role.ECHO;
        };
    }
}
