package io.jevent.tests.buffer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.BufferLimitException;
import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.LineEnd;
import io.jevent.buffer.Reservation;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a byte queue promises, apart from being an array of bytes (that is the model test). */
class EvBufferTest extends BufferCase {
    // ---- moving ----

    @Test
    @Tag("parity") // regress_buffer.c: remove_buffer_with_empty
    void movingThreeOfFourBytesLeavesTheFourth() {
        buffer.addAscii("foo");
        buffer.addAscii("!");
        try (EvBuffer target = EvBuffer.create(pool)) {
            assertThat(buffer.moveTo(target, 3)).isEqualTo(3);
            assertThat(textOf(target)).isEqualTo("foo");
            assertThat(textOf(buffer)).isEqualTo("!");
        }
    }

    @Test
    @Tag("parity") // regress_buffer.c: remove_buffer_with_empty_front
    void aBufferThatWasMovedAwayTakesNewBytes() {
        buffer.addAscii("gone");
        try (EvBuffer target = EvBuffer.create(pool)) {
            target.addBuffer(buffer);
            buffer.addAscii("new");
            target.addBuffer(buffer);
            assertThat(textOf(target)).isEqualTo("gonenew");
            assertThat(buffer.isEmpty()).isTrue();
        }
    }

    @Test
    @Tag("parity") // regress_buffer.c: remove_buffer_adjust_last_with_datap_with_empty
    void aPartialCommitPrependsAndMovesKeepTheOrder() {
        try (Reservation reservation = buffer.reserve(2048, 2)) {
            reservation.space().getFirst().put("aaaaaa".getBytes(UTF_8));
            reservation.commit(6);
        }
        try (EvBuffer other = EvBuffer.create(pool)) {
            other.addAscii("ddd");
            other.prepend("b".getBytes(UTF_8));
            other.addAscii("c");
            other.moveTo(buffer, 5);
            assertThat(textOf(buffer)).isEqualTo("aaaaaabdddc");
        }
    }

    @Test
    void movingLargeChunksCopiesNothing() {
        buffer.add(filled(64 * 1024));
        try (EvBuffer target = EvBuffer.create(pool)) {
            long inUse = pool.bytesInUse();
            target.addBuffer(buffer);
            assertThat(pool.bytesInUse()).as("memory for a copy").isEqualTo(inUse);
            assertThat(target.contiguousLength()).isEqualTo(64 * 1024);
        }
    }

    @Test
    void aBufferMovedOntoItselfIsUnchanged() {
        buffer.addAscii("same");
        buffer.addBuffer(buffer);
        buffer.prependBuffer(buffer);
        assertThat(textOf(buffer)).isEqualTo("same");
    }

    @Test
    @Tag("parity") // regress_buffer.c: prepend
    void prependingSmallAndLargeKeepsTheOrder() {
        buffer.prepend("world".getBytes(UTF_8));
        buffer.prepend("hello ".getBytes(UTF_8));
        byte[] large = filled(100_000);
        buffer.prepend(large);
        byte[] copy = new byte[100_000];
        buffer.remove(copy, 0, copy.length);
        assertThat(copy).isEqualTo(large);
        assertThat(textOf(buffer)).isEqualTo("hello world");
    }

    // ---- lines ----

    @Test
    @Tag("parity") // regress_buffer.c: readln
    void eachLineEndStyleSplitsInItsOwnWay() {
        assertThat(lines(LineEnd.ANY, "a\r\n\nb\rc\n")).containsExactly("a", "b", "c");
        assertThat(lines(LineEnd.CRLF, "a\r\nb\nc\rd\n")).containsExactly("a", "b", "c\rd");
        assertThat(lines(LineEnd.CRLF_STRICT, "a\nb\r\nc\rd\r\n")).containsExactly("a\nb", "c\rd");
        assertThat(lines(LineEnd.LF, "a\r\n\nb\n")).containsExactly("a\r", "", "b");
        assertThat(lines(LineEnd.NUL, "a\0\0b\n\0")).containsExactly("a", "", "b\n");
    }

