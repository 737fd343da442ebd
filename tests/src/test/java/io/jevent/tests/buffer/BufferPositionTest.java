package io.jevent.tests.buffer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.BufferPosition;
import io.jevent.buffer.EvBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Places in a buffer. */
class BufferPositionTest {
    private final EvBuffer buffer = EvBuffer.create();

    @AfterEach
    void close() {
        buffer.close();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    /** Three chunks: "abc", "abc", "abd". */
    private void fill() {
        for (String part : List.of("abc", "abc", "abd")) {
            try (EvBuffer piece = EvBuffer.create()) {
                piece.addReference(java.lang.foreign.MemorySegment.ofArray(ascii(part)), memory -> {});
                buffer.addBuffer(piece);
            }
        }
    }

    @Test
    @Tag("parity") // regress_buffer.c: ptr_set
    void aPositionMayBeSetAndMovedUpToTheEndAndNoFurther() {
        assertThat(buffer.positionAt(0).index()).isZero();
        fill();
        BufferPosition start = buffer.positionAt(0);
        assertThat(start.plus(4).plus(5).index()).as("the end").isEqualTo(9);
        assertThat(start.plus(0).index()).isZero();
        assertThat(buffer.positionAt(9).plus(0).index()).isEqualTo(9);
        assertThatThrownBy(() -> start.plus(10)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> start.plus(4).plus(Long.MAX_VALUE)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> start.plus(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.positionAt(10)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.positionAt(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    @Tag("parity") // regress_buffer.c: find
    void searchingGoesOnFromWhereItWas() {
        fill();
        BufferPosition first = buffer.positionAt(0).search(ascii("ca")).orElseThrow();
        BufferPosition second = first.plus(1).search(ascii("ca")).orElseThrow();
        assertThat(List.of(first.index(), second.index())).containsExactly(2L, 5L);
        assertThat(second.plus(1).search(ascii("ca"))).isEmpty();
        assertThat(second.search(ascii("abd"))).map(BufferPosition::index).isEqualTo(Optional.of(6L));
        assertThat(second.search(ascii(""))).map(BufferPosition::index).isEqualTo(Optional.of(5L));
    }

    @Test
    void aMatchThatWouldCrossTheEndOfTheRangeIsNone() {
        fill();
        BufferPosition from = buffer.positionAt(1);
        assertThat(from.search(ascii("bca"), from.plus(2))).isEmpty();
        assertThat(from.search(ascii("bca"), from.plus(3))).isPresent();
        assertThatThrownBy(() -> from.search(ascii("b"), buffer.positionAt(0)))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    @Tag("parity") // regress_buffer.c: peek_first_gt
    void lookingBeginsAtThePosition() {
        fill();
        List<ByteBuffer> views = buffer.positionAt(1).peek(4);
        assertThat(views).containsExactly(ByteBuffer.wrap(ascii("bc")), ByteBuffer.wrap(ascii("ab")));
        assertThat(buffer.positionAt(9).peek(4)).isEmpty();
        byte[] target = new byte[10];
        assertThat(buffer.positionAt(5).copyOut(target, 2, 8)).isEqualTo(4);
        assertThat(target).isEqualTo(ascii("\0\0cabd\0\0\0\0"));
        assertThat(buffer.positionAt(8).get()).isEqualTo((byte) 'd');
        assertThatThrownBy(() -> buffer.positionAt(9).get()).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aPositionEndsWithTheNextChange() {
        fill();
        BufferPosition position = buffer.positionAt(2);
        buffer.drain(1);
        assertThatThrownBy(() -> position.plus(1)).hasMessageContaining("has changed");
        assertThatThrownBy(() -> position.search(ascii("a"))).hasMessageContaining("has changed");
        assertThatThrownBy(() -> position.peek(1)).hasMessageContaining("has changed");
        assertThatThrownBy(() -> position.copyOut(new byte[1], 0, 1)).hasMessageContaining("has changed");
        assertThatThrownBy(position::get).hasMessageContaining("has changed");
        assertThatThrownBy(() -> buffer.positionAt(0).search(ascii("a"), position))
                .hasMessageContaining("has changed");
    }

    @Test
    void aRangeEndsInTheBufferWhereItBegins() {
        fill();
        BufferPosition start = buffer.positionAt(2);
        try (EvBuffer other = EvBuffer.create()) {
            assertThatThrownBy(() -> start.search(ascii("a"), other.positionAt(0)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("in another");
        }
        assertThat(start.plus(1).index()).isEqualTo(3);
    }

    @Test
    void aPositionHasEndedWhenTheSourceOfAMoveIsTold() {
        buffer.addAscii("target");
        BufferPosition position = buffer.positionAt(6);
        List<Throwable> thrown = new ArrayList<>();
        try (EvBuffer source = EvBuffer.create()) {
            source.add(new byte[3000]);
            source.addChangeCallback((it, before, added, drained) -> {
                try {
                    position.get();
                } catch (IllegalStateException e) {
                    thrown.add(e);
                }
            });
            source.moveTo(buffer, 3000);
        }
        assertThat(thrown).hasSize(1);
    }
}
