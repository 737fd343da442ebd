package io.jevent.tests.buffer;

import static io.jevent.tests.buffer.ByteModel.indexOf;
import static io.jevent.tests.buffer.ByteModel.join;
import static io.jevent.tests.buffer.ByteModel.tail;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.jevent.buffer.BufferLimitException;
import io.jevent.buffer.BufferPool;
import io.jevent.buffer.BufferPosition;
import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.EvBuffer.End;
import io.jevent.buffer.LineEnd;
import io.jevent.buffer.LineEndPosition;
import io.jevent.buffer.Reservation;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;

/**
 * Operations on two buffers, read from the bytes of a fuzzer's input and compared with plain arrays after each of them. Memory
 * is short and the ends are frozen now and then, so that many operations are refused: then nothing may have changed.
 *
 * <p>In the build this runs the inputs under {@code src/test/resources}; {@code tests/fuzz} looks for new ones.
 */
@Tag("fuzz") // for a JVM of its own
class EvBufferFuzzTest {
    private static final long POOL_BYTES = 192 * 1024;

    /** Buffers longer than this are only looked at in full at the end. */
    private static final int ALWAYS_LOOK_BYTES = 2048;

    /** Sharing costs the pool nothing; beyond this nothing more is shared. */
    private static final int MAX_SHARED_BYTES = 400_000;

    private static final int MAX_STEPS = 300;

    /** Used by all runs, since making one is slow; the first after a failure makes another. */
    private static BufferPool pool = BufferPool.create(POOL_BYTES);

    @FuzzTest(maxDuration = "15m")
    void behavesLikeAnArrayOfBytes(byte[] input) {
        if (pool.bytesInUse() != 0) {
            pool = BufferPool.create(POOL_BYTES);
        }
        Run run = new Run(pool, new Input(input));
        run.steps();
        run.end();
    }

    /** Decisions taken from bytes; all zero behind the end. */
    private static final class Input {
        private final byte[] bytes;
        private int next;

        Input(byte[] bytes) {
            this.bytes = bytes;
        }

        boolean hasMore() {
            return next < bytes.length;
        }

        int octet() {
            return hasMore() ? bytes[next++] & 0xff : 0;
        }

        /** A number of bytes: mostly few, sometimes around the sizes of chunks. */
        int size() {
            int octet = octet();
            if (octet < 0xc0) {
                return octet;
            }
            int around = 1 << (9 + (octet & 7));
            return around - 8 + octet() % 16;
        }

        int below(int bound) {
            return bound <= 1 ? 0 : (octet() << 8 | octet()) % bound;
        }

        byte[] content(int byteCount) {
            byte[] content = new byte[byteCount];
            byte[] alphabet = {'a', 'a', 'b', 'c', '\r', '\n', 0, (byte) 0x8a};
            int seed = octet();
            for (int i = 0; i < byteCount; i++) {
                // All different near a place, and the first few bytes chosen freely.
                content[i] = i < 8 ? alphabet[(seed >> i % 4 ^ i) & 7] : (byte) ('d' + (i + seed) % 91);
            }
            return content;
        }
    }

    private static final class Run {
        private final BufferPool pool;
        private final Input input;
        private final EvBuffer[] buffers;
        private final byte[][] models = {{}, {}};
        private final List<Set<End>> frozen = List.of(EnumSet.noneOf(End.class), EnumSet.noneOf(End.class));
        private final List<String> log = new ArrayList<>();
        private int referencesMade;
        private int referencesReleased;
        private int which;

        Run(BufferPool pool, Input input) {
            this.pool = pool;
            this.input = input;
            this.buffers = new EvBuffer[] {EvBuffer.create(pool), EvBuffer.create(pool)};
        }

        void steps() {
            for (int step = 0; step < MAX_STEPS && input.hasMore(); step++) {
                step();
                look(0, false);
                look(1, false);
            }
        }

        void end() {
            look(0, true);
            look(1, true);
            buffers[0].close();
            buffers[1].close();
            check(pool.bytesInUse() == 0, "all memory is back");
            check(referencesMade == referencesReleased, "every clean-up ran once");
        }