    private List<String> lines(LineEnd style, String text) {
        List<String> lines = new ArrayList<>();
        try (EvBuffer source = EvBuffer.create(pool)) {
            source.addUtf8(text);
            for (var line = source.readLine(style, UTF_8); line.isPresent(); line = source.readLine(style, UTF_8)) {
                lines.add(line.get());
            }
            assertThat(source.isEmpty()).as("nothing is left").isTrue();
        }
        return lines;
    }

    @ParameterizedTest
    @ValueSource(ints = {1022, 1023, 1024, 1025, 4095, 4096})
    void aLineEndCutByAChunkBorderIsFound(int lineLength) {
        for (byte b : filled(lineLength)) {
            buffer.add(new byte[] {(byte) (b | 0x80)}); // one by one, so that chunks fill to the last byte
        }
        assertThat(buffer.readLine(LineEnd.CRLF_STRICT)).isEmpty();
        buffer.addAscii("\r");
        assertThat(buffer.readLine(LineEnd.CRLF_STRICT)).isEmpty();
        buffer.addAscii("\nrest");
        assertThat(buffer.readLine(LineEnd.CRLF_STRICT).orElseThrow()).hasSize(lineLength);
        assertThat(textOf(buffer)).isEqualTo("rest");
    }

    @Test
    void anIncompleteLineStaysInTheBuffer() {
        buffer.addAscii("half");
        assertThat(buffer.readLine(LineEnd.LF)).isEmpty();
        assertThat(textOf(buffer)).isEqualTo("half");
    }

    // ---- searching and looking ----

