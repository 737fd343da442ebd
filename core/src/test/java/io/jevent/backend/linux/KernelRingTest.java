package io.jevent.backend.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelRingTest {
    private static final int EBADF = 9;

    @Test
    void whatIsNotSubmittedWhenItsDescriptorClosesNeverReachesTheNextOneOfThatNumber() throws IOException {
        assumeThat(new UringBackendProvider().unavailableBecause()).isEmpty();
        try (Arena arena = Arena.ofConfined()) {
            Libc libc = new Libc(arena);
            KernelRing ring = new KernelRing(libc, arena);
            int fd = libc.eventfd(1, 0);
            ring.poll(fd, PollEvents.IN, false, 7);
            ring.cancelNow(fd);
            libc.close(fd);
            int next = libc.eventfd(1, 0);
            assertThat(next).isEqualTo(fd);
            ring.submitAndWait(0);
            assertThat(ring.next()).isTrue();
            assertThat(ring.tag()).isEqualTo(7);
            assertThat(ring.result()).isEqualTo(-EBADF);
            ring.close();
            libc.close(next);
        }
    }

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