        /** One operation; letters choose it, so that inputs can be read. Capital ones are for the other buffer. */
        private void step() {
            int code = input.octet();
            which = code >> 5 & 1;
            switch (code & 31) {
                case 'a' & 31 -> add();
                case 'b' & 31 -> addBuffer();
                case 'c' & 31 -> copyOut();
                case 'd' & 31 -> drain();
                case 'e' & 31 -> readLine();
                case 'f' & 31 -> freeze();
                case 'g' & 31 -> addBufferReference();
                case 'h' & 31 -> addByteBuffer();
                case 'i' & 31 -> viewElsewhere();
                case 'j' & 31 -> pullUp();
                case 'k' & 31 -> search();
                case 'l' & 31 -> positions();
                case 'm' & 31 -> moveTo();
                case 'n' & 31 -> findLineEnds();
                case 'o' & 31 -> outOfRange();
                case 'p' & 31 -> prepend();
                case 'q' & 31 -> prependBuffer();
                case 'r' & 31 -> remove();
                case 's' & 31 -> reserveAndCommit();
                case 't' & 31 -> reserveTooEarly();
                case 'u' & 31 -> addReference();
                case 'v' & 31 -> peek();
                default -> thaw();
            }
        }

        // ---- operations ----

        private void add() {
            byte[] content = input.content(input.size());
            attempt("add " + content.length, isFrozen(which, End.END), () -> {
                buffer().add(content);
                models[which] = join(model(), content);
            });
        }

        private void addByteBuffer() {
            byte[] content = input.content(input.size());
            ByteBuffer source = ByteBuffer.wrap(content);
            boolean done = attempt("add ByteBuffer " + content.length, isFrozen(which, End.END), () -> {
                buffer().add(source);
                models[which] = join(model(), content);
            });
            check(source.remaining() == (done ? 0 : content.length), "the source is used up or as it was");
        }

        private void prepend() {
            byte[] content = input.content(input.size());
            attempt("prepend " + content.length, isFrozen(which, End.START), () -> {
                buffer().prepend(content);
                models[which] = join(content, model());
            });
        }

        private void addBuffer() {
            attempt("addBuffer", isFrozen(which, End.END) || isFrozen(1 - which, End.START), () -> {
                buffer().addBuffer(other());
                models[which] = join(model(), models[1 - which]);
                models[1 - which] = new byte[0];
            });
        }

        private void prependBuffer() {
            attempt("prependBuffer", isFrozen(which, End.START) || isFrozen(1 - which, End.START), () -> {
                buffer().prependBuffer(other());
                models[which] = join(models[1 - which], model());
                models[1 - which] = new byte[0];
            });
        }

        private void moveTo() {
            int count = input.size();
            int part = Math.min(count, model().length);
            attempt("moveTo " + count, isFrozen(which, End.START) || isFrozen(1 - which, End.END), () -> {
                check(buffer().moveTo(other(), count) == part, "says how many it moved");
                models[1 - which] = join(models[1 - which], Arrays.copyOf(model(), part));
                models[which] = tail(model(), part);
            });
        }

        private void drain() {
            int count = input.size();
            int part = Math.min(count, model().length);
            attempt("drain " + count, part > 0 && isFrozen(which, End.START), () -> {
                check(buffer().drain(count) == part, "says how many it drained");
                models[which] = tail(model(), part);
            });
        }

        private void remove() {
            int count = input.size();
            int part = Math.min(count, model().length);
            byte[] target = new byte[count];
            attempt("remove " + count, part > 0 && isFrozen(which, End.START), () -> {
                check(buffer().remove(target, 0, count) == part, "says how many it removed");
                check(Arrays.equals(target, Arrays.copyOf(Arrays.copyOf(model(), part), count)), "removes the first");
                models[which] = tail(model(), part);
            });
        }

        private void copyOut() {
            int from = input.below(model().length + 1);
            int count = input.size();
            int part = Math.min(count, model().length - from);
            byte[] target = new byte[count];
            attempt("copyOut " + from + " " + count, part > 0 && isFrozen(which, End.START), () -> {
                check(buffer().copyOut(from, target, 0, count) == part, "says how many it copied");
                check(Arrays.equals(target, 0, part, model(), from, from + part), "copies what is there");
            });
        }

        private void addReference() {
            int size = input.size();
            byte[] content = input.content(size);
            int offset = input.below(size + 1);
            int count = input.below(size - offset + 1);
            boolean done =
                    attempt("addReference " + offset + " " + count + " of " + size, isFrozen(which, End.END), () -> {
                        buffer().addReference(
                                        MemorySegment.ofArray(content), offset, count, memory -> referencesReleased++);
                        models[which] = join(model(), Arrays.copyOfRange(content, offset, offset + count));
                    });
            referencesMade += done ? 1 : 0;
        }

        private void addBufferReference() {
            if (model().length + models[1 - which].length > MAX_SHARED_BYTES) {
                return;
            }
            attempt("addBufferReference", isFrozen(which, End.END), () -> {
                buffer().addBufferReference(other());
                models[which] = join(model(), models[1 - which]);
            });
        }

