package io.jevent.buffer;

import io.jevent.vector.VectorChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A range of a file whose bytes can be put into buffers without being read: whole or in parts, into many buffers, many times.
 *
 * <p>The bytes leave for a socket inside the system, where it can do that ({@code sendfile}). Whatever looks at them in a
 * buffer (searching, copying, peeking, pulling up) reads them into the buffer's memory first, as far as it needs, and throws
 * {@link java.io.UncheckedIOException} if that fails. The file must keep the range while it is in use: if it has become too
 * short, sending and reading fail; nothing else happens.
 *
 * <p>{@link #close()} gives up the maker's share. The segment ends when that is given up and the last of its bytes has left
 * the last buffer; then its clean-ups run, once.
 *
 * <p>Threading: any thread; each buffer keeps its own rules.
 *
 * <p><em>Difference</em> from libevent: files are never mapped, since a mapping of a file that is truncated brings the
 * process down.
 *
 * @see EvBuffer#addFileSegment(FileSegment, long, long)
 * @see "libevent evbuffer_file_segment_new()"
 */
public final class FileSegment implements AutoCloseable {
    private final FileChannel file;
    private final long offset;
    private final long length;
    private final Set<FileSegmentOption> options;
    private final Lease lease = new Lease(this::end);

    /** Guards the clean-ups and the two flags. */
    private final Object lock = new Object();

    private final List<Runnable> cleanups = new ArrayList<>();
    private boolean closed;
    private boolean ended;

    /** The file for channels that hand it to the system themselves; null until one of them asks. */
    private VectorChannel.@Nullable SystemFile systemFile;

    /** Whether it was looked for. */
    private boolean systemFileSought;

    private FileSegment(FileChannel file, long offset, long length, Set<FileSegmentOption> options) {
        this.file = file;
        this.offset = offset;
        this.length = length;
        this.options = options;
    }

    /**
     * Makes a segment of a range of an open file.
     *
     * @param file readable; its position plays no part and does not change
     * @param offset first byte, at least 0
     * @param length bytes, at least 0
     * @param options how to use the file
     * @return a new segment
     * @throws IndexOutOfBoundsException if the range is not inside the file as it is now
     * @throws IllegalArgumentException if the file is not open for reading
     * @throws IOException if the file's length cannot be asked
     * @see "libevent evbuffer_file_segment_new()"
     */
    public static FileSegment of(FileChannel file, long offset, long length, FileSegmentOption... options)
            throws IOException {
        long fileLength = file.size();
        try {
            file.read(ByteBuffer.allocate(0), 0);
        } catch (NonReadableChannelException e) {
            throw new IllegalArgumentException("need a file that is open for reading", e);
        }
        if (offset < 0 || length < 0 || length > fileLength - offset) {
            throw new IndexOutOfBoundsException(
                    "need a range inside 0 to " + fileLength + ", got " + length + " bytes from " + offset);
        }
        return new FileSegment(file, offset, length, Set.of(options));
    }

    /**
     * Opens a file and makes a segment of all of it, which closes the file at its end.
     *
     * @param path the file
     * @return a new segment
     * @throws IOException if the file cannot be opened
     */
    public static FileSegment open(Path path) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        boolean success = false;
        try {
            FileSegment segment = of(file, 0, file.size(), FileSegmentOption.CLOSE_ON_FREE);
            success = true;
            return segment;
        } finally {
            if (!success) {
                file.close();
            }
        }
    }

    /**
     * {@return bytes in it}
     */
    public long length() {
        return length;
    }

    /**
     * Runs something when the segment ends, on the thread that lets go of it last; at once if it has ended.
     *
     * @param cleanup runs once; what it throws is logged
     * @see "libevent evbuffer_file_segment_add_cleanup_cb()"
     */
    public void onEnd(Runnable cleanup) {
        Objects.requireNonNull(cleanup);
        synchronized (lock) {
            if (!ended) {
                cleanups.add(cleanup);
                return;
            }
        }
        run(cleanup);
    }

    private static void run(Runnable cleanup) {
        try {
            cleanup.run();
        } catch (RuntimeException e) {
            System.getLogger("io.jevent.buffer").log(System.Logger.Level.ERROR, "a clean-up threw", e);
        }
    }

    /**
     * Gives up the maker's share: bytes that are in buffers stay there, no more can be put into any. Idempotent.
     *
     * @see "libevent evbuffer_file_segment_free()"
     */
    @Override
    public void close() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
        }
        lease.release();
    }

    private void end() {
        List<Runnable> due;
        synchronized (lock) {
            ended = true;
            due = List.copyOf(cleanups);
            if (systemFile != null) {
                systemFile.close();
            }
        }
        if (options.contains(FileSegmentOption.CLOSE_ON_FREE)) {
            try {
                file.close();
            } catch (IOException e) {
                System.getLogger("io.jevent.buffer").log(System.Logger.Level.DEBUG, "closing a file", e);
            }
        }
        due.forEach(FileSegment::run);
    }

    @Override
    public String toString() {
        return "FileSegment[" + length + " bytes from " + offset + "]";
    }

    // ---- for buffers ----

    FileChannel file() {
        return file;
    }

    /** The file as a kind of channel knows it, or null if it cannot be found out; the same for all channels. */
    VectorChannel.@Nullable SystemFile systemFile(VectorChannel channel) {
        synchronized (lock) {
            if (!systemFileSought) {
                systemFileSought = true;
                systemFile = channel.open(file);
            }
            return systemFile;
        }
    }

    Lease lease() {
        return lease;
    }

    boolean isTransferable() {
        return !options.contains(FileSegmentOption.NO_TRANSFER);
    }

    /** Chunks of a range of it, not linked anywhere; each holds a share. */
    List<Chunk> chunks(long from, long byteCount) {
        List<Chunk> chunks = new ArrayList<>();
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("this file segment is closed");
            }
            long position = offset + from;
            for (long left = byteCount; left > 0; ) {
                int count = (int) Math.min(left, EvBuffer.MAX_CONTIGUOUS_BYTES);
                chunks.add(new FileChunk(this, position, count));
                position += count;
                left -= count;
            }
        }
        return chunks;
    }
}