    @Test
    @Tag("parity") // regress_buffer.c: search
    void aRangeSearchExcludesMatchesThatCrossItsEnd() {
        buffer.addAscii("abcabcd");
        assertThat(buffer.search("abcd".getBytes(UTF_8))).isEqualTo(3);
        assertThat(buffer.search("abcd".getBytes(UTF_8), 0, 6)).isEqualTo(-1);
        assertThat(buffer.search("abc".getBytes(UTF_8), 1, 7)).isEqualTo(3);
        assertThat(buffer.search(new byte[0], 2, 7)).isEqualTo(2);
        assertThatThrownBy(() -> buffer.search(new byte[1], 3, 8)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    /** The search has a word, a block and a tail path; each must find both lengths of needle at any place in it. */
    @ParameterizedTest
    @ValueSource(ints = {7, 200, 1000, 3000})
    void searchingFindsANeedleWhereverItBegins(int chunkBytes) {
        byte[] hay = new byte[5000];
        for (int at = 0; at + 2 <= hay.length; at += 7) {
            Arrays.fill(hay, (byte) 'a');
            hay[at] = 'x';
            hay[at + 1] = 'y';
            try (EvBuffer searched = EvBuffer.create()) {
                for (int done = 0; done < hay.length; done += chunkBytes) {
                    int byteCount = Math.min(chunkBytes, hay.length - done);
                    searched.addReference(MemorySegment.ofArray(hay), done, byteCount, _ -> {});
                }
                assertThat(searched.search(new byte[] {'x'})).isEqualTo(at);
                assertThat(searched.search(new byte[] {'x', 'y'})).isEqualTo(at);
                assertThat(searched.search(new byte[] {'x', 'z'})).isEqualTo(-1);
                assertThat(searched.search(new byte[] {'x'}, 0, at)).isEqualTo(-1);
            }
        }
    }

    @Test
    @Tag("parity") // regress_buffer.c: peek
    void peekingShowsChunksReadOnlyAndTakesNothing() {
        buffer.add(filled(5000));
        List<ByteBuffer> views = buffer.peek(4500);
        assertThat(views.stream().mapToInt(ByteBuffer::remaining).sum()).isEqualTo(4500);
        assertThat(views).allMatch(ByteBuffer::isReadOnly);
        assertThat(buffer.peek(0)).isEmpty();
        assertThat(buffer.length()).isEqualTo(5000);
    }

    @Test
    @Tag("parity") // regress_buffer.c: pullup_with_empty
    void pullingUpMakesBytesContiguousAndChangesNoByte() {
        for (int i = 0; i < 20; i++) {
            buffer.add(filled(700));
        }
        ByteBuffer view = buffer.pullUp(14_000);
        assertThat(view.remaining()).isEqualTo(14_000);
        assertThat(view.get(701)).isEqualTo((byte) 1);
        assertThat(buffer.contiguousLength()).isEqualTo(14_000);
        assertThat(buffer.pullUp(0).remaining()).isZero();
        assertThatThrownBy(() -> buffer.pullUp(14_001)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    @Tag("parity") // regress_buffer.c: remove_buffer_with_empty2
    void movingAcrossChunksLeavesTheLastByteInTheSource() {
        try (EvBuffer target = EvBuffer.create(pool)) {
            target.addAscii("foo");
            for (String part : List.of("bar", "baz")) {
                try (EvBuffer piece = EvBuffer.create(pool)) {
                    piece.addAscii(part);
                    buffer.addBuffer(piece);
                }
            }
            buffer.addAscii("!");
            assertThat(buffer.moveTo(target, 6)).isEqualTo(6);
            assertThat(textOf(target)).isEqualTo("foobarbaz");
            assertThat(textOf(buffer)).isEqualTo("!");
        }
    }

    @Test
    void aSourceWhoseMemoryIsGoneIsRefusedAndNothingIsLost() {
        buffer.addAscii("kept");
        ByteBuffer gone;
        try (Arena arena = Arena.ofConfined()) {
            gone = arena.allocate(5000).asByteBuffer();
        }
        long inUse = pool.bytesInUse();
        assertThatThrownBy(() -> buffer.add(gone)).isInstanceOf(IllegalStateException.class);
        assertThat(textOf(buffer)).isEqualTo("kept");
        assertThat(pool.bytesInUse()).isEqualTo(inUse);
    }

    // ---- sizes ----

    @ParameterizedTest
    @ValueSource(longs = {Integer.MAX_VALUE, Integer.MAX_VALUE + 1L, Long.MAX_VALUE - 1, Long.MAX_VALUE})
    void countsNearTheLimitsOfTheirTypesMeanAll(long byteCount) {
        buffer.addAscii("kept");
        assertThat(buffer.peek(byteCount)).hasSize(1);
        assertThatThrownBy(() -> buffer.pullUp(byteCount)).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> buffer.byteAt(byteCount)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.copyOut(byteCount, new byte[1], 0, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.search(new byte[1], byteCount, byteCount))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.findLineEnd(LineEnd.LF, byteCount))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(textOf(buffer)).isEqualTo("kept");
        try (EvBuffer target = EvBuffer.create(pool)) {
            assertThat(buffer.moveTo(target, byteCount)).isEqualTo(4);
            assertThat(target.drain(byteCount)).isEqualTo(4);
        }
    }

    @Test
    void negativeCountsAndRangesOutsideAnArrayAreRefused() {
        buffer.addAscii("kept");
        byte[] array = new byte[4];
        assertThatThrownBy(() -> buffer.drain(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.peek(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.moveTo(buffer, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.add(array, 2, Integer.MAX_VALUE)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.prepend(array, -1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.remove(array, 0, 5)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(textOf(buffer)).isEqualTo("kept");
    }

    @Test
    void whatThePoolRefusesLeavesTheBufferAsItWas() {
        buffer.addAscii("kept");
        byte[] tooMuch = new byte[POOL_BYTES];
        long inUse = pool.bytesInUse();
        assertThatThrownBy(() -> buffer.add(tooMuch))
                .isInstanceOf(BufferLimitException.class)
                .hasMessageContaining("of at most " + POOL_BYTES);
        assertThatThrownBy(() -> buffer.add(ByteBuffer.wrap(tooMuch))).isInstanceOf(BufferLimitException.class);
        assertThatThrownBy(() -> buffer.prepend(tooMuch)).isInstanceOf(BufferLimitException.class);
        assertThatThrownBy(() -> buffer.reserve(POOL_BYTES, 1)).isInstanceOf(BufferLimitException.class);
        assertThatThrownBy(() -> buffer.reserve(POOL_BYTES, 100)).isInstanceOf(BufferLimitException.class);
        assertThat(textOf(buffer)).isEqualTo("kept");
        assertThat(pool.bytesInUse())
                .as("what was taken before the refusal is back")
                .isEqualTo(inUse);
    }

    @Test
    @Tag("parity") // regress_buffer.c: add2
    void growingAppendsStayConsistentUpToMegabytes() {
        try (EvBuffer large = EvBuffer.create()) {
            long total = 0;
            for (int count = 1; count < 3_000_000; count = count * 2 + 1) {
                large.add(filled(count));
                total += count;
                assertThat(large.length()).isEqualTo(total);
            }
            assertThat(large.drain(total - 1)).isEqualTo(total - 1);
            assertThat(large.length()).isEqualTo(1);
        }
    }

    // ---- channels ----

    @Test
    void oneWriteGathersAllChunksAndOneReadScatters() throws IOException {
        var channel = new MemoryChannel();
        for (int i = 0; i < 10; i++) {
            buffer.add(filled(3000));
        }
        assertThat(buffer.peek(Long.MAX_VALUE)).hasSizeGreaterThan(1);
        assertThat(buffer.writeTo(channel, Long.MAX_VALUE)).isEqualTo(30_000);
        assertThat(channel.writeCalls()).isEqualTo(1);
        assertThat(buffer.isEmpty()).isTrue();

        buffer.add(filled(10));
        assertThat(buffer.readFrom(channel, 30_000)).isEqualTo(30_000);
        assertThat(channel.readCalls()).isEqualTo(1);
        assertThat(buffer.length()).isEqualTo(30_010);
        assertThat(buffer.readFrom(channel, 1)).as("the channel's end").isEqualTo(-1);
    }

    // ---- freezing ----

    @Test
    @Tag("parity") // regress_buffer.c: freeze_start, bufferevent_read_failed (regress_bufferevent.c)
    void aFrozenStartCannotBeTakenFromButAppendedTo() {
        buffer.addAscii("first");
        buffer.freeze(EvBuffer.End.START);
        assertThatThrownBy(() -> buffer.drain(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> buffer.remove(new byte[1], 0, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> buffer.prepend(new byte[1])).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> buffer.writeTo(new MemoryChannel(), 1)).isInstanceOf(IllegalStateException.class);
        try (EvBuffer other = EvBuffer.create(pool)) {
            assertThatThrownBy(() -> other.addBuffer(buffer)).isInstanceOf(IllegalStateException.class);
        }
        buffer.addAscii(" last");
        buffer.unfreeze(EvBuffer.End.START);
        assertThat(textOf(buffer)).isEqualTo("first last");
    }

    @Test
    @Tag("parity") // regress_buffer.c: freeze_end
    void aFrozenEndCannotBeAppendedToButTakenFrom() {
        buffer.addAscii("first");
        buffer.freeze(EvBuffer.End.END);
        assertThatThrownBy(() -> buffer.addAscii("x")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> buffer.reserve(1, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> buffer.readFrom(new MemoryChannel(), 1)).isInstanceOf(IllegalStateException.class);
        buffer.prepend("very ".getBytes(UTF_8));
        assertThat(buffer.drain(5)).isEqualTo(5);
        assertThat(textOf(buffer)).isEqualTo("first");
    }

    @Test
    void drainingAnEmptyBufferSucceedsEvenWhenFrozen() {
        buffer.freeze(EvBuffer.End.START);
        assertThat(buffer.drain(10)).isZero();
    }

    // ---- callbacks ----

    // ---- end ----

    @Test
    void aClosedBufferRefusesEverythingButClosing() {
        buffer.addAscii("gone");
        buffer.close();
        buffer.close();
        assertThat(pool.bytesInUse()).isZero();
        assertThatThrownBy(() -> buffer.addAscii("x")).hasMessageContaining("closed");
        assertThatThrownBy(() -> buffer.drain(1)).hasMessageContaining("closed");
    }

    @Test
    void textThatIsNotAsciiIsRefusedAsAscii() {
        assertThatThrownBy(() -> buffer.addAscii("naïve"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("index 2");
        assertThat(buffer.isEmpty()).isTrue();
    }

    @Test
    void theLastAsciiCharacterIsTakenAndTheNextIsNot() {
        buffer.addAscii("\u007f");
        assertThat(buffer.byteAt(0)).isEqualTo((byte) 127);
        assertThatThrownBy(() -> buffer.addAscii("\u0080")).isInstanceOf(IllegalArgumentException.class);
    }
}
