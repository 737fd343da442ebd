package io.jevent.tests.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.event.BackendStatus;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.testkit.LoopRig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That each run of these tests is on the backend it is said to be on. */
class BackendMatrixTest {
    @Test
    void theLoopsOfThisRunAreOnTheBackendItNames() {
        String named = System.getProperty("jevent.backend");
        String first = EventBase.backends().stream()
                .filter(it -> it.unavailableBecause().isEmpty())
                .findFirst()
                .orElseThrow()
                .name();
        try (EventBase base = EventBase.create()) {
            assertThat(base.backend()).isEqualTo(named == null ? first : named);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nio", "epoll", "io_uring"})
    void everyBackendCanRunHereUnlessItIsExcused(String name) {
        Excuses.abortIfExcused(name);
        assertThat(EventBase.backends()).contains(new BackendStatus(name, java.util.Optional.empty()));
        try (LoopRig rig = LoopRig.real(name)) {
            assertThat(rig.base().backend()).isEqualTo(name);
        }
    }

    @Test
    void aWishThatCannotBeMetIsAnError() {
        assertThatThrownBy(() -> EventBase.create(
                        EventBaseConfig.builder().backend("kqueue").build()))
                .hasMessageContaining("kqueue");
    }
}
