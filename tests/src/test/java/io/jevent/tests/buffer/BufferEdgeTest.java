package io.jevent.tests.buffer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.BufferLimitException;
import io.jevent.buffer.BufferPool;
import io.jevent.buffer.BufferPosition;
import io.jevent.buffer.ChangeRegistration;
import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.FileSegment;
import io.jevent.buffer.FileSegmentOption;
import io.jevent.buffer.Reservation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What buffers do where clean-ups, callbacks and the pool's bound come in between. */
@Timeout(30)
class BufferEdgeTest {
    @TempDir
    private Path folder;

    private FileSegment file(int byteCount, FileSegmentOption... options) throws IOException {
        Path path = folder.resolve("f");
        Files.write(path, new byte[byteCount]);
        return FileSegment.of(FileChannel.open(path), 0, byteCount, options);
    }

    /** One byte at a time of a 16 KiB file takes 16 KiB of memory each. */
    @Test
    void byteAtOfAFileTakesMemoryInProportion() throws IOException {
        BufferPool pool = BufferPool.create(1 << 20);
        EvBuffer buffer = EvBuffer.create(pool);
        buffer.addFileSegment(file(20_000));
        for (int i = 0; i < 200; i++) {
            buffer.byteAt(i);
        }
        assertThat(pool.bytesInUse()).isLessThan(100_000);
    }

    /** The same as a program would meet it: a loop over a 70 kB file in a buffer of the shared pool (1 GiB). */
    @Test
    void loopingOverASmallFileWorks() throws IOException {
        BufferPool pool = BufferPool.create(64 << 20);
        EvBuffer buffer = EvBuffer.create(pool);
        buffer.addFileSegment(file(20_000));
        assertThatCode(() -> {
                    for (long i = 0; i < buffer.length(); i++) {
                        buffer.byteAt(i);
                    }
                })
                .doesNotThrowAnyException();
    }

    @Test
    void everyDeferredCallbackSeesTheSameChange() {
        ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        EvBuffer buffer = EvBuffer.create();
        List<String> log = new ArrayList<>();
        buffer.add(new byte[100]);
        buffer.addChangeCallback((it, before, added, drained) -> log.add("old " + before + " " + added));
        ChangeRegistration[] first = new ChangeRegistration[1];
        first[0] = buffer.addChangeCallback((it, before, added, drained) -> {
            log.add("new " + before + " " + added);
            first[0].close();
            it.drain(5);
        });
        buffer.deferChangeCallbacks(tasks::add);
        buffer.add(new byte[7]);
        tasks.remove().run();
        assertThat(log).containsExactly("new 100 7", "old 100 7");
        buffer.close();
    }

    @Test
    void aDeferredCallbackCountsAsOnIfItIsWhenItRuns() {
        ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        EvBuffer buffer = EvBuffer.create();
        List<String> log = new ArrayList<>();
        ChangeRegistration one =
                buffer.addChangeCallback((it, before, added, drained) -> log.add(before + " " + added));
        buffer.deferChangeCallbacks(tasks::add);
        one.enabled(false);
        buffer.add(new byte[7]);
        one.enabled(true);
        tasks.remove().run();
        assertThat(log).containsExactly("0 7");
        buffer.close();
    }

    @Test
    void noCallbackRunsOnAClosedBuffer() {
        EvBuffer buffer = EvBuffer.create();
        List<String> log = new ArrayList<>();
        buffer.addChangeCallback((it, before, added, drained) -> log.add("closed=" + it.isClosed()));
        buffer.addChangeCallback((it, before, added, drained) -> it.close());
        buffer.add(new byte[7]);
        assertThat(log).isEmpty();
    }

    /** The target's change count moves only after the source's callbacks: a stale reservation is accepted. */
    @Test
    void aReservationIsStaleOnceBytesWereMovedIn() {
        EvBuffer target = EvBuffer.create();
        target.add(new byte[100]);
        EvBuffer source = EvBuffer.create();
        source.add(new byte[1000]);
        Reservation reservation = target.reserve(500, 1);
        List<Throwable> thrown = new ArrayList<>();
        source.addChangeCallback((it, before, added, drained) -> {
            try {
                reservation.commit(500);
            } catch (IllegalStateException e) {
                thrown.add(e);
            }
        });
        source.moveTo(target, 1000);
        assertThat(thrown).hasSize(1);
        assertThat(target.length()).isEqualTo(1100);
    }