        /** A view in a third buffer, of which a part is taken out before it ends. */
        private void viewElsewhere() {
            int count = Math.min(input.size(), model().length);
            int more = input.size();
            log.add("view[" + which + "] " + count + " " + more);
            try (EvBuffer view = EvBuffer.create(pool)) {
                view.addBufferReference(buffer());
                byte[] taken = new byte[count];
                view.remove(taken, 0, count);
                check(Arrays.equals(taken, Arrays.copyOf(model(), count)), "the view shows the same");
                view.prepend(input.content(more));
                view.add(input.content(more));
                view.pullUp(Math.min(view.length(), 2L * more));
            } catch (BufferLimitException e) {
                log.add("no memory");
            }
        }

        private void pullUp() {
            int count = Math.min(input.size(), model().length);
            boolean mustMove = count > buffer().contiguousLength();
            attempt("pullUp " + count, mustMove && isFrozen(which, End.START), () -> {
                ByteBuffer view = buffer().pullUp(count);
                check(view.isReadOnly() && view.remaining() == count, "shows what was asked for");
                check(view.equals(ByteBuffer.wrap(model(), 0, count)), "shows the first bytes");
                check(count == 0 || buffer().contiguousLength() >= count, "they lie contiguously");
            });
        }

        private void readLine() {
            LineEnd style = style();
            LineModel expected = LineModel.find(model(), style);
            attempt("readLine " + style, expected != null && isFrozen(which, End.START), () -> {
                Optional<byte[]> line = buffer().readLine(style);
                check(line.isPresent() == (expected != null), "there is a line");
                if (expected != null) {
                    check(
                            Arrays.equals(line.orElseThrow(), Arrays.copyOf(model(), expected.index())),
                            "it is the first");
                    models[which] = tail(model(), expected.index() + expected.byteCount());
                }
            });
        }

        private void findLineEnds() {
            int from = input.below(model().length + 1);
            log.add("findLineEnd[" + which + "] " + from);
            for (LineEnd style : LineEnd.values()) {
                LineModel expected = LineModel.find(tail(model(), from), style);
                LineEndPosition found = buffer().findLineEnd(style, from).orElse(null);
                check((found == null) == (expected == null), "finds " + style);
                check(
                        found == null
                                || (found.index() == from + expected.index()
                                        && found.byteCount() == expected.byteCount()),
                        "finds the first " + style);
            }
        }

        private void search() {
            byte[] needle = needle();
            int from = input.below(model().length + 1);
            int to = from + input.below(model().length - from + 1);
            log.add("search[" + which + "] " + Arrays.toString(needle) + " " + from + " " + to);
            long expected = indexOf(model(), needle, from, to);
            check(buffer().search(needle, from, to) == expected, "finds the first");
            BufferPosition start = buffer().positionAt(from);
            BufferPosition end = start.plus((long) to - from);
            long found = start.search(needle, end).map(BufferPosition::index).orElse(-1L);
            check(found == expected, "finds the first from a position");
        }

        private void positions() {
            int at = input.below(model().length + 1);
            int step = input.below(model().length - at + 1);
            log.add("position[" + which + "] " + at + " " + step);
            BufferPosition further = buffer().positionAt(at).plus(step);
            check(further.index() == at + step, "counts on");
            if (at + step < model().length) {
                check(further.get() == model()[at + step], "shows the byte");
                check(buffer().byteAt(at + step) == model()[at + step], "shows the byte at the index");
            }
            check(sameBytes(further.peek(Long.MAX_VALUE), tail(model(), at + step)), "shows what follows");
            if (model().length > 0 && !isFrozen(which, End.START)) {
                buffer().drain(1);
                models[which] = tail(model(), 1);
                refused(IllegalStateException.class, () -> further.peek(1));
            }
        }

        private void peek() {
            int count = input.size();
            int part = Math.min(count, model().length);
            log.add("peek[" + which + "] " + count);
            check(sameBytes(buffer().peek(count), Arrays.copyOf(model(), part)), "shows the first");
        }

        private void reserveAndCommit() {
            int count = Math.max(1, input.size());
            int segments = 1 + (input.octet() & 3);
            int filled = input.below(count + 1);
            byte[] content = input.content(filled);
            attempt("reserve " + count + " commit " + filled, isFrozen(which, End.END), () -> {
                try (Reservation reservation = buffer().reserve(count, segments)) {
                    check(reservation.byteCount() >= count, "there is room");
                    check(reservation.space().size() <= segments, "in few segments");
                    fill(reservation, content);
                    reservation.commit(filled);
                    models[which] = join(model(), content);
                    refused(IllegalStateException.class, () -> reservation.commit(0));
                }
            });
        }

        private static void fill(Reservation reservation, byte[] content) {
            int done = 0;
            for (ByteBuffer space : reservation.space()) {
                int fits = Math.min(space.remaining(), content.length - done);
                space.put(content, done, fits);
                done += fits;
            }
        }

