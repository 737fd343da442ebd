package io.jevent.backend.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelRingTest {
    @ParameterizedTest
    @CsvSource({
        "6.18.44-generic, true",
        "6.16, true",
        "7.0.0-rc1, true",
        "10.2, true",
        "6.15.9, false",
        "6.1.0-30-amd64, false",
        "5.16.3, false",
        "unknown, false"
    })
    void buffersAreSharedOnlyWhereTheKernelKeepsTheOrder(String release, boolean keeps) {
        assertThat(KernelRing.completesInOrder(release)).isEqualTo(keeps);
    }
}