    @Test
    void aPositionIsStaleOnceBytesWereMovedIn() {
        EvBuffer target = EvBuffer.create();
        EvBuffer source = EvBuffer.create();
        target.add(new byte[100]);
        source.add(new byte[3000]);
        BufferPosition position = source.positionAt(50);
        BufferPosition[] positions = {target.positionAt(100)};
        List<Throwable> thrown = new ArrayList<>();
        source.addChangeCallback((it, before, added, drained) -> {
            try {
                target.byteAt(positions[0]);
            } catch (IllegalStateException e) {
                thrown.add(e);
            }
        });
        source.moveTo(target, 3000);
        assertThat(position.index()).isEqualTo(50);
        assertThat(thrown).hasSize(1);
    }

    @Test
    void aCleanupMayCloseTheBufferInsideADrain() {
        EvBuffer buffer = EvBuffer.create();
        buffer.addReference(MemorySegment.ofArray(new byte[10]), memory -> buffer.close());
        buffer.add(new byte[10]);
        assertThatCode(() -> buffer.drain(15)).doesNotThrowAnyException();
    }

    @Test
    void aCleanupMayDrainTheBufferInsideADrain() {
        EvBuffer buffer = EvBuffer.create();
        buffer.addReference(MemorySegment.ofArray(new byte[10]), memory -> buffer.drain(1));
        buffer.add(new byte[10]);
        assertThatCode(() -> buffer.drain(20)).doesNotThrowAnyException();
        assertThat(buffer.length()).isZero();
    }

    @Test
    void aCleanupThatAddsInsidePullUpKeepsTheOrder() {
        EvBuffer buffer = EvBuffer.create();
        buffer.addReference(
                MemorySegment.ofArray("abc".getBytes(US_ASCII)), memory -> buffer.prepend(new byte[] {'<'}));
        buffer.add(new byte[] {'d', 'e', 'f'});
        buffer.pullUp(6);
        assertThat(new String(buffer.removeAll(), US_ASCII)).isEqualTo("<abcdef");
    }

    @Test
    void writeToThatThrowsLeavesTheBufferAsItWas() throws IOException {
        BufferPool pool = BufferPool.create(64 * 1024);
        EvBuffer buffer = EvBuffer.create(pool);
        buffer.add(new byte[1000]);
        buffer.addFileSegment(file(60_000, FileSegmentOption.NO_TRANSFER));
        EvBuffer hog = EvBuffer.create(pool);
        hog.add(new byte[1000]);
        List<String> changes = new ArrayList<>();
        buffer.addChangeCallback((it, before, added, drained) -> changes.add(before + " " + drained));
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        BufferPosition position = buffer.positionAt(10);
        Throwable thrown = null;
        try {
            buffer.writeTo(Channels.newChannel(sink), Long.MAX_VALUE);
        } catch (BufferLimitException e) {
            thrown = e;
        }
        assertThat(sink.size()).as("written").isEqualTo(61_000 - (int) buffer.length());
        if (thrown != null) {
            assertThat(buffer.length()).as("refused, so as it was").isEqualTo(61_000);
        } else {
            assertThat(changes).hasSize(1);
        }
        assertThatThrownBy(() -> buffer.byteAt(position)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aPositionDoesNotSurviveTheLoadingByAWriteThatMovesNothing() throws IOException {
        EvBuffer buffer = EvBuffer.create();
        buffer.addFileSegment(file(20_000, FileSegmentOption.NO_TRANSFER));
        BufferPosition position = buffer.positionAt(50);
        WritableByteChannel full = new WritableByteChannel() {
            @Override
            public int write(ByteBuffer source) {
                return 0;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
        assertThat(buffer.writeTo(full, Long.MAX_VALUE)).isZero();
        Throwable thrown = null;
        try {
            buffer.byteAt(position);
        } catch (RuntimeException e) {
            thrown = e;
        }
        if (thrown != null) {
            assertThat(thrown).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aSegmentsLateCleanupThatThrowsIsLogged() throws IOException {
        FileSegment segment = file(10);
        segment.close();
        assertThatCode(() -> segment.onEnd(() -> {
                    throw new IllegalStateException("x");
                }))
                .doesNotThrowAnyException();
    }

    @Test
    void memoryThatIsNoByteArrayIsRefused() {
        EvBuffer buffer = EvBuffer.create();
        assertThatThrownBy(() -> buffer.addReference(MemorySegment.ofArray(new int[4]), memory -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("need native memory or a byte array");
    }
}
