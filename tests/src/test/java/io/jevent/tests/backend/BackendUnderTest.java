package io.jevent.tests.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.event.EventBaseConfig;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.util.concurrent.ThreadLocalRandom;

/** The backends, and the manners of networks, on which every contract must hold. A new backend joins by one line. */
public enum BackendUnderTest {
    NIO,
    EPOLL,
    IO_URING,
    SIMULATED,
    SIMULATED_CHOPPING,
    SIMULATED_MILD;

    /** Opens a rig that is on this backend and no other. */
    public LoopRig open() {
        return open(EventBaseConfig.builder());
    }

    /** Opens a rig that is on this backend and no other. */
    public LoopRig open(EventBaseConfig.Builder config) {
        return switch (this) {
            case NIO -> real("nio", config);
            case EPOLL -> real("epoll", config);
            case IO_URING -> real("io_uring", config);
            case SIMULATED -> LoopRig.simulated(seed(), Faults.none(), config);
            case SIMULATED_CHOPPING -> LoopRig.simulated(seed(), Faults.chopping(), config);
            case SIMULATED_MILD -> LoopRig.simulated(seed(), Faults.mild(), config);
        };
    }

    private static LoopRig real(String name, EventBaseConfig.Builder config) {
        Excuses.abortIfExcused(name);
        LoopRig rig = LoopRig.real(name, config);
        assertThat(rig.base().backend()).isEqualTo(name);
        return rig;
    }

    private static long seed() {
        return Long.getLong("jevent.test.seed", ThreadLocalRandom.current().nextLong());
    }
}
