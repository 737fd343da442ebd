package io.jevent.tests.buffer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.BufferLimitException;
import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.Reservation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Room at a buffer's end that is filled in place. */
class ReservationTest extends BufferCase {
    @Test
    @Tag("parity") // regress_buffer.c: reserve_many
    void aReservationGivesAtLeastWhatWasAskedInAtMostSoManySegments() {
        buffer.add(filled(1000));
        try (Reservation one = buffer.reserve(100_000, 1)) {
            assertThat(one.space()).hasSize(1);
            assertThat(one.byteCount()).isGreaterThanOrEqualTo(100_000);
        }
        try (Reservation several = buffer.reserve(100_000, 4)) {
            assertThat(several.space()).hasSizeBetween(2, 4);
        }
        assertThat(buffer.length()).as("nothing was committed").isEqualTo(1000);
    }

    @Test
    @Tag("parity") // regress_buffer.c: reserve_many3
    void aReservationBehindANearlyFullChunkUsesItsLastBytes() {
        buffer.add(filled(1020));
        try (Reservation reservation = buffer.reserve(100, 2)) {
            assertThat(reservation.space().getFirst().remaining()).isEqualTo(4);
            reservation.space().getFirst().put(new byte[] {1, 2, 3, 4});
            reservation.space().get(1).put((byte) 5);
            reservation.commit(5);
        }
        assertThat(buffer.length()).isEqualTo(1025);
        assertThat(buffer.byteAt(1023)).isEqualTo((byte) 4);
        assertThat(buffer.byteAt(1024)).isEqualTo((byte) 5);
        try (Reservation reservation = buffer.reserve(100_000, 1)) {
            assertThat(reservation.space()).as("contiguous").hasSize(1);
        }
    }

    @Test
    @Tag("parity") // regress_buffer.c: reserve_with_empty
    void committingOnlyTheFirstOfTwoSegmentsKeepsTheOrderOfWhatFollows() {
        buffer.add(filled(1000));
        try (Reservation reservation = buffer.reserve(5_000, 2)) {
            reservation.space().getFirst().put((byte) 'a');
            reservation.commit(1);
        }
        buffer.addAscii("bc");
        buffer.drain(1000);
        assertThat(textOf(buffer)).isEqualTo("abc");
    }

    @Test
    @Tag("parity") // regress_buffer.c: expand
    void makingRoomKeepsTheBytesAndCopiesNone() {
        buffer.addAscii("kept");
        long inUse = pool.bytesInUse();
        try (Reservation reservation = buffer.reserve(600, 1)) {
            assertThat(reservation.byteCount())
                    .as("behind the bytes there is room")
                    .isEqualTo(1020);
            reservation.commit(0);
        }
        assertThat(pool.bytesInUse()).isEqualTo(inUse);
        assertThat(textOf(buffer)).isEqualTo("kept");
    }

    @Test
    void aReservationEndsWhenTheBufferChanges() {
        try (Reservation reservation = buffer.reserve(10, 1)) {
            buffer.addAscii("change");
            assertThatThrownBy(() -> reservation.commit(5))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("changed");
            assertThat(textOf(buffer)).isEqualTo("change");
        }
    }

    @Test
    void aChangeCallbackThatThrowsInACommitGivesNoChunkBackTwice() {
        buffer.addChangeCallback((b, before, added, drained) -> {
            throw new IllegalStateException("mine");
        });
        assertThatThrownBy(() -> {
                    try (Reservation reservation = buffer.reserve(100_000, 4)) {
                        reservation.commit(10);
                    }
                })
                .hasMessage("mine");
        assertThat(buffer.length()).isEqualTo(10);
        try (EvBuffer other = EvBuffer.create(pool)) {
            other.add(new byte[100_000]);
            assertThat(buffer.length()).isEqualTo(10);
        }
    }

    @Test
    void committingMoreThanReservedIsRefused() {
        try (Reservation reservation = buffer.reserve(10, 1)) {
            assertThatThrownBy(() -> reservation.commit(reservation.byteCount() + 1))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> reservation.commit(-1)).isInstanceOf(IllegalArgumentException.class);
            reservation.commit(3);
            assertThat(buffer.length()).isEqualTo(3);
            assertThatThrownBy(() -> reservation.commit(1)).isInstanceOf(IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {Integer.MAX_VALUE - 1L, Integer.MAX_VALUE, Integer.MAX_VALUE + 1L, Long.MAX_VALUE, -1, 0})
    void anImpossibleReservationIsRefusedAndChangesNothing(long byteCount) {
        buffer.addAscii("kept");
        long inUse = pool.bytesInUse();
        assertThatThrownBy(() -> buffer.reserve(byteCount, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> buffer.reserve(byteCount, Integer.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(textOf(buffer)).isEqualTo("kept");
        assertThat(pool.bytesInUse()).isEqualTo(inUse);
    }

    /** Committed after all, the space would show what was in the memory before: another's secret. */
    @Test
    void aReservationHasEndedWhenTheSourceOfAMoveIsTold() {
        try (EvBuffer secret = EvBuffer.create(pool)) {
            secret.add("SECRET-".repeat(500).getBytes(UTF_8));
        }
        buffer.add(new byte[100]);
        List<Throwable> thrown = new ArrayList<>();
        try (EvBuffer source = EvBuffer.create(pool);
                Reservation reservation = buffer.reserve(500, 1)) {
            source.add(new byte[2000]);
            source.addChangeCallback((it, before, added, drained) -> {
                try {
                    reservation.commit(500);
                } catch (IllegalStateException e) {
                    thrown.add(e);
                }
            });
            source.moveTo(buffer, 2000);
        }
        assertThat(thrown).hasSize(1);
        assertThat(buffer.length()).isEqualTo(2100);
        assertThat(textOf(buffer)).doesNotContain("SECRET");
    }

    @Test
    void exactlyTheRoomBehindTheLastByteNeedsNoNewChunk() {
        buffer.add(filled(24));
        long inUse = pool.bytesInUse();
        try (Reservation exact = buffer.reserve(1000, 1)) {
            assertThat(exact.byteCount()).isEqualTo(1000);
            assertThat(pool.bytesInUse()).isEqualTo(inUse);
        }
        try (Reservation more = buffer.reserve(1001, 2)) {
            assertThat(more.space()).hasSize(2);
            assertThat(more.space().getLast().remaining()).isLessThan(5000);
        }
        assertThat(pool.bytesInUse()).isEqualTo(inUse);
    }

    @Test
    void allOfItMayBeCommitted() {
        try (Reservation reservation = buffer.reserve(3000, 2)) {
            long all = reservation.byteCount();
            reservation.commit(all);
            assertThat(buffer.length()).isEqualTo(all);
        }
    }

    @Test
    void asManySegmentsAsAskedForServe() {
        try (Reservation four = buffer.reserve(4 * 64 * 1024 - 1, 4)) {
            assertThat(four.space()).hasSize(4);
        }
        try (Reservation one = buffer.reserve(4 * 64 * 1024 - 1, 3)) {
            assertThat(one.space()).hasSize(1);
        }
        assertThatThrownBy(() -> buffer.reserve(EvBuffer.MAX_CONTIGUOUS_BYTES, 1))
                .isInstanceOf(BufferLimitException.class);
        assertThatThrownBy(() -> buffer.reserve(EvBuffer.MAX_CONTIGUOUS_BYTES + 1L, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
