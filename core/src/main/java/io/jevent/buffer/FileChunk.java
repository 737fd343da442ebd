package io.jevent.buffer;

import io.jevent.vector.VectorChannel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;

/** Bytes that are still in a file. */
final class FileChunk extends Chunk {
    private final FileSegment segment;

    /** Where in the file index 0 of this chunk is. */
    private final long origin;

    /** Takes a share of the segment. */
    FileChunk(FileSegment segment, long origin, int byteCount) {
        super(MemorySegment.NULL, byteCount);
        this.segment = segment;
        this.origin = origin;
        this.end = byteCount;
        segment.lease().share();
    }

    @Override
    int frontRoom() {
        return 0;
    }

    @Override
    boolean isInMemory() {
        return false;
    }

    @Override
    Chunk shareFirst(int byteCount) {
        return new FileChunk(segment, origin + start, byteCount);
    }

    @Override
    void release() {
        segment.lease().release();
    }

    /** Whether the system may and can move the bytes to a channel by itself. */
    boolean isTransferableTo(WritableByteChannel channel) {
        return segment.isTransferable()
                && !(channel instanceof VectorChannel vectored && segment.systemFile(vectored) == null);
    }

    /**
     * Moves bytes from the file to a channel, where possible inside the system.
     *
     * @return bytes moved, 0 if the channel took none
     * @throws IOException if the channel fails, or the file has become too short
     */
    long transferTo(WritableByteChannel channel, long maxBytes) throws IOException {
        long position = origin + start;
        long wanted = Math.min(length(), maxBytes);
        long count = channel instanceof VectorChannel vectored
                ? vectored.sendFile(Objects.requireNonNull(segment.systemFile(vectored)), position, wanted)
                : segment.file().transferTo(position, wanted, channel);
        if (count == 0 && segment.file().size() <= position) {
            throw truncated(position);
        }
        return count;
    }

    /**
     * Reads the first {@code byteCount} bytes into the tail of a chunk that has room for them.
     *
     * @throws IOException if the file cannot be read, or has become too short
     */
    void readInto(Chunk target, int byteCount) throws IOException {
        ByteBuffer room = target.writableView(byteCount);
        long position = origin + start;
        while (room.hasRemaining()) {
            int count = segment.file().read(room, position);
            if (count < 0) {
                throw truncated(position);
            }
            position += count;
        }
        target.end += byteCount;
    }

    private IOException truncated(long position) throws IOException {
        return new IOException("the file has become too short: need a byte at " + position + ", its length is "
                + segment.file().size());
    }
}
