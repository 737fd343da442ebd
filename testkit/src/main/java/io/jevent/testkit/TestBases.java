package io.jevent.testkit;

import io.jevent.backend.BackendProvider;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;

/** Bases for tests. */
final class TestBases {
    private TestBases() {}

    /** A base on a backend and the clock that it moves. */
    static EventBase create(BackendProvider backend, ManualClock clock, EventBaseConfig.Builder config) {
        return EventBase.create(config.backend(backend).clock(clock).build());
    }

    /** Such a base that lets through what callbacks throw, so that tests fail. */
    static EventBase createStrict(BackendProvider backend, ManualClock clock) {
        return create(backend, clock, EventBaseConfig.builder().errorHandler((source, thrown) -> {
            throw new AssertionError("a callback of " + source + " threw", thrown);
        }));
    }
}
