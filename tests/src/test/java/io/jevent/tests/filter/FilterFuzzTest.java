package io.jevent.tests.filter;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.LineEnd;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.FilterResult;
import io.jevent.bufferevent.FlushMode;
import io.jevent.filter.DeflateConfig;
import io.jevent.filter.DeflateFilter;
import io.jevent.filter.DeflateFormat;
import io.jevent.filter.EmptyFrames;
import io.jevent.filter.LengthPrefix;
import io.jevent.filter.LengthPrefixFilter;
import io.jevent.filter.LineFilter;
import io.jevent.filter.Recording;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;

/**
 * Whatever comes, cut wherever it may be, a filter gives out clean bytes or throws one IOException; it keeps to the room it is
 * given, and gives out the same as if all had come at once.
 *
 * <p>The first byte of an input chooses the kind of filter, the second the cuts and the room; the rest is what comes.
 */
@Tag("fuzz") // for a JVM of its own
class FilterFuzzTest {
    private static final long POOL_BYTES = 1 << 20;
    private static final int MAX_UNIT_BYTES = 300;
    private static final long MAX_INFLATED_BYTES = 300_000;
    private static final BufferPool POOL = BufferPool.create(POOL_BYTES);

    @FuzzTest(maxDuration = "15m")
    void deflateGivesOutWhatTheJdkInflatesOrFails(byte[] input) throws IOException {
        DeflateFormat format = choice(DeflateFormat.values(), input, 0);
        DeflateConfig config = new DeflateConfig(format, 1, 1000, MAX_INFLATED_BYTES);
        Outcome whole = check(() -> DeflateFilter.create(config), input, true);
        if (whole.failure == null && rest(input).length > 0) {
            // The JDK is milder about what follows, never about what it reads.
            require(Arrays.equals(whole.joined(), Packed.unpack(format, rest(input))), "the JDK reads other bytes");
        }
    }

    @FuzzTest(maxDuration = "15m")
    void framesAreTheSameWhereverTheyAreCut(byte[] input) {
        LengthPrefix prefix = choice(LengthPrefix.values(), input, 0);
        EmptyFrames empty = choice(EmptyFrames.values(), input, 3);
        Outcome whole = check(() -> LengthPrefixFilter.of(prefix, MAX_UNIT_BYTES, empty), input, false);
        whole.units.forEach(frame -> require(frame.length <= MAX_UNIT_BYTES, "a frame beyond the bound"));
    }

    @FuzzTest(maxDuration = "15m")
    void linesAreTheSameWhereverTheyAreCut(byte[] input) {
        LineEnd style = choice(LineEnd.values(), input, 0);
        Outcome whole = check(() -> LineFilter.of(style, MAX_UNIT_BYTES), input, false);
        whole.units.forEach(line -> {
            require(line.length <= MAX_UNIT_BYTES + 1, "a line beyond the bound");
            require(line[line.length - 1] == '\n', "a line without its line feed");
        });
    }

    @FuzzTest(maxDuration = "15m")
    void whatIsNoRecordingIsRefused(byte[] input) {
        try {
            Recording recording = Recording.read(new ByteArrayInputStream(input), 1000);
            long byteCount = 0;
            for (Recording.Entry entry : recording.entries()) {
                byteCount += 2 + entry.bytes().length;
                require(!entry.time().isNegative(), "a time before the start");
            }
            require(byteCount <= Math.max(1002, input.length), "more than the bound");
        } catch (IOException _) {
            return; // It says what is wrong.
        }
    }

    /** What a filter made of its input. */
    private static final class Outcome {
        private final List<byte[]> units = new ArrayList<>();
        private String failure;

        byte[] joined() {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            units.forEach(all::writeBytes);
            return all.toByteArray();
        }
    }

    private static Outcome check(Supplier<BufferFilter> maker, byte[] input, boolean keepsRoom) {
        int cuts = input.length > 1 ? input[1] & 0xff : 0;
        byte[] bytes = rest(input);
        Outcome whole = run(maker.get(), bytes, Math.max(1, bytes.length), Long.MAX_VALUE);
        Outcome cut = run(maker.get(), bytes, 1 + (cuts & 15), keepsRoom ? 1 + (cuts >> 4) * 37L : 1);
        require((whole.failure == null) == (cut.failure == null), "once " + whole.failure + ", once " + cut.failure);
        byte[] one = whole.joined();
        byte[] other = cut.joined();
        int common = whole.failure == null ? Math.max(one.length, other.length) : Math.min(one.length, other.length);
        require(
                common <= Math.min(one.length, other.length) && Arrays.equals(one, 0, common, other, 0, common),
                "other bytes when cut");
        require(POOL.bytesInUse() == 0, "memory is left");
        return whole;
    }

    /** Does what a buffer event does, with a reader who takes everything at once. */
    private static Outcome run(BufferFilter filter, byte[] bytes, int pieceBytes, long room) {
        Outcome outcome = new Outcome();
        try (filter;
                EvBuffer source = EvBuffer.create(POOL);
                EvBuffer target = EvBuffer.create(POOL)) {
            for (int from = 0; from < bytes.length; from += pieceBytes) {
                source.add(bytes, from, Math.min(pieceBytes, bytes.length - from));
                drive(filter, source, target, room, FlushMode.NORMAL, outcome);
            }
            drive(filter, source, target, room, FlushMode.FINISHED, outcome);
            require(source.isEmpty(), "bytes are left and nobody said so");
        } catch (IOException e) {
            outcome.failure = e.getMessage();
            require(!outcome.failure.isBlank(), "a failure without a message");
        }
        return outcome;
    }

    private static void drive(
            BufferFilter filter, EvBuffer source, EvBuffer target, long room, FlushMode mode, Outcome outcome)
            throws IOException {
        boolean goesOn = true;
        while (goesOn && (!source.isEmpty() || mode == FlushMode.FINISHED)) {
            long before = source.length();
            FilterResult result = filter.input(source, target, room, mode);
            boolean moved = source.length() < before || !target.isEmpty();
            if (room > 1 || result == FilterResult.OK) {
                require(target.length() <= room, "more than the room");
            }
            if (!target.isEmpty()) {
                outcome.units.add(target.removeAll());
            }
            goesOn = moved && (result != FilterResult.NEEDS_MORE || mode == FlushMode.FINISHED);
        }
        if (mode == FlushMode.FINISHED && !source.isEmpty()) {
            throw new IOException("the input ended inside a unit");
        }
    }

    private static byte[] rest(byte[] input) {
        return Arrays.copyOfRange(input, Math.min(2, input.length), input.length);
    }

    private static <T> T choice(T[] all, byte[] input, int shift) {
        return all[((input.length > 0 ? input[0] & 0xff : 0) >> shift) % all.length];
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
