package io.jevent.tests.buffer;

import static io.jevent.tests.buffer.ByteModel.indexOf;
import static io.jevent.tests.buffer.ByteModel.join;
import static io.jevent.tests.buffer.ByteModel.tail;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.buffer.BufferPool;
import io.jevent.buffer.BufferPosition;
import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.FileSegment;
import io.jevent.buffer.LineEnd;
import io.jevent.buffer.LineEndPosition;
import io.jevent.buffer.Reservation;
import io.jevent.testkit.PropertyRunner;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random operations on two buffers, each compared with a plain array after every step. */
class EvBufferModelTest {
    private static final int SEQUENCES = 3_000;
    private static final int STEPS = 40;

    /** Sharing doubles; beyond this nothing more is shared. */
    private static final int MAX_SHARED_BYTES = 100_000;

    private static final byte[] FILE_BYTES = new byte[200_000];

    static {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < FILE_BYTES.length; i++) {
            FILE_BYTES[i] = (byte) "ab\r\n".charAt(random.nextInt(4));
        }
    }

    private final BufferPool pool = BufferPool.create(BufferPool.DEFAULT_MAX_BYTES);

    @AfterEach
    void everyChunkIsBack() {
        assertThat(pool.bytesInUse()).as("bytes still handed out").isZero();
        pool.close();
    }

    @Test
    @Tag("parity") // regress_buffer.c: evbuffer
    void behavesLikeAnArrayOfBytesInThousandsOfRandomSequences(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("bytes");
        Files.write(path, FILE_BYTES);
        try (FileSegment file = FileSegment.open(path)) {
            new PropertyRunner(SEQUENCES, STEPS).run(seed -> new Run(pool, file));
        }
    }

    /** One sequence: two buffers and their models. */
    private static final class Run implements PropertyRunner.Subject {
        private final BufferPool pool;
        private final FileSegment file;
        private final EvBuffer[] buffers;
        private final byte[][] models = {{}, {}};
        private final List<String> log = new ArrayList<>();
        private SplittableRandom random = new SplittableRandom(0);
        private int referencesMade;
        private int referencesReleased;

        Run(BufferPool pool, FileSegment file) {
            this.pool = pool;
            this.file = file;
            buffers = new EvBuffer[] {EvBuffer.create(pool), EvBuffer.create(pool)};
        }

        @Override
        public void step(SplittableRandom random) throws IOException {
            this.random = random;
            step();
        }

        @Override
        public String story() {
            return log.toString();
        }

        private void step() throws IOException {
            int which = random.nextInt(2);
            EvBuffer buffer = buffers[which];
            byte[] model = models[which];
            int other = 1 - which;
            int count = size();
            int part = Math.min(count, model.length);
            switch (random.nextInt(19)) {
                case 0, 1 -> {
                    byte[] bytes = bytes(count);
                    log("add", which, count);
                    buffer.add(bytes);
                    models[which] = join(model, bytes);
                }
                case 2 -> {
                    byte[] bytes = bytes(count);
                    log("add ByteBuffer", which, count);
                    ByteBuffer source = ByteBuffer.wrap(bytes);
                    buffer.add(source);
                    assertThat(source.hasRemaining()).isFalse();
                    models[which] = join(model, bytes);
                }
                case 3 -> {
                    byte[] bytes = bytes(count);
                    log("prepend", which, count);
                    buffer.prepend(bytes);
                    models[which] = join(bytes, model);
                }
                case 4, 5 -> {
                    log("drain", which, count);
                    assertThat(buffer.drain(count)).isEqualTo(part);
                    models[which] = tail(model, part);
                }
                case 6 -> {
                    log("remove", which, count);
                    byte[] taken = new byte[count];
                    assertThat(buffer.remove(taken, 0, count)).isEqualTo(part);
                    assertBytes(Arrays.copyOf(taken, part), Arrays.copyOf(model, part));
                    models[which] = tail(model, part);
                }
                case 7, 8 -> {
                    log("moveTo", which, count);
                    assertThat(buffer.moveTo(buffers[other], count)).isEqualTo(part);
                    models[other] = join(models[other], Arrays.copyOf(model, part));
                    models[which] = tail(model, part);
                }
                case 9 -> {
                    log("addBuffer", which, -1);
                    buffer.addBuffer(buffers[other]);
                    models[which] = join(model, models[other]);
                    models[other] = new byte[0];
                }
                case 10 -> {
                    log("prependBuffer", which, -1);
                    buffer.prependBuffer(buffers[other]);
                    models[which] = join(models[other], model);
                    models[other] = new byte[0];
                }
                case 11 -> {
                    log("pullUp", which, part);
                    ByteBuffer view = buffer.pullUp(part);
                    assertBytes(contents(List.of(view)), Arrays.copyOf(model, part));
                }
                case 12 -> reserveAndCommit(which, Math.max(1, count));
                case 13 -> readLine(which);
                case 14 -> {
                    byte[] bytes = bytes(count);
                    log("addReference", which, count);
                    referencesMade++;
                    buffer.addReference(MemorySegment.ofArray(bytes), memory -> referencesReleased++);
                    models[which] = join(model, bytes);
                }
                case 15 -> {
                    log("addBufferReference", which, -1);
                    if (model.length < MAX_SHARED_BYTES) {
                        buffer.addBufferReference(buffers[other]);
                        models[which] = join(model, models[other]);
                    }
                }
                case 16 -> {
                    int from = random.nextInt(FILE_BYTES.length);
                    int byteCount = Math.min(count, FILE_BYTES.length - from);
                    log("addFileSegment", which, byteCount);
                    buffer.addFileSegment(file, from, byteCount);
                    models[which] = join(model, Arrays.copyOfRange(FILE_BYTES, from, from + byteCount));
                }
                case 17 -> throughStreams(which, other, count);
                default -> throughChannel(which, other, Math.max(1, count));
            }
            check();
        }

        private void reserveAndCommit(int which, int count) {
            int segments = 1 + random.nextInt(4);
            log("reserve", which, count);
            try (Reservation reservation = buffers[which].reserve(count, segments)) {
                assertThat(reservation.byteCount()).isGreaterThanOrEqualTo(count);
                assertThat(reservation.space().size()).isBetween(1, segments);
                byte[] bytes = bytes(random.nextInt(count + 1));
                int done = 0;
                for (ByteBuffer space : reservation.space()) {
                    int fits = Math.min(space.remaining(), bytes.length - done);
                    space.put(bytes, done, fits);
                    done += fits;
                }
                reservation.commit(bytes.length);
                models[which] = join(models[which], bytes);
            }
        }

        private void readLine(int which) {
            LineEnd style = LineEnd.values()[random.nextInt(LineEnd.values().length)];
            log("readLine " + style, which, -1);
            LineModel expected = LineModel.find(models[which], style);
            Optional<byte[]> line = buffers[which].readLine(style);
            assertThat(line.isPresent()).isEqualTo(expected != null);
            if (expected != null) {
                assertBytes(line.orElseThrow(), Arrays.copyOf(models[which], expected.index()));
                models[which] = tail(models[which], expected.index() + expected.byteCount());
            }
        }

        private void throughChannel(int which, int other, int count) throws IOException {
            log("writeTo, readFrom", which, count);
            var channel = new MemoryChannel();
            long written = buffers[which].writeTo(channel, count);
            assertThat(written).isLessThanOrEqualTo(Math.min(count, models[which].length));
            byte[] moved = Arrays.copyOf(models[which], (int) written);
            assertBytes(channel.contents(), moved);
            models[which] = tail(models[which], (int) written);
            while (channel.hasBytes()) {
                int read = buffers[other].readFrom(channel, count);
                assertThat(read).isBetween(1, count);
            }
            models[other] = join(models[other], moved);
        }

        private void throughStreams(int which, int other, int count) throws IOException {
            log("streams", which, count);
            byte[] taken = buffers[which].asInputStream().readNBytes(count);
            byte[] expected = Arrays.copyOf(models[which], Math.min(count, models[which].length));
            assertBytes(taken, expected);
            models[which] = tail(models[which], expected.length);
            buffers[other].asOutputStream().write(taken);
            models[other] = join(models[other], taken);
        }

        private void check() throws IOException {
            for (int i = 0; i < 2; i++) {
                EvBuffer buffer = buffers[i];
                byte[] model = models[i];
                assertThat(buffer.length()).as(() -> "length after " + log).isEqualTo(model.length);
                checkView(buffer, model);
                if (random.nextInt(3) != 0) {
                    continue; // Looking would bring what is in files into memory.
                }
                assertBytes(contents(buffer.peek(Long.MAX_VALUE)), model);
                byte[] copy = new byte[model.length];
                int from = model.length == 0 ? 0 : random.nextInt(model.length);
                int copied = buffer.copyOut(from, copy, 0, model.length);
                assertBytes(Arrays.copyOf(copy, copied), tail(model, from));
                checkSearch(buffer, model);
            }
        }

        /** A view shows the same bytes, and what becomes of it is nothing to the buffer. */
        private void checkView(EvBuffer buffer, byte[] model) throws IOException {
            try (EvBuffer view = EvBuffer.create(pool)) {
                view.addBufferReference(buffer);
                var channel = new MemoryChannel();
                while (!view.isEmpty()) {
                    view.writeTo(channel, Long.MAX_VALUE);
                }
                assertBytes(channel.contents(), model);
                view.add(new byte[3]);
                view.prepend(new byte[3]);
            }
            assertThat(buffer.length()).isEqualTo(model.length);
        }

        private void checkSearch(EvBuffer buffer, byte[] model) {
            byte[] needle = bytes(1 + random.nextInt(4));
            int from = random.nextInt(model.length + 1);
            int to = from + random.nextInt(model.length - from + 1);
            long expectedIndex = indexOf(model, needle, from, to);
            assertThat(buffer.search(needle, from, to))
                    .as(() -> "search " + Arrays.toString(needle) + " after " + log)
                    .isEqualTo(expectedIndex);
            BufferPosition start = buffer.positionAt(from);
            assertThat(start.search(needle, start.plus((long) to - from))
                            .map(BufferPosition::index)
                            .orElse(-1L))
                    .isEqualTo(expectedIndex);
            byte[] behind = new byte[model.length];
            int copied = start.copyOut(behind, 0, behind.length);
            assertBytes(Arrays.copyOf(behind, copied), tail(model, from));
            assertBytes(contents(start.peek(to - from)), Arrays.copyOfRange(model, from, to));
            for (LineEnd style : LineEnd.values()) {
                LineModel expected = LineModel.find(model, style);
                Optional<LineEndPosition> found = buffer.findLineEnd(style, 0);
                assertThat(found.map(position -> new LineModel((int) position.index(), (int) position.byteCount())))
                        .isEqualTo(Optional.ofNullable(expected));
            }
        }

        /** Says where the first difference is, rather than printing a hundred thousand bytes. */
        private void assertBytes(byte[] actual, byte[] expected) {
            assertThat(Arrays.mismatch(actual, expected))
                    .as(() -> "first wrong byte after " + log)
                    .isEqualTo(-1);
        }

        private int size() {
            return switch (random.nextInt(60)) {
                case 0, 1, 2 -> 0;
                case 3, 4, 5, 6, 7, 8 -> random.nextInt(900, 1100);
                case 9, 10, 11 -> random.nextInt(4000, 4200);
                case 12 -> random.nextInt(60_000, 140_000);
                default -> random.nextInt(1, 20);
            };
        }

        /** Few values, so that searches find something and line ends are everywhere. */
        private byte[] bytes(int count) {
            byte[] bytes = new byte[count];
            byte[] alphabet = {'a', 'a', 'b', 'c', '\r', '\n', 0, (byte) 0x8a};
            for (int i = 0; i < count; i++) {
                bytes[i] = count > 2000 ? (byte) ('d' + i % 7) : alphabet[random.nextInt(alphabet.length)];
            }
            return bytes;
        }

        private void log(String operation, int which, int count) {
            log.add(operation + "[" + which + "] " + count);
        }

        @Override
        public void close() {
            buffers[0].close();
            buffers[1].close();
            assertThat(referencesReleased).as(() -> "clean-ups after " + log).isEqualTo(referencesMade);
        }
    }

    private static byte[] contents(List<ByteBuffer> views) {
        byte[] all = new byte[views.stream().mapToInt(ByteBuffer::remaining).sum()];
        int done = 0;
        for (ByteBuffer view : views) {
            int count = view.remaining();
            view.duplicate().get(all, done, count);
            done += count;
        }
        return all;
    }
}
