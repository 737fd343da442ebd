package io.jevent.tests.buffer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.BufferPool;
import io.jevent.buffer.BufferPosition;
import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.EvBuffer.End;
import io.jevent.buffer.FileSegment;
import io.jevent.buffer.LineEnd;
import io.jevent.buffer.ReferenceCleanup;
import io.jevent.buffer.Reservation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every operation keeps to: the end it touches, whom it tells, when it is refused. */
class BufferOperationTest {
    /** In two chunks: "012\n4" and "56789". */
    private static final String CONTENT = "012\n456789";

    @TempDir
    private static Path folder;

    private final BufferPool pool = BufferPool.create(1 << 20);
    private final EvBuffer buffer = EvBuffer.createConfined(pool);
    private final List<String> told = new ArrayList<>();

    @FunctionalInterface
    private interface Action {
        void apply(EvBuffer buffer, EvBuffer three) throws Exception;
    }

    /** Each operation, the end that must not be frozen for it, and by how much it changes the length. */
    enum Operation {
        ADD_ARRAY(End.END, 3, (b, three) -> b.add(bytes("abc"))),
        ADD_BYTE_BUFFER(End.END, 3, (b, three) -> b.add(ByteBuffer.wrap(bytes("abc")))),
        ADD_ASCII(End.END, 3, (b, three) -> b.addAscii("abc")),
        ADD_UTF8(End.END, 3, (b, three) -> b.addUtf8("aé")),
        ADD_FORMATTED(End.END, 3, (b, three) -> b.addFormatted("%03d", 7)),
        ADD_BUFFER(End.END, 3, EvBuffer::addBuffer),
        ADD_REFERENCE(
                End.END, 3, (b, three) -> b.addReference(MemorySegment.ofArray(bytes("abc")), ReferenceCleanup.NONE)),
        ADD_BUFFER_REFERENCE(End.END, 3, EvBuffer::addBufferReference),
        ADD_FILE(End.END, 3, (b, three) -> {
            FileChannel file = FileChannel.open(file());
            boolean success = false;
            try {
                b.addFile(file, 0, 3);
                success = true;
            } finally {
                if (!success) {
                    file.close();
                }
            }
        }),
        ADD_FILE_SEGMENT(End.END, 3, (b, three) -> {
            try (FileSegment segment = FileSegment.open(file())) {
                b.addFileSegment(segment);
            }
        }),
        STREAM_OUT(End.END, 3, (b, three) -> b.asOutputStream().write(bytes("abc"))),
        READ_FROM(
                End.END, 3, (b, three) -> b.readFrom(Channels.newChannel(new ByteArrayInputStream(bytes("abc"))), 100)),
        RESERVE(End.END, 0, (b, three) -> b.reserve(3, 1).close()),
        COMMIT(End.END, 3, (b, three) -> {
            try (Reservation reservation = b.reserve(3, 1)) {
                reservation.space().getFirst().put(bytes("abc"));
                reservation.commit(3);
            }
        }),
        PREPEND(End.START, 3, (b, three) -> b.prepend(bytes("abc"))),
        PREPEND_BUFFER(End.START, 3, EvBuffer::prependBuffer),
        MOVE_TO(End.START, -4, (b, three) -> b.moveTo(three, 4)),
        DRAIN(End.START, -4, (b, three) -> b.drain(4)),
        REMOVE(End.START, -4, (b, three) -> b.remove(new byte[4], 0, 4)),
        REMOVE_ALL(End.START, -10, (b, three) -> b.removeAll()),
        REMOVE_STRING(End.START, -10, (b, three) -> b.removeString(US_ASCII)),
        STREAM_IN(End.START, -1, (b, three) -> b.asInputStream().read()),
        READ_LINE(End.START, -4, (b, three) -> b.readLine(LineEnd.LF)),
        READ_LINE_AS_TEXT(End.START, -4, (b, three) -> b.readLine(LineEnd.LF, US_ASCII)),
        WRITE_TO(End.START, -4, (b, three) -> b.writeTo(Channels.newChannel(new ByteArrayOutputStream()), 4)),
        COPY_OUT(End.START, 0, (b, three) -> b.copyOut(1, new byte[4], 0, 4)),
        COPY_OUT_FROM_POSITION(End.START, 0, (b, three) -> b.positionAt(1).copyOut(new byte[4], 0, 4)),
        PULL_UP(End.START, 0, (b, three) -> b.pullUp(10)),
        PULL_UP_WHAT_IS_CONTIGUOUS(null, 0, (b, three) -> b.pullUp(5)),
        CONTIGUOUS_LENGTH(null, 0, (b, three) -> b.contiguousLength()),
        POSITION(null, 0, (b, three) -> b.positionAt(1)),
        POSITION_PLUS(null, 0, (b, three) -> b.positionAt(1).plus(1)),
        POSITION_GET(null, 0, (b, three) -> b.positionAt(1).get()),
        POSITION_PEEK(null, 0, (b, three) -> b.positionAt(1).peek(2)),
        POSITION_SEARCH(null, 0, (b, three) -> b.positionAt(1).search(bytes("2"))),
        BYTE_AT(null, 0, (b, three) -> b.byteAt(1)),
        PEEK(null, 0, (b, three) -> b.peek(10)),
        PEEK_SEGMENTS(null, 0, (b, three) -> b.peekSegments(10)),
        SEARCH(null, 0, (b, three) -> b.search(bytes("2"))),
        SEARCH_RANGE(null, 0, (b, three) -> b.search(bytes("2"), 0, 5)),
        FIND_LINE_END(null, 0, (b, three) -> b.findLineEnd(LineEnd.LF, 0)),
        FREEZE(null, 0, (b, three) -> b.freeze(End.START)),
        UNFREEZE(null, 0, (b, three) -> b.unfreeze(End.START)),
        ADD_CALLBACK(null, 0, (b, three) -> b.addChangeCallback((self, before, added, drained) -> {})),
        DEFER_CALLBACKS(null, 0, (b, three) -> b.deferChangeCallbacks(Runnable::run));

