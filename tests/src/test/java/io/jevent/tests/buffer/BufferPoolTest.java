package io.jevent.tests.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.BufferLimitException;
import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Who may take and return buffer memory, and how much. */
class BufferPoolTest {
    @Test
    void theDefaultBoundIsOneGibibyte() {
        assertThat(BufferPool.DEFAULT_MAX_BYTES).isEqualTo(1L << 30);
        assertThat(BufferPool.shared().maxBytes()).isEqualTo(BufferPool.DEFAULT_MAX_BYTES);
    }

    @Test
    void aPoolHandsOutItsBoundAndNotOneChunkMore() {
        try (BufferPool pool = BufferPool.create(128 * 1024);
                EvBuffer buffer = EvBuffer.create(pool)) {
            buffer.add(new byte[128 * 1024]);
            assertThat(pool.isNearLimit()).isTrue();
            assertThatThrownBy(() -> buffer.add(new byte[1])).isInstanceOf(BufferLimitException.class);
            buffer.drain(64 * 1024);
            assertThat(pool.isNearLimit()).isFalse();
            buffer.add(new byte[1]);
            assertThat(buffer.length()).isEqualTo(64 * 1024 + 1);
        }
    }

    @Test
    void chunksReturnedOnAnotherThreadComeHomeToAConfinedPool() throws InterruptedException {
        try (BufferPool pool = BufferPool.create(128 * 1024)) {
            pool.confineTo(Thread.currentThread());
            EvBuffer buffer = EvBuffer.create(pool);
            buffer.add(new byte[128 * 1024]);
            Thread other = Thread.ofPlatform().start(buffer::close);
            other.join();
            try (EvBuffer next = EvBuffer.create(pool)) {
                next.add(new byte[128 * 1024]);
                assertThat(next.length()).isEqualTo(128 * 1024);
            }
            assertThat(pool.bytesInUse()).isZero();
        }
    }

    @Test
    void aBufferFilledOnAnotherThreadTakesSharedMemory() throws InterruptedException {
        try (BufferPool pool = BufferPool.create(128 * 1024)) {
            pool.confineTo(Thread.currentThread());
            EvBuffer buffer = EvBuffer.create(pool);
            Thread other = Thread.ofPlatform().start(() -> buffer.add(new byte[4096]));
            other.join();
            assertThat(buffer.length()).isEqualTo(4096);
            assertThat(pool.bytesInUse()).isZero();
            buffer.close();
        }
    }

    @Test
    void aClosedPoolsMemoryLivesUntilItsLastChunkIsBack() {
        BufferPool pool = BufferPool.create(128 * 1024);
        EvBuffer buffer = EvBuffer.create(pool);
        buffer.addAscii("still here");
        pool.close();
        pool.close();
        assertThat(buffer.removeAll()).asString().isEqualTo("still here");
        buffer.addAscii("from the shared pool now");
        assertThat(buffer.length()).isEqualTo(24);
        buffer.close();
        assertThat(pool.bytesInUse()).isZero();
    }

    @Test
    void aConfinedBufferRefusesOtherThreads() throws InterruptedException {
        try (BufferPool pool = BufferPool.create(128 * 1024)) {
            pool.confineTo(Thread.currentThread());
            try (EvBuffer buffer = EvBuffer.createConfined(pool)) {
                Throwable[] thrown = new Throwable[1];
                Thread other = Thread.ofPlatform().start(() -> {
                    try {
                        buffer.addAscii("x");
                    } catch (WrongThreadException e) {
                        thrown[0] = e;
                    }
                });
                other.join();
                assertThat(thrown[0]).isInstanceOf(WrongThreadException.class);
            }
        }
    }

    @Test
    void theSharedPoolCanNeitherBeClosedNorConfined() {
        BufferPool shared = BufferPool.shared();
        assertThatThrownBy(shared::close).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> shared.confineTo(Thread.currentThread())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> BufferPool.create(64 * 1024 - 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void lessThanAnEighthLeftIsNearTheLimit() {
        try (BufferPool pool = BufferPool.create(128 * 1024);
                EvBuffer buffer = EvBuffer.create(pool)) {
            buffer.add(new byte[64 * 1024]);
            for (int i = 0; i < 3; i++) {
                add(buffer, pool, 16 * 1024);
            }
            assertThat(pool.bytesInUse()).isEqualTo(112 * 1024);
            assertThat(pool.isNearLimit()).as("an eighth is left").isFalse();
            add(buffer, pool, 1024);
            assertThat(pool.isNearLimit()).isTrue();
        }
    }

    private static void add(EvBuffer buffer, BufferPool pool, int byteCount) {
        try (EvBuffer piece = EvBuffer.create(pool)) {
            piece.add(new byte[byteCount]);
            buffer.addBuffer(piece);
        }
    }

    @Test
    void whatAnotherThreadReturnedIsCountedWhenTheOwnerAsks() throws InterruptedException {
        try (BufferPool pool = BufferPool.create(128 * 1024)) {
            pool.confineTo(Thread.currentThread());
            EvBuffer buffer = EvBuffer.create(pool);
            buffer.add(new byte[128 * 1024]);
            assertThat(pool.isNearLimit()).isTrue();
            Thread other = Thread.ofPlatform().start(buffer::close);
            other.join();
            assertThat(pool.isNearLimit()).isFalse();
            assertThat(pool.bytesInUse()).isZero();
        }
    }

    @Test
    void manyThreadsMayShareAPoolThatIsNotConfined() throws InterruptedException {
        try (BufferPool pool = BufferPool.create(8 << 20)) {
            List<Thread> threads = new ArrayList<>();
            List<String> wrong = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 4; i++) {
                byte mark = (byte) i;
                threads.add(Thread.ofPlatform().start(() -> {
                    byte[] bytes = new byte[3000];
                    Arrays.fill(bytes, mark);
                    for (int j = 0; j < 2000; j++) {
                        try (EvBuffer buffer = EvBuffer.create(pool)) {
                            buffer.add(bytes);
                            if (!Arrays.equals(buffer.removeAll(), bytes)) {
                                wrong.add("foreign bytes");
                            }
                        }
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(wrong).isEmpty();
            assertThat(pool.bytesInUse()).isZero();
        }
    }
}