        /** A change between the reservation and its commit ends it. */
        private void reserveTooEarly() {
            int count = Math.max(1, input.size());
            byte[] content = input.content(1 + (input.octet() & 15));
            attempt("reserve " + count + " then add " + content.length, isFrozen(which, End.END), () -> {
                try (Reservation reservation = buffer().reserve(count, 4)) {
                    buffer().add(content);
                    models[which] = join(model(), content);
                    refused(IllegalStateException.class, () -> reservation.commit(1));
                }
            });
        }

        private void freeze() {
            End end = (input.octet() & 1) == 0 ? End.START : End.END;
            log.add("freeze[" + which + "] " + end);
            buffer().freeze(end);
            frozen.get(which).add(end);
            check(buffer().isFrozen(end), "is frozen");
        }

        private void thaw() {
            log.add("thaw[" + which + "]");
            for (End end : End.values()) {
                buffer().unfreeze(end);
                check(!buffer().isFrozen(end), "is not frozen");
            }
            frozen.get(which).clear();
        }

        private void outOfRange() {
            log.add("out of range[" + which + "]");
            int length = model().length;
            byte[] two = new byte[2];
            refused(IndexOutOfBoundsException.class, () -> buffer().byteAt(length));
            refused(IndexOutOfBoundsException.class, () -> buffer().positionAt(length + 1));
            refused(
                    IndexOutOfBoundsException.class,
                    () -> buffer().positionAt(length).plus(1));
            refused(IndexOutOfBoundsException.class, () -> buffer().pullUp(length + 1));
            refused(IndexOutOfBoundsException.class, () -> buffer().copyOut(length + 1, two, 0, 1));
            refused(IndexOutOfBoundsException.class, () -> buffer().copyOut(0, two, 1, 2));
            refused(IndexOutOfBoundsException.class, () -> buffer().search(two, 0, length + 1));
            refused(IndexOutOfBoundsException.class, () -> buffer().findLineEnd(LineEnd.LF, length + 1));
            refused(IllegalArgumentException.class, () -> buffer().drain(-1));
            refused(IllegalArgumentException.class, () -> buffer().peek(-1));
        }

        // ---- help ----

        private EvBuffer buffer() {
            return buffers[which];
        }

        private EvBuffer other() {
            return buffers[1 - which];
        }

        private byte[] model() {
            return models[which];
        }

        private boolean isFrozen(int buffer, End end) {
            return frozen.get(buffer).contains(end);
        }

        private LineEnd style() {
            return LineEnd.values()[input.octet() % LineEnd.values().length];
        }

        /** Mostly something that is there. */
        private byte[] needle() {
            int count = input.octet() & 7;
            int at = input.below(model().length + 1);
            return at + count <= model().length ? Arrays.copyOfRange(model(), at, at + count) : input.content(count);
        }

        /** Does something that an end that is frozen, or want of memory, may refuse; returns whether it was done. */
        private boolean attempt(String what, boolean refused, Runnable operation) {
            log.add(what + "[" + which + "]" + (refused ? ", frozen" : ""));
            byte[][] before = models.clone();
            if (refused) {
                refused(IllegalStateException.class, operation);
                return false;
            }
            try {
                operation.run();
                return true;
            } catch (BufferLimitException e) {
                log.add("no memory");
                check(before[0] == models[0] && before[1] == models[1], "the model has not changed");
                look(0, true);
                look(1, true);
                return false;
            }
        }

        private void refused(Class<? extends RuntimeException> expected, Runnable operation) {
            try {
                operation.run();
            } catch (RuntimeException e) {
                if (expected.isInstance(e) && !(e instanceof BufferLimitException)) {
                    return;
                }
                throw new AssertionError("need " + expected.getSimpleName() + " after " + log, e);
            }
            throw new AssertionError("need " + expected.getSimpleName() + ", got nothing, after " + log);
        }

        private void look(int index, boolean always) {
            byte[] model = models[index];
            EvBuffer buffer = buffers[index];
            check(buffer.length() == model.length, "length of " + index);
            if (always || model.length <= ALWAYS_LOOK_BYTES) {
                check(sameBytes(buffer.peek(Long.MAX_VALUE), model), "content of " + index);
            }
        }

        private void check(boolean claim, String what) {
            if (!claim) {
                throw new AssertionError("need: " + what + "; after " + log);
            }
        }
    }

    private static boolean sameBytes(List<ByteBuffer> views, byte[] expected) {
        int done = 0;
        for (ByteBuffer view : views) {
            int count = view.remaining();
            if (count == 0 || count > expected.length - done || !view.equals(ByteBuffer.wrap(expected, done, count))) {
                return false;
            }
            done += count;
        }
        return done == expected.length;
    }
}
