package io.jevent.tests.flavor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Direction;
import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.FlushMode;
import io.jevent.bufferevent.TokenBucketConfig;
import io.jevent.bufferevent.TriggerOption;
import io.jevent.bufferevent.Watermark;
import io.jevent.tests.flavor.BufferEventFlavor.Ends;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every flavor of buffer event promises, and every stack of them: one body, run over all. */
@Tag("socket")
@Timeout(120)
class FlavorContractTest {
    private final List<String> log = new ArrayList<>();

    private void logging(String name, BufferEvent bufferEvent) {
        bufferEvent.onCondition((_, condition) -> log.add(name + " " + describe(condition)));
    }

    private static String describe(Condition condition) {
        return switch (condition) {
            case Condition.Connected _ -> "connected";
            case Condition.Eof eof -> "eof " + eof.direction();
            case Condition.TimedOut timedOut -> "timed out " + timedOut.direction();
            case Condition.Failed failed -> "failed " + failed.direction();
        };
    }

    private static byte[] bytesFor(BufferEventFlavor flavor, int count) {
        byte[] bytes = new byte[flavor.isSlow() ? Math.min(count, 2_000) : count];
        new SplittableRandom(count).nextBytes(bytes);
        return bytes;
    }

    private static void assertSame(byte[] got, byte[] sent) {
        assertThat(got).hasSameSizeAs(sent);
        assertThat(Arrays.mismatch(got, sent)).isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("parity") // regress_bufferevent.c: bufferevent_pair, bufferevent_filters; regress_openssl.c:
    // bufferevent_connect_sleep,
    // bufferevent_socketpair_write_after_connect, bufferevent_filter_write_after_connect
    void bytesArriveWholeAndInOrderBothWays(BufferEventFlavor flavor) {
        byte[] there = bytesFor(flavor, 300_000);
        byte[] back = bytesFor(flavor, 150_000);
        try (Ends ends = flavor.open()) {
            ends.near().write(there);
            ends.far().write(back);
            ends.near().enableReading();
            ends.far().enableReading();
            ends.rig()
                    .runUntil(() -> ends.far().input().length() == there.length
                            && ends.near().input().length() == back.length);
            assertSame(ends.far().input().removeAll(), there);
            assertSame(ends.near().input().removeAll(), back);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("parity") // regress_bufferevent.c: bufferevent_pair_watermarks; regress_openssl.c: bufferevent_wm,
    // bufferevent_wm_filter
    void readingPausesAtTheHighMarkAndResumesOnceDrained(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            List<Long> reads = new ArrayList<>();
            ends.near().onRead(near -> reads.add(near.input().length()));
            ends.near().inputWatermark(new Watermark(4, 8));
            ends.near().enableReading();
            ends.far().output().addAscii("0123456789ab");
            ends.rig().runUntil(() -> ends.near().input().length() == 8);
            ends.settle();
            assertThat(ends.near().input().length())
                    .as("never beyond the high mark")
                    .isEqualTo(8);
            assertThat(reads)
                    .as("called back at or above the low mark")
                    .isNotEmpty()
                    .allMatch(length -> length >= 4);
            ends.near().input().drain(7);
            ends.rig().runUntil(() -> ends.near().input().length() == 5);
            assertThat(ends.near().input().removeString(US_ASCII)).isEqualTo("789ab");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReaderThatIsOffHoldsTheWriterBackAndNothingIsLost(BufferEventFlavor flavor) {
        byte[] bytes = bytesFor(flavor, 200_000);
        try (Ends ends = flavor.open();
                EvBuffer all = ends.rig().base().newBuffer()) {
            ends.far().inputWatermark(new Watermark(0, 1000));
            ends.near().write(bytes);
            ends.far().enableReading();
            ends.far().onRead(far -> {
                assertThat(far.input().length()).isLessThanOrEqualTo(1000);
                far.input().moveTo(all, Long.MAX_VALUE);
                far.disableReading();
                ends.rig().base().execute(far::enableReading);
            });
            ends.rig().runUntil(() -> all.length() == bytes.length);
            assertSame(all.removeAll(), bytes);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWriterIsToldWhenToStopAndWhenToGoOn(BufferEventFlavor flavor) {
        byte[] piece = bytesFor(flavor, flavor.isSlow() ? 100 : 30_000);
        int pieces = flavor.isSlow() ? 10 : 200;
        try (Ends ends = flavor.open();
                EvBuffer all = ends.rig().base().newBuffer()) {
            BufferEvent near = ends.near();
            near.outputWatermark(new Watermark(piece.length, 2L * piece.length));
            int[] written = new int[1];
            Runnable writing = () -> {
                while (near.isWritable() && written[0] < pieces) {
                    near.write(piece);
                    written[0]++;
                    assertThat(near.output().length()).isLessThanOrEqualTo(3L * piece.length);
                }
            };
            near.onWritable(_ -> {
                assertThat(near.unsent())
                        .isLessThanOrEqualTo(near.outputWatermark().low());
                writing.run();
            });
            writing.run();
            assertThat(near.isWritable()).as("told to stop").isFalse();
            assertThat(written[0]).isEqualTo(3);
            ends.settle();
            ends.far().onRead(far -> far.input().moveTo(all, Long.MAX_VALUE));
            ends.far().enableReading();
            ends.rig().runUntil(() -> all.length() == (long) pieces * piece.length);
            for (int i = 0; i < pieces; i++) {
                byte[] arrived = new byte[piece.length];
                all.remove(arrived, 0, arrived.length);
                assertSame(arrived, piece);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theWriteCallbackMeansThatEverythingHasLeftAtTheBottom(BufferEventFlavor flavor) {
        byte[] bytes = bytesFor(flavor, 100_000);
        try (Ends ends = flavor.open()) {
            List<Long> unsent = new ArrayList<>();
            ends.near().onWrite(near -> unsent.add(near.unsent()));
            ends.near().write(bytes);
            if (flavor.isPair()) {
                ends.settle();
                assertThat(unsent).as("the other end does not read").isEmpty();
            }
            ends.far().enableReading();
            ends.rig().runUntil(() -> !unsent.isEmpty());
            assertThat(unsent).containsExactly(0L);
            ends.rig().runUntil(() -> ends.far().input().length() == bytes.length);
            ends.far().input().drain(bytes.length);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theEndOfOutputComesBehindTheBytesAndTheOtherDirectionGoesOn(BufferEventFlavor flavor) {
        byte[] bytes = bytesFor(flavor, 150_000);
        try (Ends ends = flavor.open()) {
            logging("far", ends.far());
            logging("near", ends.near());
            ends.near().write(bytes);
            ends.near().shutdownOutput();
            assertThatThrownBy(() -> ends.near().write(new byte[1])).isInstanceOf(IllegalStateException.class);
            ends.near().enableReading();
            ends.far().enableReading();
            ends.rig().runUntil(() -> !log.isEmpty());
            assertThat(log).containsExactly("far eof READING");
            assertSame(ends.far().input().removeAll(), bytes);
            ends.far().output().addAscii("answer");
            ends.rig().runUntil(() -> ends.near().input().length() == 6);
            ends.far().shutdownOutput();
            ends.rig().runUntil(() -> log.size() == 2);
            ends.settle();
            assertThat(log).containsExactly("far eof READING", "near eof READING");
            assertThat(ends.near().input().removeString(US_ASCII)).isEqualTo("answer");
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingAfterTheFlushSendsEverythingFirst(BufferEventFlavor flavor) {
        byte[] bytes = bytesFor(flavor, 200_000);
        try (Ends ends = flavor.open()) {
            logging("far", ends.far());
            ends.near().write(bytes);
            ends.near().closeAfterFlush(Duration.ofHours(1));
            assertThat(ends.near().isClosed()).isTrue();
            ends.settle();
            ends.far().enableReading();
            ends.rig().runUntil(() -> !log.isEmpty());
            assertThat(log).containsExactly("far eof READING");
            assertSame(ends.far().input().removeAll(), bytes);
            ends.far().close();
            ends.settle();
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingAfterTheFlushEndsAtTheDeadline(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            ends.near().output().addAscii("nobody reads this");
            ends.near().closeAfterFlush(Duration.ofMillis(30));
            ends.rig().run(Duration.ofMillis(60));
            logging("far", ends.far());
            ends.far().enableReading();
            ends.rig().runUntil(() -> !log.isEmpty());
            // What a pair has not taken by then is lost, the end of TLS included.
            boolean isCutOff = flavor.isPair() && flavor.limitsTheWire();
            assertThat(log).containsExactly(isCutOff ? "far failed READING" : "far eof READING");
            ends.far().input().drain(100);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingOneEndIsTheEndOfTheOthersInput(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            logging("far", ends.far());
            ends.far().enableReading();
            ends.near().output().addAscii("sent before");
            ends.rig().runUntil(() -> ends.far().input().length() == 11);
            ends.near().close();
            ends.rig().runUntil(() -> !log.isEmpty());
            assertThat(log).containsExactly(flavor.tellsTruncation() ? "far failed READING" : "far eof READING");
            assertThat(ends.far().isReadingEnabled()).isFalse();
            assertThat(ends.far().isWritingEnabled()).isEqualTo(!flavor.tellsTruncation());
            assertThat(ends.far().input().removeString(US_ASCII)).isEqualTo("sent before");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenToAClosedEndFailsOnce(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            logging("far", ends.far());
            ends.near().close();
            ends.settle();
            for (int i = 0; i < 50; i++) {
                ends.far().output().addAscii("to nobody");
                ends.rig().run(Duration.ofMillis(2));
            }
            assertThat(log).containsExactly("far failed WRITING");
            assertThat(ends.far().isWritingEnabled()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("parity") // regress_bufferevent.c: bufferevent_timeout_pair, bufferevent_timeout_filter
    void silenceTimesOutAndReadingCanGoOn(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            logging("near", ends.near());
            ends.near().timeouts(Duration.ofMillis(30), Duration.ZERO);
            ends.near().enableReading();
            ends.rig().runUntil(() -> !log.isEmpty());
            assertThat(log).containsExactly("near timed out " + Direction.READING);
            assertThat(ends.near().isReadingEnabled()).isFalse();
            ends.near().timeouts(Duration.ZERO, Duration.ZERO);
            ends.near().enableReading();
            ends.far().output().addAscii("late");
            ends.rig().runUntil(() -> ends.near().input().length() == 4);
            ends.near().input().drain(4);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("parity") // regress_bufferevent.c: bufferevent_timeout_filter_pair
    void outputThatNobodyTakesTimesOutAndOneWithoutOutputDoesNot(BufferEventFlavor flavor) {
        byte[] much = new byte[flavor.isSimulated() ? 300_000 : 16_000_000];
        new SplittableRandom(1).nextBytes(much); // Or a filter might make it little.
        try (Ends ends = flavor.open()) {
            logging("near", ends.near());
            ends.near().timeouts(Duration.ZERO, Duration.ofMillis(flavor.isSimulated() ? 300 : 50));
            ends.settle();
            assertThat(log).as("nothing to send").isEmpty();
            ends.near().write(much);
            ends.rig().runUntil(() -> !log.isEmpty());
            assertThat(log).containsExactly("near timed out WRITING");
            assertThat(ends.near().isWritingEnabled()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void writingThatIsOffHoldsBytesBack(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            ends.far().enableReading();
            ends.near().disableWriting();
            ends.near().output().addAscii("later");
            ends.settle();
            assertThat(ends.far().input().length()).isZero();
            assertThat(ends.near().unsent()).isEqualTo(5);
            ends.near().enableWriting();
            ends.rig().runUntil(() -> ends.far().input().length() == 5);
            ends.far().input().drain(5);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("parity") // regress_bufferevent.c: bufferevent_trigger, bufferevent_trigger_defer,
    // bufferevent_trigger_postpone, bufferevent_trigger_defer_postpone
    void triggeringByHandHonoursTheMarksUnlessToldNotTo(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            BufferEvent near = ends.near();
            near.inputWatermark(new Watermark(5, Watermark.UNLIMITED));
            near.onRead(_ -> log.add("read"));
            near.onWrite(_ -> log.add("write"));
            near.onCondition((_, condition) -> log.add(describe(condition)));
            near.trigger(Direction.READING);
            ends.settle();
            assertThat(log).as("below the low mark").isEmpty();
            near.trigger(Direction.READING, TriggerOption.IGNORE_WATERMARKS);
            near.trigger(Direction.READING, TriggerOption.IGNORE_WATERMARKS);
            near.trigger(Direction.WRITING);
            near.triggerCondition(new Condition.TimedOut(Direction.READING));
            assertThat(log).as("never inside the call").isEmpty();
            ends.settle();
            assertThat(log).containsExactly("read", "write", "timed out READING");
            assertThatThrownBy(() -> near.trigger(Direction.CONNECTING)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCallbackThatThrowsIsReportedAndTheRestGoesOn(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            ends.far().onRead(_ -> {
                throw new IllegalStateException("from the callback");
            });
            ends.far().enableReading();
            ends.near().output().addAscii("a");
            ends.rig().runUntil(() -> ends.far().input().length() == 1);
            assertThat(ends.rig().takeThrown()).hasSize(1);
            ends.far().onRead(far -> log.add(far.input().removeString(US_ASCII)));
            ends.near().output().addAscii("b");
            ends.rig().runUntil(() -> !log.isEmpty());
            assertThat(log).containsExactly("ab");
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingInsideAnyCallbackIsSafe(BufferEventFlavor flavor) {
        for (String where : List.of("read", "write", "condition", "writable")) {
            try (Ends ends = flavor.open()) {
                BufferEvent near = ends.near();
                near.outputWatermark(new Watermark(0, 1));
                near.onRead(_ -> closeIf("read", where, near));
                near.onWrite(_ -> closeIf("write", where, near));
                near.onWritable(_ -> closeIf("writable", where, near));
                near.onCondition((_, _) -> closeIf("condition", where, near));
                near.enableReading();
                ends.far().enableReading();
                near.output().addAscii("out");
                ends.far().output().addAscii("in");
                ends.far().shutdownOutput();
                ends.rig().runUntil(near::isClosed);
                assertThat(log).endsWith(where);
                ends.settle();
                assertThat(log).as("nobody is called after closing").endsWith(where);
                ends.far().input().drain(100);
                log.clear();
            }
        }
    }

    private void closeIf(String what, String where, BufferEvent bufferEvent) {
        log.add(what);
        if (what.equals(where)) {
            bufferEvent.close();
            bufferEvent.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void deferredCallbacksComeInTheirOrder(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open(BufferEventOption.DEFER_CALLBACKS)) {
            BufferEvent near = ends.near();
            near.outputWatermark(new Watermark(0, 1));
            near.onRead(_ -> log.add("read"));
            near.onWrite(_ -> log.add("write"));
            near.onWritable(_ -> log.add("writable"));
            near.onCondition((_, condition) -> log.add(describe(condition)));
            near.triggerCondition(new Condition.Failed(Direction.WRITING, new IOException("made up")));
            near.trigger(Direction.WRITING);
            near.trigger(Direction.READING);
            ends.settle();
            assertThat(log).containsExactly("read", "write", "failed WRITING");
        }
    }

    @ParameterizedTest
    @EnumSource
    void outputThatPassesItsBoundFailsOnce(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            logging("near", ends.near());
            ends.near().maxOutputBytes(1000);
            ends.near().write(new byte[1001]);
            ends.near().write(new byte[1001]);
            assertThat(log).as("never inside the call").isEmpty();
            ends.settle();
            assertThat(log).containsExactly("near failed WRITING");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReadLimitIsKeptToTheByte(BufferEventFlavor flavor) {
        Duration tick = Duration.ofMillis(50);
        try (Ends ends = flavor.open()) {
            long[] most = new long[1];
            ends.near().rateLimits().limit(new TokenBucketConfig(100, 100, 100, 100, tick));
            ends.near()
                    .onRead(near ->
                            most[0] = Math.max(most[0], near.rateLimits().maxToRead()));
            ends.far().write(new byte[1000]);
            ends.near().enableReading();
            long start = ends.rig().base().nanoTime();
            ends.rig().runUntil(() -> ends.near().input().length() == 1000);
            long ticks = (ends.rig().base().nanoTime() - start) / tick.toNanos();
            assertThat(ticks).as("ten buckets, the first one full").isGreaterThanOrEqualTo(8);
            if (flavor.isSimulated()) { // Else a tick may pass before the callback.
                assertThat(most[0]).as("allowed behind a read").isLessThan(100);
            }
            ends.near().input().drain(1000);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWriteLimitIsKept(BufferEventFlavor flavor) {
        Duration tick = Duration.ofMillis(50);
        try (Ends ends = flavor.open()) {
            ends.near().rateLimits().limit(new TokenBucketConfig(200, 200, 200, 200, tick));
            ends.far().enableReading();
            ends.near().write(new byte[2000]);
            long start = ends.rig().base().nanoTime();
            ends.rig().runUntil(() -> ends.far().input().length() == 2000);
            long ticks = (ends.rig().base().nanoTime() - start) / tick.toNanos();
            assertThat(ticks).isGreaterThanOrEqualTo(8);
            ends.near().rateLimits().removeLimit();
            ends.far().input().drain(2000);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatMovesAtOnceCanBeBounded(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            ends.near().rateLimits().maxSingleRead(10);
            ends.near().rateLimits().maxSingleWrite(10);
            List<Long> reads = new ArrayList<>();
            ends.near().onRead(near -> reads.add(near.input().drain(Long.MAX_VALUE)));
            ends.near().enableReading();
            ends.far().enableReading();
            ends.far().write(new byte[95]);
            ends.near().write(new byte[95]);
            ends.rig()
                    .runUntil(() -> ends.far().input().length() == 95
                            && reads.stream().mapToLong(it -> it).sum() == 95);
            if (!flavor.limitsTheWire()) {
                assertThat(reads).allMatch(count -> count <= 10);
            }
            ends.far().input().drain(95);
        }
    }

    @ParameterizedTest
    @EnumSource
    @Tag("parity") // regress_bufferevent.c: bufferevent_flush_flush, bufferevent_pair_flush_flush
    void flushingLosesNothingAndCallsNobodyBackInside(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            ends.far().onRead(_ -> log.add("read"));
            ends.far().enableReading();
            ends.settle();
            ends.near().output().addAscii("pushed");
            ends.near().flush(Direction.WRITING, FlushMode.NORMAL);
            ends.near().flush(Direction.WRITING, FlushMode.FLUSH);
            ends.far().flush(Direction.READING, FlushMode.FLUSH);
            assertThat(log).isEmpty();
            ends.rig().runUntil(() -> ends.far().input().length() == 6);
            ends.settle();
            assertThat(log).isNotEmpty();
            assertThat(ends.far().input().removeString(US_ASCII)).isEqualTo("pushed");
        }
    }

    @ParameterizedTest
    @EnumSource
    void prioritiesAndSettingsAreKept(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            assertThat(ends.near().isWritingEnabled()).isTrue();
            assertThat(ends.near().isReadingEnabled()).isFalse();
            assertThat(ends.near().priority()).isZero();
            assertThatThrownBy(() -> ends.near().priority(1)).isInstanceOf(IllegalArgumentException.class);
            assertThat(ends.near().outputWatermark()).isEqualTo(Watermark.DEFAULT_OUTPUT);
            assertThat(ends.near().base()).isSameAs(ends.rig().base());
            ends.near().close();
            assertThatThrownBy(() -> ends.near().enableReading()).hasMessageContaining("closed");
        }
    }
}