        private final Optional<End> end;
        private final int change;

        @SuppressWarnings("ImmutableEnumChecker") // the lambdas hold nothing
        private final Action action;

        Operation(End end, int change, Action action) {
            this.end = Optional.ofNullable(end);
            this.change = change;
            this.action = action;
        }

        private static byte[] bytes(String text) {
            return text.getBytes(US_ASCII);
        }

        private static Path file() {
            return folder.resolve("file");
        }

        void applyTo(EvBuffer buffer) throws Exception {
            try (EvBuffer three = EvBuffer.create()) {
                three.addAscii("xyz");
                action.apply(buffer, three);
            }
        }
    }

    @BeforeEach
    void fill() throws Exception {
        Files.writeString(Operation.file(), "abc", US_ASCII);
        pool.confineTo(Thread.currentThread());
        buffer.addReference(MemorySegment.ofArray(Operation.bytes("012\n4")), ReferenceCleanup.NONE);
        buffer.addAscii("56789");
        buffer.addChangeCallback((self, before, added, drained) -> told.add(before + " +" + added + " -" + drained));
    }

    @AfterEach
    void close() {
        buffer.close();
        assertThat(pool.bytesInUse()).as("bytes still handed out").isZero();
        pool.close();
    }

    @ParameterizedTest
    @EnumSource
    void tellsItsChangeOnceAndNothingElse(Operation operation) throws Exception {
        operation.applyTo(buffer);
        assertThat(buffer.length()).isEqualTo(10 + operation.change);
        if (operation.change == 0) {
            assertThat(told).isEmpty();
        } else {
            int added = Math.max(0, operation.change);
            int drained = Math.max(0, -operation.change);
            assertThat(told).containsExactly("10 +" + added + " -" + drained);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isRefusedWhereItsEndIsFrozenAndNowhereElse(Operation operation) {
        for (End end : End.values()) {
            buffer.freeze(end);
            assertThat(buffer.isFrozen(end)).isTrue();
            if (operation.end.equals(Optional.of(end))) {
                String name = end == End.START ? "start" : "end";
                assertThatThrownBy(() -> operation.applyTo(buffer))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("the " + name + " of this buffer is frozen");
                assertThat(told).isEmpty();
                assertThat(buffer.length()).isEqualTo(10);
            } else if (operation.end.isEmpty()) {
                assertThatCode(() -> operation.applyTo(buffer)).doesNotThrowAnyException();
            }
            buffer.unfreeze(end);
            assertThat(buffer.isFrozen(end)).isFalse();
        }
        if (operation.end.isPresent()) {
            buffer.freeze(operation.end.get() == End.START ? End.END : End.START);
            assertThatCode(() -> operation.applyTo(buffer)).doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @EnumSource
    void isRefusedOnAClosedBuffer(Operation operation) {
        buffer.close();
        assertThat(buffer.isClosed()).isTrue();
        assertThatThrownBy(() -> operation.applyTo(buffer))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this buffer is closed");
    }

    @ParameterizedTest
    @EnumSource
    void isRefusedOnAnotherThreadThanThePools(Operation operation) throws Exception {
        FutureTask<Void> task = new FutureTask<>(() -> {
            assertThatThrownBy(() -> operation.applyTo(buffer))
                    .isInstanceOf(WrongThreadException.class)
                    .hasMessageContaining("belongs to Thread[");
            assertThatThrownBy(buffer::close).isInstanceOf(WrongThreadException.class);
            return null;
        });
        Thread.ofPlatform().start(task);
        task.get();
        assertThat(buffer.isClosed()).isFalse();
        assertThat(buffer.removeString(US_ASCII)).isEqualTo(CONTENT);
    }

    @Test
    void whatWasBegunBeforeIsRefusedToo() throws Exception {
        try (Reservation reservation = buffer.reserve(3, 1)) {
            buffer.freeze(End.END);
            assertThatThrownBy(() -> reservation.commit(3)).hasMessage("the end of this buffer is frozen");
            buffer.unfreeze(End.END);
            onAnotherThread(
                    () -> assertThatThrownBy(() -> reservation.commit(3)).isInstanceOf(WrongThreadException.class));
        }
        BufferPosition position = buffer.positionAt(2);
        onAnotherThread(() -> assertPositionRefuses(position, WrongThreadException.class));
        Reservation late = buffer.reserve(3, 1);
        buffer.close();
        assertThatThrownBy(() -> late.commit(3)).hasMessage("this buffer is closed");
        late.close();
        assertPositionRefuses(position, IllegalStateException.class);
    }

    private static void assertPositionRefuses(BufferPosition position, Class<? extends Throwable> expected) {
        assertThatThrownBy(() -> position.plus(1)).isInstanceOf(expected);
        assertThatThrownBy(position::get).isInstanceOf(expected);
        assertThatThrownBy(() -> position.peek(1)).isInstanceOf(expected);
        assertThatThrownBy(() -> position.copyOut(new byte[1], 0, 1)).isInstanceOf(expected);
        assertThatThrownBy(() -> position.search(new byte[] {'2'})).isInstanceOf(expected);
    }

    private static void onAnotherThread(Runnable action) throws Exception {
        FutureTask<Void> task = new FutureTask<>(action, null);
        Thread.ofPlatform().start(task);
        task.get();
    }

    @Test
    void theOtherBufferOfAMoveIsCheckedAndToldToo() {
        try (EvBuffer other = EvBuffer.create(pool)) {
            other.addAscii("abc");
            other.addChangeCallback(
                    (self, before, added, drained) -> told.add("other " + before + " +" + added + " -" + drained));
            other.freeze(End.START);
            assertThatThrownBy(() -> buffer.addBuffer(other)).hasMessage("the start of this buffer is frozen");
            assertThatThrownBy(() -> buffer.prependBuffer(other)).hasMessage("the start of this buffer is frozen");
            buffer.addBufferReference(other);
            other.unfreeze(End.START);
            other.freeze(End.END);
            assertThatThrownBy(() -> buffer.moveTo(other, 1)).hasMessage("the end of this buffer is frozen");
            told.clear();
            buffer.prependBuffer(other);
            assertThat(told).containsExactly("other 3 +0 -3", "13 +3 -0");
        }
        EvBuffer closed = EvBuffer.create(pool);
        closed.close();
        assertThatThrownBy(() -> buffer.addBufferReference(closed)).hasMessage("this buffer is closed");
        assertThatThrownBy(() -> buffer.prependBuffer(closed)).hasMessage("this buffer is closed");
    }

    @Test
    void nothingIsToldOfNothing() throws Exception {
        buffer.add(new byte[0]);
        buffer.prepend(new byte[0]);
        buffer.add(ByteBuffer.allocate(0));
        buffer.addReference(MemorySegment.ofArray(new byte[0]), ReferenceCleanup.NONE);
        buffer.copyOut(3, new byte[0], 0, 0);
        buffer.writeTo(Channels.newChannel(new ByteArrayOutputStream()), 0);
        buffer.readFrom(Channels.newChannel(new ByteArrayInputStream(new byte[0])), 1);
        try (Reservation reservation = buffer.reserve(1, 1)) {
            reservation.commit(0);
        }
        assertThat(told).isEmpty();
        buffer.freeze(End.START);
        assertThat(buffer.copyOut(10, new byte[1], 0, 1)).isZero();
        assertThat(buffer.positionAt(10).copyOut(new byte[1], 0, 1)).isZero();
        buffer.unfreeze(End.START);
    }

    @Test
    void negativeCountsAreRefused() {
        BufferPosition position = buffer.positionAt(2);
        assertThatThrownBy(() -> buffer.peek(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.peekSegments(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.pullUp(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.writeTo(Channels.newChannel(new ByteArrayOutputStream()), -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.readFrom(Channels.newChannel(new ByteArrayInputStream(new byte[1])), 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> position.peek(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> position.copyOut(new byte[1], 0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void itSaysWhatItIs() {
        assertThat(buffer).hasToString("EvBuffer[10 bytes]");
        assertThat(buffer.positionAt(3)).hasToString("BufferPosition[3]");
        buffer.close();
        assertThat(buffer).hasToString("EvBuffer[closed]");
    }
}
