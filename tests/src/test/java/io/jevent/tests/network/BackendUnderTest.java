package io.jevent.tests.network;

import io.jevent.event.EventBaseConfig;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.util.concurrent.ThreadLocalRandom;

/** The backends, and the manners of networks, on which every contract must hold. A new backend joins by one line. */
enum BackendUnderTest {
    NIO,
    EPOLL,
    IO_URING,
    SIMULATED,
    SIMULATED_CHOPPING,
    SIMULATED_MILD;

    LoopRig open() {
        return open(EventBaseConfig.builder());
    }

    LoopRig open(EventBaseConfig.Builder config) {
        return switch (this) {
            case NIO -> LoopRig.real("nio", config);
            case EPOLL -> LoopRig.real("epoll", config);
            case IO_URING -> LoopRig.real("io_uring", config);
            case SIMULATED -> LoopRig.simulated(seed(), Faults.none(), config);
            case SIMULATED_CHOPPING -> LoopRig.simulated(seed(), Faults.chopping(), config);
            case SIMULATED_MILD -> LoopRig.simulated(seed(), Faults.mild(), config);
        };
    }

    private static long seed() {
        return Long.getLong("jevent.test.seed", ThreadLocalRandom.current().nextLong());
    }
}
