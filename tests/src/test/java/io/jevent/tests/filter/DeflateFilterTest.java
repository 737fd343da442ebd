package io.jevent.tests.filter;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Direction;
import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.FlushMode;
import io.jevent.bufferevent.Watermark;
import io.jevent.filter.DeflateConfig;
import io.jevent.filter.DeflateFilter;
import io.jevent.filter.DeflateFormat;
import io.jevent.testkit.Faults;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compression on the way: read by what the JDK writes, and the other way round. */
class DeflateFilterTest {
    private static final String TEXT = "a rose is a rose is a rose, and that is that; ".repeat(3);

    private static DeflateFilter filter(DeflateFormat format) {
        return DeflateFilter.create(DeflateConfig.of(format));
    }

    /** Half of it compresses well, half not at all. */
    private static byte[] content(int byteCount) {
        byte[] bytes = new byte[byteCount];
        new SplittableRandom(byteCount).nextBytes(bytes);
        for (int i = 0; i < byteCount; i++) {
            bytes[i] = (i & 0x1000) == 0 ? (byte) (i % 7) : bytes[i];
        }
        return bytes;
    }

    // ---- out ----

    @ParameterizedTest
    @EnumSource
    @Tag("parity") // regress_bufferevent.c: bufferevent_zlib
    void whatIsWrittenCanBeUnpackedAndEndsWithItsTrailer(DeflateFormat format) throws IOException {
        byte[] bytes = content(300_000);
        try (FilteredEnds ends = FilteredEnds.onPair(filter(format))) {
            ends.wire.enableReading();
            ends.filtered.write(bytes);
            ends.filtered.flush(Direction.WRITING, FlushMode.FINISHED);
            ends.settle();
            byte[] packed = ends.wire.input().removeAll();
            assertThat(packed.length).isLessThan(200_000);
            assertThat(Arrays.equals(Packed.unpack(format, packed), bytes)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOutputThatEndsWithoutAByteIsAnEmptyStream(DeflateFormat format) throws IOException {
        try (FilteredEnds ends = FilteredEnds.onPair(filter(format))) {
            ends.wire.enableReading();
            ends.filtered.shutdownOutput();
            ends.settle();
            assertThat(Packed.unpack(format, ends.wire.input().removeAll())).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingAfterTheFlushWritesTheEndOfTheStream(DeflateFormat format) throws IOException {
        byte[] bytes = content(200_000);
        try (FilteredEnds ends = FilteredEnds.onNetwork(3, Faults.mild(), filter(format))) {
            ends.filtered.write(bytes);
            ends.filtered.closeAfterFlush(Duration.ofHours(1));
            ends.wire.enableReading();
            ends.settle();
            assertThat(Packed.unpack(format, ends.wire.input().removeAll())).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasWrittenInATurnArrivesWithoutAnEnd(DeflateFormat format) {
        try (FilteredEnds ends = FilteredEnds.onPair(filter(format));
                FilteredEnds others = FilteredEnds.onPair(filter(format))) {
            ends.wire.enableReading();
            others.filtered.enableReading();
            for (int i = 0; i < 50; i++) {
                ends.filtered.output().addAscii("message " + i);
                ends.settle();
                others.wire.write(ends.wire.input().removeAll());
                others.settle();
                assertThat(others.filtered.input().removeString(US_ASCII)).isEqualTo("message " + i);
            }
        }
    }

    @Test
    void manyWritesOfOneTurnShareOneFlush() {
        try (FilteredEnds ends = FilteredEnds.onPair(DeflateFilter.raw())) {
            ends.wire.enableReading();
            for (int i = 0; i < 100; i++) {
                ends.filtered.output().addAscii("again ");
            }
            ends.settle();
            assertThat(ends.wire.input().drain(1000)).isLessThan(40);
        }
    }

    @Test
    void aLimitedWriterNeverEndsTheStreamBeforeItsLastByte() throws IOException {
        byte[] noise = new byte[300_000];
        new SplittableRandom(8).nextBytes(noise);
        try (FilteredEnds ends = FilteredEnds.onPair(DeflateFilter.gzip())) {
            ends.filtered.rateLimits().maxSingleWrite(70_000);
            ends.filtered.write(noise);
            ends.settle(); // The one below is full now, and some of the 70,000 wait.
            ends.filtered.flush(Direction.WRITING, FlushMode.FINISHED);
            ends.wire.enableReading();
            ends.settle();
            byte[] packed = ends.wire.input().removeAll();
            assertThat(Arrays.equals(Packed.unpack(DeflateFormat.GZIP, packed), noise))
                    .isTrue();
        }
    }

    @Test
    void aWriterIsHeldBackByTheMarkBelow() {
        try (FilteredEnds ends = FilteredEnds.onPair(DeflateFilter.gzip())) {
            byte[] noise = new byte[1_000_000];
            new SplittableRandom(5).nextBytes(noise);
            ends.filtered.write(noise);
            ends.settle();
            assertThat(ends.filtered.output().length()).isGreaterThan(750_000);
            assertThat(ends.rig.base().bufferBytesInUse()).isLessThan(1_400_000);
        }
    }

    // ---- in ----

    @ParameterizedTest
    @EnumSource
    void whatTheJdkPacksIsReadWhereverItIsCut(DeflateFormat format) {
        byte[] packed = Packed.pack(format, TEXT.getBytes(US_ASCII));
        for (int cut = 0; cut <= packed.length; cut++) {
            try (FilteredEnds ends = FilteredEnds.onPair(filter(format))) {
                ends.filtered.enableReading();
                ends.feed(packed, cut);
                ends.wire.shutdownOutput();
                ends.settle();
                assertThat(ends.log).containsExactly("eof");
                assertThat(ends.filtered.input().removeString(US_ASCII)).isEqualTo(TEXT);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStreamThatEndsEarlyFailsOnceWhereverThatIs(DeflateFormat format) {
        byte[] packed = Packed.pack(format, TEXT.getBytes(US_ASCII));
        for (int length = 0; length < packed.length; length++) {
            try (FilteredEnds ends = FilteredEnds.onPair(filter(format))) {
                ends.filtered.enableReading();
                ends.wire.output().add(packed, 0, length);
                ends.wire.shutdownOutput();
                ends.settle();
                assertThat(ends.log)
                        .as("after " + length)
                        .containsExactly(
                                length == 0
                                        ? "eof"
                                        : "failed READING: the compressed stream ends early, behind " + length
                                                + " bytes");
                ends.filtered.input().drain(1000);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void bytesBehindTheEndFailOnceAndWhatCameBeforeCanBeTaken(DeflateFormat format) {
        byte[] packed = Packed.pack(format, TEXT.getBytes(US_ASCII));
        byte[] more = Arrays.copyOf(packed, packed.length + 3);
        try (FilteredEnds ends = FilteredEnds.onPair(filter(format))) {
            ends.filtered.enableReading();
            ends.feed(more, 5);
            ends.wire.output().addAscii("and more");
            ends.settle();
            assertThat(ends.log).hasSize(1);
            assertThat(ends.log.getFirst())
                    .contains(format == DeflateFormat.GZIP ? "not a gzip header" : "bytes behind the end");
            assertThat(ends.filtered.input().removeString(US_ASCII)).isEqualTo(TEXT);
        }
    }

    @Test
    void whicheverByteIsDamagedNothingWrongIsTakenForRight() {
        byte[] packed = Packed.pack(DeflateFormat.GZIP, TEXT.getBytes(US_ASCII));
        for (int i = 0; i < packed.length; i++) {
            byte[] damaged = packed.clone();
            damaged[i] ^= 0x11;
            try (FilteredEnds ends = FilteredEnds.onPair(DeflateFilter.gzip())) {
                ends.filtered.enableReading();
                ends.wire.write(damaged);
                ends.wire.shutdownOutput();
                ends.settle();
                assertThat(ends.log).hasSize(1);
                if (ends.log.contains("eof")) {
                    assertThat(ends.filtered.input().removeString(US_ASCII)).isEqualTo(TEXT);
                    assertThat(i).as("time, extra flags, system").isBetween(4, 9);
                }
                ends.filtered.input().drain(10_000);
            }
        }
    }

    @Test
    void membersMayFollowEachOtherAndHaveEveryField() throws IOException {
        byte[] first = withAllFields(Packed.pack(DeflateFormat.GZIP, "one ".getBytes(US_ASCII)), 0);
        byte[] second = Packed.pack(DeflateFormat.GZIP, new byte[0]);
        byte[] third = Packed.pack(DeflateFormat.GZIP, "two".getBytes(US_ASCII));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(first);
        all.write(second);
        all.write(third);
        for (int cut = 0; cut <= all.size(); cut++) {
            try (FilteredEnds ends = FilteredEnds.onPair(DeflateFilter.gzip())) {
                ends.filtered.enableReading();
                ends.feed(all.toByteArray(), cut);
                ends.wire.shutdownOutput();
                ends.settle();
                assertThat(ends.log).containsExactly("eof");
                assertThat(ends.filtered.input().removeString(US_ASCII)).isEqualTo("one two");
            }
        }
    }

    @Test
    void aHeaderWithAWrongChecksumAnUnknownFlagOrWithoutEndFails() throws IOException {
        byte[] packed = Packed.pack(DeflateFormat.GZIP, "x".getBytes(US_ASCII));
        assertThat(failure(withAllFields(packed, 1))).contains("the gzip header CRC does not fit: need ");
        byte[] flagged = packed.clone();
        flagged[3] = 0x20;
        assertThat(failure(flagged)).isEqualTo("failed READING: a gzip header with unknown flags: 32");
        byte[] endless = new byte[200_000];
        Arrays.fill(endless, (byte) 'n');
        System.arraycopy(packed, 0, endless, 0, 10);
        endless[3] = 8;
        assertThat(failure(endless)).isEqualTo("failed READING: a gzip header longer than 131072 bytes");
    }

    private static String failure(byte[] bytes) {
        try (FilteredEnds ends = FilteredEnds.onPair(DeflateFilter.gzip())) {
            ends.filtered.enableReading();
            ends.wire.write(bytes);
            ends.settle();
            assertThat(ends.log).hasSize(1);
            return ends.log.getFirst();
        }
    }

    private static byte[] withAllFields(byte[] packed, int wrong) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.write(packed, 0, 10);
        header.write(new byte[] {3, 0, 1, 2, 3});
        header.write("name\0a comment\0".getBytes(US_ASCII));
        byte[] start = header.toByteArray();
        start[3] = 2 | 4 | 8 | 16;
        CRC32 crc = new CRC32();
        crc.update(start);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(start);
        all.write((int) crc.getValue() + wrong);
        all.write((int) crc.getValue() >> 8);
        all.write(packed, 10, packed.length - 10);
        return all.toByteArray();
    }

    @ParameterizedTest
    @EnumSource
    void aHighMarkOfOneByteIsKept(DeflateFormat format) {
        byte[] packed = Packed.pack(format, TEXT.getBytes(US_ASCII));
        try (FilteredEnds ends = FilteredEnds.onPair(filter(format));
                EvBuffer all = ends.rig.base().newBuffer()) {
            ends.filtered.inputWatermark(new Watermark(0, 1));
            ends.filtered.onRead(filtered -> {
                assertThat(filtered.input().length()).isEqualTo(1);
                filtered.read(all);
            });
            ends.filtered.enableReading();
            ends.wire.write(packed);
            ends.wire.shutdownOutput();
            ends.settle();
            assertThat(all.removeString(US_ASCII)).isEqualTo(TEXT);
            assertThat(ends.log).containsExactly("eof");
        }
    }

    @Test
    void whatTheInflaterStillHoldsIsReadThoughNothingMoreComes() {
        for (int length = 1; length < 60; length++) {
            try (FilteredEnds ends = FilteredEnds.onPair(DeflateFilter.raw())) {
                long[] read = new long[1];
                ends.filtered.inputWatermark(new Watermark(0, 1));
                ends.filtered.onRead(filtered -> read[0] += filtered.input().drain(1));
                ends.filtered.enableReading();
                ends.wire.write(Packed.pack(DeflateFormat.RAW, new byte[length]));
                ends.settle();
                assertThat(read[0]).as("of a stream that is whole").isEqualTo(length);
            }
        }
    }

    @Test
    void aHighMarkOfOneByteBelowIsEnough() {
        try (FilteredEnds ends = FilteredEnds.onNetwork(2, Faults.chopping(), DeflateFilter.gzip())) {
            ((FilterBufferEvent) ends.filtered).underlying().inputWatermark(new Watermark(0, 1));
            ends.filtered.enableReading();
            ends.wire.write(Packed.pack(DeflateFormat.GZIP, TEXT.getBytes(US_ASCII)));
            ends.wire.shutdownOutput();
            ends.settle();
            assertThat(ends.log).containsExactly("eof");
            assertThat(ends.filtered.input().removeString(US_ASCII)).isEqualTo(TEXT);
        }
    }

    @Test
    void whatComesOutOfManyChunksIsTheSameAsWhatWentIn() {
        byte[] bytes = content(3_000_000);
        try (FilteredEnds ends = FilteredEnds.onPair(DeflateFilter.gzip())) {
            ends.filtered.enableReading();
            ends.wire.write(Packed.pack(DeflateFormat.GZIP, bytes));
            ends.wire.shutdownOutput();
            ends.settle();
            assertThat(ends.log).containsExactly("eof");
            assertThat(Arrays.equals(ends.filtered.input().removeAll(), bytes)).isTrue();
        }
    }

    // ---- hostile ----

    @Test
    void aBombFailsOnceWithRatioAndBound() {
        byte[] bomb = Packed.pack(DeflateFormat.GZIP, new byte[40_000_000]);
        try (FilteredEnds ends = FilteredEnds.onPair(DeflateFilter.gzip())) {
            long[] read = new long[1];
            ends.filtered.onRead(filtered -> read[0] += filtered.input().drain(Long.MAX_VALUE));
            ends.filtered.enableReading();
            ends.wire.write(bomb);
            ends.settle();
            assertThat(ends.log).hasSize(1);
            assertThat(ends.log.getFirst())
                    .matches(
                            "failed READING: inflated [0-9]+ bytes out of [0-9]+, a ratio of 10[0-9]{2}; the bound is 1000");
            assertThat(read[0]).isLessThan(DeflateConfig.RATIO_FLOOR_BYTES + 16 * 1024);
        }
    }

    @Test
    void manyEqualBytesBelowTheFloorAreNoBomb() {
        try (FilteredEnds ends = FilteredEnds.onPair(DeflateFilter.zlib())) {
            ends.filtered.enableReading();
            ends.wire.write(Packed.pack(DeflateFormat.ZLIB, new byte[1 << 20]));
            ends.wire.shutdownOutput();
            ends.settle();
            assertThat(ends.log).containsExactly("eof");
            assertThat(ends.filtered.input().drain(Long.MAX_VALUE)).isEqualTo(1 << 20);
        }
    }

    @Test
    void aReaderThatTakesNothingIsNotFilledBeyondItsMark() {
        try (FilteredEnds ends = FilteredEnds.onPair(
                DeflateFilter.create(new DeflateConfig(DeflateFormat.GZIP, 9, 2000, DeflateConfig.UNLIMITED)))) {
            ends.filtered.inputWatermark(new Watermark(0, 100_000));
            ends.filtered.enableReading();
            ends.wire.write(Packed.pack(DeflateFormat.GZIP, new byte[40_000_000]));
            ends.settle();
            assertThat(ends.log).isEmpty();
            assertThat(ends.filtered.input().drain(Long.MAX_VALUE)).isEqualTo(100_000);
        }
    }

    @Test
    void theBoundOfAllBytesIsKept() {
        try (FilteredEnds ends =
                FilteredEnds.onPair(DeflateFilter.create(new DeflateConfig(DeflateFormat.ZLIB, 6, 1000, 1000)))) {
            ends.filtered.enableReading();
            ends.wire.write(Packed.pack(DeflateFormat.ZLIB, new byte[1001]));
            ends.settle();
            assertThat(ends.log).containsExactly("failed READING: inflated more than 1000 bytes, the bound");
            ends.filtered.input().drain(2000);
        }
    }

    @Test
    void aConfigSaysWhatItNeeds() {
        assertThatThrownBy(() -> new DeflateConfig(DeflateFormat.GZIP, 10, 1000, 1))
                .hasMessage("need -1 <= level <= 9, got 10");
        assertThatThrownBy(() -> new DeflateConfig(DeflateFormat.GZIP, 1, 0, 1)).hasMessageContaining("got 0 and 1");
        assertThat(DeflateConfig.of(DeflateFormat.RAW))
                .isEqualTo(new DeflateConfig(DeflateFormat.RAW, -1, 1000, Long.MAX_VALUE));
    }
}
