package io.jevent.tests.buffer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.ReferenceCleanup;
import io.jevent.buffer.Reservation;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bytes that several buffers, or a buffer and its user, hold together. */
class EvBufferSharingTest {
    private final BufferPool pool = BufferPool.create(1 << 20);
    private final EvBuffer buffer = EvBuffer.create(pool);
    private final EvBuffer other = EvBuffer.create(pool);
    private final List<MemorySegment> released = new ArrayList<>();

    @AfterEach
    void everyChunkIsBack() {
        buffer.close();
        other.close();
        assertThat(pool.bytesInUse()).as("bytes still handed out").isZero();
        pool.close();
    }

    private static MemorySegment memory(String text) {
        return MemorySegment.ofArray(text.getBytes(UTF_8));
    }

    // ---- referenced memory ----

    @Test
    @Tag("parity") // regress_buffer.c: add_reference
    void referencedMemoryIsReadInPlaceAmongCopiesAndReleasedOnce() {
        MemorySegment one = memory("one");
        MemorySegment three = memory("three");
        buffer.addReference(one, released::add);
        buffer.addAscii(" two ");
        buffer.addReference(three, released::add);
        assertThat(new String(copy(buffer), US_ASCII)).isEqualTo("one two three");
        buffer.drain(2);
        assertThat(released).as("a byte of it is left").isEmpty();
        buffer.drain(1);
        assertThat(released).containsExactly(one);
        buffer.close();
        assertThat(released).containsExactly(one, three);
    }

    @Test
    @Tag("parity") // regress_buffer.c: reference2
    void appendingBehindReferencedMemoryNeverWritesIntoIt() {
        try (Reservation reservation = buffer.reserve(100, 1)) {
            reservation.space().getFirst().put((byte) 'P');
            reservation.commit(1);
        }
        MemorySegment bytes = memory("__middle__");
        buffer.addReference(bytes, 2, 6, released::add);
        buffer.addFormatted("%d,%s", 3, "x");
        assertThat(buffer.pullUp(buffer.length())).isEqualTo(ByteBuffer.wrap("Pmiddle3,x".getBytes(US_ASCII)));
        assertThat(released).as("pulled up by copying").containsExactly(bytes);
        assertThat(bytes.toArray(ValueLayout.JAVA_BYTE)).isEqualTo("__middle__".getBytes(US_ASCII));
    }

    @Test
    void prependingBeforeReferencedMemoryNeverWritesIntoIt() {
        MemorySegment bytes = memory("abcdef");
        buffer.addReference(bytes, ReferenceCleanup.NONE);
        buffer.drain(3);
        buffer.prepend("xyz".getBytes(US_ASCII));
        assertThat(buffer.removeString(US_ASCII)).isEqualTo("xyzdef");
        assertThat(bytes.toArray(ValueLayout.JAVA_BYTE)).isEqualTo("abcdef".getBytes(US_ASCII));
    }

    @Test
    @Tag("parity") // regress_buffer.c: empty_reference_prepend, empty_reference_prepend_buffer
    void anEmptyReferenceIsReleasedAtOnceAndLeavesNothingBehind() {
        MemorySegment empty = memory("");
        buffer.addReference(empty, released::add);
        assertThat(released).containsExactly(empty);
        buffer.prepend("x".getBytes(US_ASCII));
        other.addAscii("yz");
        other.addReference(empty, released::add);
        buffer.prependBuffer(other);
        assertThat(buffer.removeString(US_ASCII)).isEqualTo("yzx");
    }

    @Test
    void theLastBufferOfSeveralReleases() {
        MemorySegment bytes = memory("x".repeat(2000));
        buffer.addReference(bytes, released::add);
        buffer.moveTo(other, 700);
        buffer.close();
        assertThat(released).isEmpty();
        other.drain(699);
        assertThat(released).isEmpty();
        other.drain(1);
        assertThat(released).containsExactly(bytes);
    }

