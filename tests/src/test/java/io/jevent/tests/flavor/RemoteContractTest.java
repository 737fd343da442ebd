package io.jevent.tests.flavor;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.RemoteBufferEvent;
import io.jevent.bufferevent.RemoteResult;
import io.jevent.bufferevent.Watermark;
import io.jevent.tests.flavor.BufferEventFlavor.Ends;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every flavor of buffer event promises to other threads. */
@Tag("socket")
@Timeout(120)
class RemoteContractTest {
    /** Writes pieces until all are written, and goes on when told after it was refused. */
    private static final class Writer implements Runnable {
        private final RemoteBufferEvent remote;
        private final byte[] all;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private int written;

        Writer(RemoteBufferEvent remote, byte[] all) {
            this.remote = remote;
            this.all = all;
        }

        @Override
        public void run() {
            while (written < all.length) {
                int count = Math.min(1 + written % 7_919, all.length - written);
                if (remote.write(all, written, count) == RemoteResult.FULL) {
                    remote.whenWritable(() -> Thread.startVirtualThread(this));
                    return;
                }
                written += count;
            }
            remote.shutdownOutput();
            done.complete(null);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAnotherThreadWritesArrivesWholeAndInOrderThoughTheQueueFills(BufferEventFlavor flavor) {
        byte[] bytes = new byte[flavor.isSlow() ? 2_000 : 500_000];
        new SplittableRandom(7).nextBytes(bytes);
        try (Ends ends = flavor.open();
                EvBuffer all = ends.rig().base().newBuffer()) {
            RemoteBufferEvent remote = ends.near().remote();
            remote.maxQueuedBytes(16_000);
            ends.near().outputWatermark(new Watermark(500, 10_000));
            ends.far().inputWatermark(new Watermark(0, 20_000));
            ends.far().enableReading();
            ends.far().onRead(far -> {
                assertThat(ends.near().output().length()).isLessThanOrEqualTo(10_000 + 16_000);
                far.input().moveTo(all, Long.MAX_VALUE);
            });
            Writer writer = new Writer(remote, bytes);
            Thread.startVirtualThread(writer);
            // Whose time is simulated must not outrun the writer's thread.
            Threads.runUntil(ends.rig(), writer.done, () -> all.length() == bytes.length);
            writer.done.join();
            assertThat(Arrays.mismatch(all.removeAll(), bytes)).isEqualTo(-1);
            assertThat(remote.write(new byte[1])).isEqualTo(RemoteResult.CLOSED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingFromAnotherThreadClosesInTheNextTurn(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            RemoteBufferEvent remote = ends.near().remote();
            CompletableFuture.runAsync(remote::close).join();
            assertThat(remote.write(new byte[1])).isEqualTo(RemoteResult.CLOSED);
            ends.rig().runUntil(ends.near()::isClosed);
        }
    }
}
