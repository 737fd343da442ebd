package io.jevent.backend.readiness;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MemoryWaitsTest {
    private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    @Test
    void aPollIsShortAsSoonAsSomebodyWaitsAlsoBetweenResumingAndPolling() {
        BufferPool pool = BufferPool.create(1 << 20);
        pool.confineTo(Thread.currentThread());
        MemoryWaits waits = new MemoryWaits(pool);
        EvBuffer buffer = EvBuffer.createConfined(pool);
        while (!pool.isNearLimit()) {
            buffer.add(new byte[1000]);
        }
        int[] told = {0};
        assertThat(waits.resume(-1)).isEqualTo(-1);
        assertThat(waits.bound(-1)).isEqualTo(-1);
        assertThat(waits.mustWait(() -> told[0]++)).isTrue();
        assertThat(waits.bound(-1)).isEqualTo(SHORT_NANOS);
        assertThat(waits.bound(5)).isEqualTo(5);
        assertThat(waits.resume(-1)).isEqualTo(SHORT_NANOS);
        buffer.close();
        assertThat(told[0]).isZero();
        assertThat(waits.resume(-1)).isZero();
        assertThat(told[0]).isEqualTo(1);
        pool.close();
    }
}
