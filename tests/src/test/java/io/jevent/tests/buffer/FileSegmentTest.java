package io.jevent.tests.buffer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.BufferLimitException;
import io.jevent.buffer.BufferPool;
import io.jevent.buffer.BufferPosition;
import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.FileSegment;
import io.jevent.buffer.FileSegmentOption;
import io.jevent.buffer.LineEnd;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files in buffers. */
@Timeout(60)
class FileSegmentTest {
    private static final int FILE_BYTES = 3_000_000;

    @TempDir
    private Path folder;

    private final BufferPool pool = BufferPool.create(1 << 20);
    private final EvBuffer buffer = EvBuffer.create(pool);
    private final byte[] content = new byte[FILE_BYTES];
    private Path path;
    private FileChannel file;

    /** How the bytes go from the file to the socket. */
    enum Way {
        TRANSFERRED,
        THROUGH_MEMORY
    }

    @BeforeEach
    void write() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        random.nextBytes(content);
        path = folder.resolve("file");
        Files.write(path, content);
        file = FileChannel.open(path, StandardOpenOption.READ);
    }

    @AfterEach
    void everyChunkIsBack() throws IOException {
        buffer.close();
        assertThat(pool.bytesInUse()).as("bytes still handed out").isZero();
        pool.close();
        file.close();
    }

    private FileSegment segment(long offset, long length, Way way) throws IOException {
        return way == Way.TRANSFERRED
                ? FileSegment.of(file, offset, length)
                : FileSegment.of(file, offset, length, FileSegmentOption.NO_TRANSFER);
    }

    /** Sends what a buffer event's output is filled with to a peer that reads slowly at first; returns what it got. */
    private static byte[] sentThroughASocket(Filler filler) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                EventBase base = EventBase.create();
                SocketBufferEvent client = SocketBufferEvent.create(base)) {
            CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(() -> {
                try (Socket socket = server.accept()) {
                    socket.setSoTimeout(30_000);
                    return socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            filler.fill(client.output());
            client.connect(server.getLocalSocketAddress());
            client.shutdownOutput();
            base.dispatch();
            return received.join();
        }
    }

    @FunctionalInterface
    private interface Filler {
        void fill(EvBuffer output) throws IOException;
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    @Tag("parity") // regress_buffer.c: add_file_mmap, add_file_nosegment, add_big_file_linear, add_big_file_nosegment
    void aBigFileArrivesIntactDespitePartialWrites(Way way) throws IOException {
        byte[] received = sentThroughASocket(output -> {
            output.addAscii("head");
            try (FileSegment segment = segment(0, FILE_BYTES, way)) {
                output.addFileSegment(segment);
            }
            output.addAscii("tail");
        });
        assertThat(received.length).isEqualTo(FILE_BYTES + 8);
        assertThat(Arrays.mismatch(Arrays.copyOfRange(received, 4, FILE_BYTES + 4), content))
                .isEqualTo(-1);
        assertThat(new String(received, FILE_BYTES + 4, 4, US_ASCII)).isEqualTo("tail");
        assertThat(file.isOpen()).as("the user's").isTrue();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    @Tag("parity") // regress_buffer.c: add_file_offset_mmap, add_file_offset_linear, add_file_offset_nosegment,
    // add_file_offset2_linear, add_file_offset3_sendfile
    void slicesOfASegmentThatBeginsInTheMiddleArriveExactly(Way way) throws IOException {
        byte[] received = sentThroughASocket(output -> {
            try (FileSegment segment = segment(1_234_567, 500_001, way)) {
                output.addFileSegment(segment, 77, 100_003);
                output.addFileSegment(segment, 500_000, 1);
                output.addFileSegment(segment, 0, 0);
            }
        });
        assertThat(received.length).isEqualTo(100_004);
        assertThat(Arrays.mismatch(
                        Arrays.copyOf(received, 100_003), Arrays.copyOfRange(content, 1_234_644, 1_234_644 + 100_003)))
                .isEqualTo(-1);
        assertThat(received[100_003]).isEqualTo(content[1_734_567]);
    }

    @Test
    @Tag("parity") // regress_buffer.c: file_segment_add_cleanup_cb
    void theCleanUpRunsOnceWhenTheLastUserIsGone() throws IOException {
        List<String> log = new ArrayList<>();
        FileSegment segment = FileSegment.open(path);
        segment.onEnd(() -> log.add("ended"));
        buffer.addFileSegment(segment, 0, 10);
        try (EvBuffer other = EvBuffer.create(pool)) {
            other.addFileSegment(segment, 5, 10);
            segment.close();
            segment.close();
            buffer.drain(10);
            assertThat(log).isEmpty();
            other.drain(9);
            assertThat(log).isEmpty();
        }
        assertThat(log).containsExactly("ended");
        segment.onEnd(() -> log.add("too late"));
        assertThat(log).containsExactly("ended", "too late");
        assertThatThrownBy(() -> buffer.addFileSegment(segment)).hasMessageContaining("closed");
    }

    @Test
    void aFileGivenWholeIsClosedWithItsLastByte() throws IOException {
        buffer.addFile(file, 10, 20);
        assertThat(buffer.length()).isEqualTo(20);
        assertThat(buffer.memoryLength()).isZero();
        buffer.drain(19);
        assertThat(file.isOpen()).isTrue();
        buffer.drain(1);
        assertThat(file.isOpen()).isFalse();
    }

    @Test
    void aRefusedFileStaysOpenAndTheBufferAsItWas() {
        buffer.addAscii("x");
        assertThatThrownBy(() -> buffer.addFile(file, FILE_BYTES, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.addFile(file, 1, Long.MAX_VALUE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.addFile(file, -1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        buffer.freeze(EvBuffer.End.END);
        assertThatThrownBy(() -> buffer.addFile(file, 0, 1)).isInstanceOf(IllegalStateException.class);
        assertThat(file.isOpen()).isTrue();
        assertThat(buffer.length()).isEqualTo(1);
    }

    @Test
    void lookingReadsOnlyAsFarAsItNeeds() throws IOException {
        try (FileSegment segment = FileSegment.of(file, 0, FILE_BYTES)) {
            buffer.addFileSegment(segment);
        }
        assertThat(buffer.byteAt(9)).isEqualTo(content[9]);
        assertThat(buffer.memoryLength()).as("one piece of the file").isEqualTo(16 * 1024);
        assertThat(buffer.pullUp(100).get(99)).isEqualTo(content[99]);
        assertThat(buffer.memoryLength()).isEqualTo(16 * 1024);
        assertThat(buffer.findLineEnd(LineEnd.LF, 0)).isPresent();
        assertThat(buffer.memoryLength()).as("what was looked through").isLessThan(90_000);
        assertThatThrownBy(() -> buffer.search(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}))
                .as("more than the pool may hold")
                .hasMessageContaining("bytes");
        assertThat(buffer.length()).isEqualTo(FILE_BYTES);
    }

    @Test
    void aFileTruncatedMeanwhileIsAnErrorAndNothingElseHappens() throws IOException {
        buffer.addAscii("kept");
        try (FileSegment segment = FileSegment.of(file, 0, FILE_BYTES)) {
            buffer.addFileSegment(segment);
        }
        try (FileChannel writable = FileChannel.open(path, StandardOpenOption.WRITE)) {
            writable.truncate(10);
        }
        assertThatThrownBy(() -> buffer.byteAt(50))
                .isInstanceOf(UncheckedIOException.class)
                .hasRootCauseMessage("the file has become too short: need a byte at 10, its length is 10");
        assertThat(buffer.length()).isEqualTo(FILE_BYTES + 4);
        var channel = new MemoryChannel();
        assertThat(buffer.writeTo(channel, 14)).as("what there is").isEqualTo(14);
        assertThatThrownBy(() -> buffer.writeTo(channel, 1)).isInstanceOf(IOException.class);
        assertThat(buffer.length()).isEqualTo(FILE_BYTES - 10);
    }

    @Test
    void aConnectionWhoseFileIsTruncatedFailsAndTheLoopGoesOn() throws IOException {
        List<Condition> conditions = new ArrayList<>();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                EventBase base = EventBase.create();
                SocketBufferEvent client = SocketBufferEvent.create(base)) {
            client.onCondition((self, condition) -> conditions.add(condition));
            client.output().addFile(FileChannel.open(path), 0, FILE_BYTES);
            try (FileChannel writable = FileChannel.open(path, StandardOpenOption.WRITE)) {
                writable.truncate(0);
            }
            client.connect(server.getLocalSocketAddress());
            base.dispatch();
        }
        assertThat(conditions).hasSize(2);
        assertThat(conditions.getLast())
                .isInstanceOfSatisfying(
                        Condition.Failed.class,
                        failed -> assertThat(failed.cause()).hasMessageContaining("too short"));
    }

    @Test
    void filesDoNotCountTowardsTheBoundOnUnsentMemory() throws IOException {
        byte[] received = sentThroughASocket(output -> output.addFile(FileChannel.open(path), 0, FILE_BYTES));
        assertThat(received.length).isEqualTo(FILE_BYTES);
    }

    @Test
    void lookingByteByByteTakesMemoryInProportion() throws IOException {
        try (FileSegment segment = segment(0, 20_000, Way.TRANSFERRED)) {
            buffer.addFileSegment(segment);
        }
        for (int i = 0; i < 20_000; i++) {
            assertThat(buffer.byteAt(i)).isEqualTo(content[i]);
        }
        assertThat(pool.bytesInUse()).isLessThan(100_000);
    }

    @Test
    void aWriteThatFindsNoMemoryForTheFileReportsWhatItHasWrittenBefore() throws IOException {
        BufferPool small = BufferPool.create(64 * 1024);
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        List<String> changes = new ArrayList<>();
        try (EvBuffer source = EvBuffer.create(small);
                EvBuffer hog = EvBuffer.create(small)) {
            source.add(new byte[1000]);
            try (FileSegment segment = segment(0, 60_000, Way.THROUGH_MEMORY)) {
                source.addFileSegment(segment);
            }
            takeAllBut(2048, small, hog);
            source.addChangeCallback((it, before, added, drained) -> changes.add(before + " -" + drained));
            assertThat(source.writeTo(Channels.newChannel(sink), Long.MAX_VALUE))
                    .isEqualTo(1000);
            assertThat(source.length()).isEqualTo(60_000);
            assertThat(changes).containsExactly("61000 -1000");
            assertThatThrownBy(() -> source.writeTo(Channels.newChannel(sink), Long.MAX_VALUE))
                    .isInstanceOf(BufferLimitException.class);
            assertThat(source.length()).as("refused, so as it was").isEqualTo(60_000);
            assertThat(sink.size()).isEqualTo(1000);
        }
    }

    /** In pieces of 1 KiB, each in a chunk of its own. */
    private static void takeAllBut(long byteCount, BufferPool pool, EvBuffer hog) {
        while (pool.maxBytes() - pool.bytesInUse() > byteCount) {
            try (EvBuffer one = EvBuffer.create(pool)) {
                one.add(new byte[1024]);
                hog.addBuffer(one);
            }
        }
    }

    @Test
    void aFileGoesThroughTheLittleMemoryThereIs() throws IOException {
        BufferPool small = BufferPool.create(64 * 1024);
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        try (EvBuffer source = EvBuffer.create(small);
                EvBuffer hog = EvBuffer.create(small)) {
            hog.add(new byte[1000]);
            try (FileSegment segment = segment(0, 60_000, Way.THROUGH_MEMORY)) {
                source.addFileSegment(segment);
            }
            assertThat(source.writeTo(Channels.newChannel(sink), Long.MAX_VALUE))
                    .isEqualTo(60_000);
            assertThat(sink.toByteArray()).isEqualTo(Arrays.copyOf(content, 60_000));
        }
    }

    @Test
    void aPositionDoesNotSurviveTheLoadingByAWriteThatMovesNothing() throws IOException {
        try (FileSegment segment = segment(0, 20_000, Way.THROUGH_MEMORY)) {
            buffer.addFileSegment(segment);
        }
        BufferPosition position = buffer.positionAt(50);
        assertThat(buffer.writeTo(new FullChannel(), Long.MAX_VALUE)).isZero();
        assertThatThrownBy(position::get).isInstanceOf(IllegalStateException.class);
    }

    /** A channel that takes nothing. */
    private static final class FullChannel implements WritableByteChannel {
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
    }

    @Test
    void aCleanUpThatComesLateAndThrowsHarmsNobody() throws IOException {
        FileSegment segment = segment(0, 10, Way.TRANSFERRED);
        segment.close();
        List<String> calls = new ArrayList<>();
        segment.onEnd(() -> {
            calls.add("late");
            throw new IllegalStateException("mine");
        });
        assertThat(calls).containsExactly("late");
    }

    @Test
    void aFileThatIsNotOpenForReadingIsRefused() throws IOException {
        try (FileChannel unreadable = FileChannel.open(path, StandardOpenOption.WRITE)) {
            assertThatThrownBy(() -> FileSegment.of(unreadable, 0, 1000))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("need a file that is open for reading");
        }
    }

    // ---- what is still in the file, and what is in memory ----

    @Test
    void whatIsInMemoryIsCountedThroughMovesAndDrains() throws IOException {
        try (FileSegment segment = segment(0, 100_000, Way.TRANSFERRED);
                EvBuffer other = EvBuffer.create(pool)) {
            buffer.addFileSegment(segment);
            assertThat(buffer.memoryLength()).isZero();
            buffer.addAscii("tail");
            buffer.drain(1);
            assertThat(buffer.memoryLength()).isEqualTo(4);
            other.addAscii("head");
            other.addBuffer(buffer);
            assertThat(other.memoryLength()).isEqualTo(8);
            assertThat(buffer.memoryLength()).isZero();
            other.drain(4 + 99_998);
            assertThat(other.memoryLength()).isEqualTo(4);
            assertThat(other.length()).isEqualTo(5);
            other.moveTo(buffer, 3);
            assertThat(buffer.length() - buffer.memoryLength()).isEqualTo(1);
            assertThat(other.removeString(US_ASCII)).isEqualTo("il");
        }
    }

    @Test
    void aPositionLooksIntoTheFile() throws IOException {
        byte[] text = new byte[200_000];
        Arrays.fill(text, (byte) 'x');
        text[150_000] = 'y';
        text[150_001] = 'z';
        Files.write(path, text);
        try (FileSegment segment = FileSegment.open(path)) {
            buffer.addAscii("head");
            buffer.addFileSegment(segment);
        }
        assertThat(buffer.positionAt(150_004).get()).isEqualTo((byte) 'y');
        buffer.close();
        try (EvBuffer fresh = EvBuffer.create(pool);
                FileSegment segment = FileSegment.open(path)) {
            fresh.addFileSegment(segment);
            byte[] target = new byte[4];
            assertThat(fresh.positionAt(149_999).copyOut(target, 1, 3)).isEqualTo(3);
            assertThat(target).isEqualTo("\0xyz".getBytes(US_ASCII));
            fresh.drain(fresh.length());
            fresh.addFileSegment(segment);
            assertThat(fresh.positionAt(150_000).peek(2).getFirst()).isEqualTo(ByteBuffer.wrap(new byte[] {'y', 'z'}));
            fresh.drain(fresh.length());
            fresh.addFileSegment(segment);
            assertThat(fresh.positionAt(10)
                            .search(new byte[] {'y', 'z'})
                            .orElseThrow()
                            .index())
                    .isEqualTo(150_000);
            fresh.drain(fresh.length());
            fresh.addFileSegment(segment);
            BufferPosition start = fresh.positionAt(10);
            assertThat(start.search(new byte[] {'y'}, start.plus(1000))).isEmpty();
            assertThat(fresh.memoryLength()).as("no further than it may look").isLessThan(150_000);
        }
    }

    /** As much is read at a time; a line end may lie across the border between two such pieces. */
    @ParameterizedTest
    @ValueSource(ints = {65_533, 65_534, 65_535, 65_536, 65_537})
    void aLineEndAcrossTwoPiecesOfTheFileIsFoundWhole(int lineBytes) throws IOException {
        byte[] text = new byte[200_000];
        Arrays.fill(text, (byte) 'x');
        text[lineBytes] = '\r';
        text[lineBytes + 1] = '\n';
        text[lineBytes + 2] = '\n';
        Files.write(path, text);
        for (LineEnd style : LineEnd.values()) {
            LineModel expected = LineModel.find(text, style);
            try (FileSegment segment = FileSegment.open(path);
                    EvBuffer fresh = EvBuffer.create(pool)) {
                fresh.addFileSegment(segment);
                assertThat(fresh.findLineEnd(style, 0).map(it -> new LineModel((int) it.index(), (int) it.byteCount())))
                        .as(style.toString())
                        .isEqualTo(Optional.ofNullable(expected));
            }
        }
    }

    @Test
    void oneWriteGoesOnBehindAFileThatTheChannelTookWhole() throws IOException {
        for (Way way : Way.values()) {
            MemoryChannel channel = new MemoryChannel();
            try (FileSegment segment = segment(0, 20_000, way)) {
                buffer.addAscii("head");
                buffer.addFileSegment(segment);
                buffer.addAscii("middle");
                buffer.addFileSegment(segment, 5, 10);
                buffer.addAscii("tail");
            }
            assertThat(buffer.writeTo(channel, Long.MAX_VALUE)).isEqualTo(20_024);
            assertThat(channel.contents()).hasSize(20_024).endsWith("tail".getBytes(US_ASCII));
            assertThat(buffer.isEmpty()).isTrue();
        }
    }

    @Test
    void oneWriteStopsWhereTheChannelTakesNoMore() throws IOException {
        for (int room : new int[] {2, 4, 10, 20_004, 20_006}) {
            LimitedChannel channel = new LimitedChannel(room);
            try (FileSegment segment = segment(0, 20_000, Way.THROUGH_MEMORY)) {
                buffer.addAscii("head");
                buffer.addFileSegment(segment);
                buffer.addAscii("tail");
            }
            assertThat(buffer.writeTo(channel, Long.MAX_VALUE)).isEqualTo(room);
            assertThat(channel.refusals)
                    .as("calls after the channel was full, room for " + room)
                    .isLessThanOrEqualTo(1);
            assertThat(buffer.length()).isEqualTo(20_008 - room);
            buffer.drain(Long.MAX_VALUE);
        }
    }

    /** A channel that takes so many bytes. */
    private static final class LimitedChannel implements WritableByteChannel {
        private int room;
        private int refusals;

        LimitedChannel(int room) {
            this.room = room;
        }

        @Override
        public int write(ByteBuffer source) {
            int count = Math.min(room, source.remaining());
            refusals += count == 0 ? 1 : 0;
            room -= count;
            source.position(source.position() + count);
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Test
    void aSegmentSaysWhatItIs() throws IOException {
        try (FileSegment segment = segment(7, 100, Way.TRANSFERRED)) {
            assertThat(segment).hasToString("FileSegment[100 bytes from 7]");
        }
        assertThatThrownBy(() -> FileSegment.of(file, 0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(FileSegment.of(file, FILE_BYTES, 0).length()).isZero();
    }
}
