package io.jevent.filter;

import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.Reservation;
import io.jevent.bufferevent.FlushMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/** The output of a {@link DeflateFilter}. */
final class Deflation {
    /** Deflated, no flags, no time, nothing about the compression, by an unknown system. */
    private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 255};

    /** Each piece costs some bytes for its flush: few in pieces of this length. */
    private static final int PIECE_BYTES = 64 * 1024;

    /** Where the target has next to no room, it gets more than that, rather than much for little. */
    private static final int LEAST_PIECE_BYTES = 1024;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final DeflateConfig config;
    private final CRC32 crc = new CRC32();

    /** Null before the first byte, and once closed. */
    private @Nullable Deflater deflater;

    /** The end of the stream is written, or will not be. */
    private boolean ended;

    Deflation(DeflateConfig config) {
        this.config = config;
    }

    /** Takes one piece, and gives out all that becomes of it: what is kept back would count neither as unsent nor as sent. */
    void next(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        if (ended) {
            return;
        }
        Deflater present = deflater == null ? begin(target) : deflater;
        ByteBuffer piece = DeflateFilter.firstPiece(source, Math.clamp(maxBytes, LEAST_PIECE_BYTES, PIECE_BYTES));
        int byteCount = piece.remaining();
        if (config.format() == DeflateFormat.GZIP) {
            crc.update(piece.duplicate());
        }
        present.setInput(piece);
        boolean finishes = byteCount == source.length() && mode == FlushMode.FINISHED;
        if (finishes) {
            present.finish();
        }
        boolean more = true;
        while (more && !ended && !source.isClosed()) {
            more = deflate(present, target, byteCount);
        }
        if (!ended && !source.isClosed()) { // Whoever watches the target may have closed everything.
            present.setInput(NOTHING);
            source.drain(byteCount);
            if (finishes) {
                end(present, target);
            }
        }
    }

    private Deflater begin(EvBuffer target) {
        Deflater fresh = new Deflater(config.level(), config.format() != DeflateFormat.ZLIB);
        deflater = fresh;
        if (config.format() == DeflateFormat.GZIP) {
            target.add(GZIP_HEADER);
        }
        return fresh;
    }

    /** Returns whether there may be more: it filled the room it had. */
    private static boolean deflate(Deflater deflater, EvBuffer target, int byteCount) {
        try (Reservation reservation = target.reserve(byteCount + 64L, 1)) {
            ByteBuffer space = reservation.space().getFirst();
            int count = deflater.deflate(space, Deflater.SYNC_FLUSH);
            boolean isFull = !space.hasRemaining();
            reservation.commit(count);
            return isFull;
        }
    }

    private void end(Deflater present, EvBuffer target) {
        if (config.format() == DeflateFormat.GZIP) {
            ByteBuffer trailer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            target.add(trailer.putInt((int) crc.getValue())
                    .putInt((int) present.getBytesRead())
                    .flip());
        }
        close();
    }

    void close() {
        ended = true;
        Deflater present = deflater;
        deflater = null;
        if (present != null) {
            present.end();
        }
    }
}
