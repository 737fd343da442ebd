package io.jevent.benchmarks;

import io.jevent.buffer.EvBuffer;
import io.jevent.event.EventBase;
import org.jspecify.annotations.Nullable;

/** Pieces of one size that go through one or two buffers. */
abstract class PieceWorkload extends Workload {
    static final int MIB = 1 << 20;
    static final int QUARTER_MIB = 1 << 18;
    static final int SMALL_BYTES = 64;
    static final int LARGE_BYTES = 16 * 1024;
    static final int MOVES = 1024;

    final byte[] source;
    final EvBuffer near;
    final EvBuffer far;

    private PieceWorkload(String name, String unit, long operations, int pieceBytes, @Nullable EventBase base) {
        super(name, unit, operations);
        this.near = base == null ? EvBuffer.create() : base.newBuffer();
        this.far = base == null ? EvBuffer.create() : base.newBuffer();
        this.source = new byte[pieceBytes];
        for (int i = 0; i < pieceBytes; i++) {
            source[i] = (byte) i;
        }
    }

    final void addPieces(EvBuffer buffer, int byteCount) {
        for (int done = 0; done < byteCount; done += source.length) {
            source[0]++;
            buffer.add(source);
        }
    }

    @Override
    public void close() {
        near.close();
        far.close();
    }

    /** Fills a buffer with 1 MiB, piece by piece, then drains it piece by piece. */
    static final class AppendDrain extends PieceWorkload {
        AppendDrain(String name, int pieceBytes) {
            super(name, "byte", MIB, pieceBytes, null);
        }

        @Override
        long run(Stopwatch watch) {
            addPieces(near, MIB);
            long sum = 0;
            while (!near.isEmpty()) {
                sum += near.length();
                near.drain(source.length);
            }
            return sum;
        }
    }

    /** Appends a piece and copies it out again, until 1 MiB went through. */
    static final class AddRemove extends PieceWorkload {
        private final byte[] target;

        AddRemove(String name, int pieceBytes) {
            super(name, "byte", MIB, pieceBytes, null);
            target = new byte[pieceBytes];
        }

        @Override
        long run(Stopwatch watch) {
            long sum = 0;
            for (int done = 0; done < MIB; done += source.length) {
                addPieces(near, source.length);
                sum += near.remove(target, 0, target.length);
                sum += target[target.length - 1] & 0xff;
            }
            return sum;
        }
    }

    /** What an echo server does: a piece arrives in one buffer, is moved to another, and leaves it. */
    static final class EchoMove extends PieceWorkload {
        /** Whose memory the buffers are made of; null for the pool of the process. */
        private final @Nullable EventBase base;

        EchoMove(String name, @Nullable EventBase base) {
            super(name, "byte", MIB, SMALL_BYTES, base);
            this.base = base;
        }

        @Override
        long run(Stopwatch watch) {
            long sum = 0;
            for (int done = 0; done < MIB; done += source.length) {
                addPieces(near, source.length);
                far.addBuffer(near);
                sum += far.length();
                far.drain(source.length);
            }
            return sum;
        }

        @Override
        public void close() {
            super.close();
            if (base != null) {
                base.close();
            }
        }
    }

    /** Moves 256 KiB, appended 16 KiB at a time, to another buffer or back, 1024 times. */
    static final class MoveWhole extends PieceWorkload {
        MoveWhole(String name) {
            super(name, "move", MOVES, LARGE_BYTES, null);
            addPieces(near, QUARTER_MIB);
        }

        @Override
        long run(Stopwatch watch) {
            long sum = 0;
            for (int i = 0; i < MOVES; i += 2) {
                far.addBuffer(near);
                sum += far.length();
                near.addBuffer(far);
                sum += near.length();
            }
            return sum;
        }
    }

    /** Appends 256 KiB, 16 KiB at a time, moves them 1000 bytes at a time to another buffer and drains that. */
    static final class MovePieces extends PieceWorkload {
        MovePieces(String name) {
            super(name, "byte", QUARTER_MIB, LARGE_BYTES, null);
        }

        @Override
        long run(Stopwatch watch) {
            addPieces(near, QUARTER_MIB);
            long sum = 0;
            while (!near.isEmpty()) {
                sum += near.moveTo(far, 1000) * far.length();
            }
            far.drain(QUARTER_MIB);
            return sum;
        }
    }
}
