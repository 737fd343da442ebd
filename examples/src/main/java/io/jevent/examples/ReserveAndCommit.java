package io.jevent.examples;

import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.Reservation;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Fills a buffer in place: room is reserved, written to, and counted in. The book's example with 2048 bytes, and one
 * of its two wrong uses (R7).
 *
 * <p>Better here: the wrong uses are refused. Room that another append has taken cannot be committed any more, and
 * since what is committed is a count, there is no pointer to mix up.
 */
public final class ReserveAndCommit {
    private ReserveAndCommit() {}

    /** Fills 2048 bytes or as many as given, and shows what happens when something comes between. */
    public static void main(String[] args) {
        int byteCount = args.length > 0 ? Integer.parseInt(args[0]) : 2048;
        try (EvBuffer buffer = EvBuffer.create()) {
            fill(buffer, byteCount, new SplittableRandom());
            System.out.println("filled in place: " + buffer.length());
            System.out.println(disturbed(buffer));
        }
    }

    /** Appends random bytes that were never anywhere else. */
    static void fill(EvBuffer buffer, int byteCount, RandomGenerator random) {
        try (Reservation room = buffer.reserve(byteCount, 2)) {
            int left = byteCount;
            for (ByteBuffer piece : room.space()) {
                for (; left > 0 && piece.hasRemaining(); left--) {
                    piece.put((byte) random.nextInt());
                }
            }
            room.commit(byteCount); // There may be more room than was asked for; what is not counted goes back.
        }
    }

    /** {@return what is said when a buffer has changed before a commit; it is then as it was} */
    static String disturbed(EvBuffer buffer) {
        long before = buffer.length();
        try (Reservation room = buffer.reserve(10, 1)) {
            room.space().getFirst().put((byte) 1);
            buffer.addAscii("meanwhile");
            room.commit(1);
            return "committed";
        } catch (IllegalStateException e) {
            return "refused: " + e.getMessage() + "; added " + (buffer.length() - before) + " bytes";
        }
    }
}