    @Test
    void aRefusedReferenceIsNotReleased() {
        MemorySegment bytes = memory("abc");
        buffer.freeze(EvBuffer.End.END);
        assertThatThrownBy(() -> buffer.addReference(bytes, released::add)).isInstanceOf(IllegalStateException.class);
        buffer.unfreeze(EvBuffer.End.END);
        assertThatThrownBy(() -> buffer.addReference(bytes, 2, 2, released::add))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.addReference(bytes, 1, Long.MAX_VALUE, released::add))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(released).isEmpty();
        assertThat(buffer.isEmpty()).isTrue();
    }

    @Test
    void aCleanUpThatThrowsHarmsNobody() {
        buffer.addReference(memory("abc"), memory -> {
            throw new IllegalStateException("on purpose");
        });
        buffer.addReference(memory("def"), released::add);
        buffer.drain(6);
        assertThat(released).hasSize(1);
    }

    // ---- views ----

    @Test
    @Tag("parity") // regress_buffer.c: multicast
    void aViewAndItsSourceGoTheirOwnWays() {
        buffer.addAscii("shared");
        other.addBufferReference(buffer);
        assertThat(pool.bytesInUse()).as("one chunk for both").isEqualTo(1024);
        buffer.addAscii(" by the source");
        buffer.prepend("still ".getBytes(US_ASCII));
        other.prepend("seen, ".getBytes(US_ASCII));
        other.addAscii(" by the view");
        assertThat(new String(copy(buffer), US_ASCII)).isEqualTo("still shared by the source");
        assertThat(new String(copy(other), US_ASCII)).isEqualTo("seen, shared by the view");
        buffer.addBufferReference(other);
        assertThat(buffer.removeString(US_ASCII)).isEqualTo("still shared by the sourceseen, shared by the view");
    }

    @Test
    @Tag("parity") // regress_buffer.c: multicast_drain
    void drainingTheSourceLeavesTheViewAndTheMemory() {
        buffer.addAscii("0123456789");
        other.addBufferReference(buffer);
        buffer.drain(10);
        buffer.addAscii("recycled?");
        assertThat(new String(copy(other), US_ASCII)).isEqualTo("0123456789");
        other.drain(10);
        buffer.drain(9);
        assertThat(pool.bytesInUse()).isZero();
    }

    @Test
    void prependingToADrainedSourceDoesNotShowInTheView() {
        buffer.addAscii("0123456789");
        other.addBufferReference(buffer);
        buffer.drain(5);
        buffer.prepend("abcde".getBytes(US_ASCII));
        assertThat(buffer.removeString(US_ASCII)).isEqualTo("abcde56789");
        assertThat(other.removeString(US_ASCII)).isEqualTo("0123456789");
    }

    @Test
    void aViewOfAnEmptyBufferIsEmptyAndUsable() {
        // CVE-2026-63381: there the chunk freed by this is still pointed at.
        buffer.addAscii("x");
        buffer.drain(1);
        other.addAscii("y");
        other.drain(1);
        other.addBufferReference(buffer);
        other.addAscii("z");
        assertThat(other.removeString(US_ASCII)).isEqualTo("z");
    }

    @Test
    void aBufferCannotHoldAViewOfItself() {
        buffer.addAscii("x");
        assertThatThrownBy(() -> buffer.addBufferReference(buffer)).isInstanceOf(IllegalArgumentException.class);
        other.freeze(EvBuffer.End.END);
        assertThatThrownBy(() -> other.addBufferReference(buffer)).isInstanceOf(IllegalStateException.class);
        assertThat(buffer.length()).isEqualTo(1);
    }

    @Test
    void viewsOnOtherThreadsGiveTheMemoryBackOnce() throws InterruptedException {
        buffer.add(new byte[50_000]);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            EvBuffer view = EvBuffer.create(pool);
            view.addBufferReference(buffer);
            threads.add(Thread.ofPlatform().start(() -> {
                while (!view.isEmpty()) {
                    view.drain(777);
                }
            }));
        }
        buffer.drain(50_000);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(pool.bytesInUse()).isZero();
    }

    // ---- other ways to see it ----

    @Test
    void aBufferIsAPairOfStreams() throws IOException {
        OutputStream out = buffer.asOutputStream();
        InputStream in = buffer.asInputStream();
        assertThat(in.read()).isEqualTo(-1);
        out.write(200);
        out.write("hello".getBytes(US_ASCII), 1, 3);
        assertThat(in.available()).isEqualTo(4);
        assertThat(in.read()).isEqualTo(200);
        assertThat(in.skip(-1)).isZero();
        assertThat(in.skip(0)).isZero();
        assertThat(in.skip(1)).isEqualTo(1);
        assertThat(in.readAllBytes()).isEqualTo("ll".getBytes(US_ASCII));
        assertThat(in.read(new byte[2])).isEqualTo(-1);
        assertThat(in.read(new byte[0])).isZero();
    }

    @Test
    void segmentsShowEveryChunkReadOnly() {
        buffer.addAscii("a");
        buffer.addReference(memory("bc"), released::add);
        List<MemorySegment> segments = buffer.peekSegments(2);
        assertThat(segments).hasSize(2).allMatch(MemorySegment::isReadOnly);
        assertThat(segments.get(1).byteSize()).isEqualTo(1);
        assertThat(segments.get(1).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'b');
    }

    @Test
    void formattedTextIsTheSameInEveryCountry() {
        buffer.addFormatted("%,d %.1f %s", 1234567, 0.5, "é");
        assertThat(buffer.removeString(UTF_8)).isEqualTo("1,234,567 0.5 é");
    }

    @Test
    @Tag("parity") // regress_buffer.c: iterative
    void manyFormattedAppendsAddUp() {
        long sum = 0;
        for (int i = 0; i < 1000; i++) {
            buffer.addFormatted("Hello %d", i);
            sum += ("Hello " + i).length();
            assertThat(buffer.length()).isEqualTo(sum);
        }
    }

    private static byte[] copy(EvBuffer source) {
        byte[] copy = new byte[(int) source.length()];
        source.copyOut(0, copy, 0, copy.length);
        return copy;
    }

    @Test
    void aCleanUpMayCloseTheBuffer() {
        buffer.addReference(memory("referenced"), memory -> buffer.close());
        buffer.add(new byte[10]);
        assertThat(buffer.drain(15)).isEqualTo(15);
        assertThat(buffer.isClosed()).isTrue();
    }

    @Test
    void aCleanUpMayDrainTheBuffer() {
        buffer.addReference(memory("referenced"), memory -> buffer.drain(1));
        buffer.addAscii("copied");
        buffer.drain(10);
        assertThat(buffer.removeString(US_ASCII)).isEqualTo("opied");
    }

    @Test
    void aCleanUpThatAddsInsidePullUpKeepsTheOrder() {
        buffer.addReference(memory("abc"), memory -> buffer.prepend(new byte[] {'<'}));
        buffer.addAscii("def");
        buffer.pullUp(6);
        assertThat(buffer.removeString(US_ASCII)).isEqualTo("<abcdef");
    }

    @Test
    void memoryOnTheHeapThatIsNoByteArrayIsRefused() {
        assertThatThrownBy(() -> buffer.addReference(MemorySegment.ofArray(new int[4]), ReferenceCleanup.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("need native memory or a byte array");
    }
}
