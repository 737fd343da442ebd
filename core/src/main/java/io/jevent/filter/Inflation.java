package io.jevent.filter;

import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.Reservation;
import io.jevent.bufferevent.FilterResult;
import io.jevent.bufferevent.FlushMode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * The input of a {@link DeflateFilter}.
 *
 * <p>The inflater may have taken all of the source and still have bytes to give out, for which the target has no room. So that it
 * is called again, the last byte then stays in the source although the inflater has it.
 */
final class Inflation {
    /** What the next byte of the source is. */
    private enum Part {
        HEADER,
        BODY,
        TRAILER,
        NOTHING
    }

    /** What one call takes, and what it gives out, at most. */
    private static final int PIECE_BYTES = 16 * 1024;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final DeflateConfig config;
    private final GzipFrame frame = new GzipFrame();

    /** Null before the first byte, and once closed. */
    private @Nullable Inflater inflater;

    private Part part;

    /** Of the source's first bytes, how many the inflater has already. */
    private int ahead;

    private long takenBytes;
    private long inflatedBytes;

    Inflation(DeflateConfig config) {
        this.config = config;
        this.part = config.format() == DeflateFormat.GZIP ? Part.HEADER : Part.BODY;
    }

    FilterResult next(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) throws IOException {
        if (source.isEmpty()) {
            if (mode == FlushMode.FINISHED && isInside()) {
                throw new EOFException("the compressed stream ends early, behind " + takenBytes + " bytes");
            }
            return FilterResult.NEEDS_MORE;
        }
        switch (part) {
            case HEADER -> header(source);
            case BODY -> body(source, target, maxBytes);
            case TRAILER -> trailer(source);
            case NOTHING -> throw new IOException("bytes behind the end of the compressed stream: " + source.length());
        }
        return FilterResult.OK;
    }

    private boolean isInside() {
        return switch (part) {
            case HEADER -> frame.hasBegun();
            case BODY -> config.format() == DeflateFormat.GZIP || takenBytes > 0;
            case TRAILER -> true;
            case NOTHING -> false;
        };
    }

    private void header(EvBuffer source) throws IOException {
        ByteBuffer piece = DeflateFilter.firstPiece(source, PIECE_BYTES);
        if (frame.readHeader(piece)) {
            part = Part.BODY;
        }
        take(source, piece.position());
    }

    private void body(EvBuffer source, EvBuffer target, long maxBytes) throws IOException {
        Inflater present = inflater == null ? begin() : inflater;
        ByteBuffer piece = DeflateFilter.firstPiece(source, PIECE_BYTES);
        int room = (int) Math.min(maxBytes, Math.clamp(4L * piece.remaining(), 1024, PIECE_BYTES));
        present.setInput(piece.position(ahead));
        try (Reservation reservation = target.reserve(room, 1)) {
            ByteBuffer space = reservation.space().getFirst().limit(room);
            int count = inflate(present, space);
            boolean isFull = count == room;
            int taken = piece.position() - ahead;
            takenBytes += taken;
            inflatedBytes += count;
            checkGrowth();
            if (config.format() == DeflateFormat.GZIP) {
                frame.checksum(space.flip());
            }
            finishPiece(present, source, piece.position(), isFull);
            if (!target.isClosed()) { // Whoever watches the source may have closed everything.
                reservation.commit(count);
            }
        }
    }

    private Inflater begin() {
        Inflater fresh = new Inflater(config.format() != DeflateFormat.ZLIB);
        inflater = fresh;
        return fresh;
    }

    private static int inflate(Inflater inflater, ByteBuffer space) throws IOException {
        try {
            int count = inflater.inflate(space);
            if (inflater.needsDictionary()) {
                throw new IOException("the compressed stream needs a dictionary that nobody has");
            }
            return count;
        } catch (DataFormatException e) {
            throw new IOException("the compressed stream is damaged: " + e.getMessage(), e);
        }
    }

    private void checkGrowth() throws IOException {
        if (inflatedBytes > config.maxInflatedBytes()) {
            throw new IOException("inflated more than " + config.maxInflatedBytes() + " bytes, the bound");
        }
        long most = takenBytes > Long.MAX_VALUE / config.maxRatio() ? Long.MAX_VALUE : takenBytes * config.maxRatio();
        if (inflatedBytes > DeflateConfig.RATIO_FLOOR_BYTES && inflatedBytes > most) {
            throw new IOException("inflated " + inflatedBytes + " bytes out of " + takenBytes + ", a ratio of "
                    + inflatedBytes / takenBytes + "; the bound is " + config.maxRatio());
        }
    }

    /** Takes what the inflater has read out of the source, and sees what follows. */
    private void finishPiece(Inflater present, EvBuffer source, int position, boolean isFull) {
        present.setInput(NOTHING);
        boolean staysInside = !present.finished();
        ahead = staysInside && isFull && position == source.length() ? 1 : 0;
        if (!staysInside) {
            frame.endBody(present.getBytesWritten());
            part = config.format() == DeflateFormat.GZIP ? Part.TRAILER : Part.NOTHING;
            present.reset();
        }
        source.drain((long) position - ahead);
    }

    private void trailer(EvBuffer source) throws IOException {
        ByteBuffer piece = DeflateFilter.firstPiece(source, PIECE_BYTES);
        if (frame.readTrailer(piece)) {
            part = Part.HEADER;
        }
        take(source, piece.position());
    }

    private void take(EvBuffer source, int byteCount) {
        takenBytes += byteCount;
        source.drain(byteCount);
    }

    void close() {
        Inflater present = inflater;
        inflater = null;
        if (present != null) {
            present.end();
        }
    }
}
