package io.jevent.buffer;

import io.jevent.vector.VectorChannel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A queue of bytes: appended at the end, drained from the front, moved between buffers without copying.
 *
 * <p>The bytes lie in a chain of chunks from a {@link BufferPool}. Moving from one buffer to another moves chunks; a
 * drained chunk goes back to its pool; an empty buffer holds no memory. Nothing is counted by the user: close a buffer
 * that will not be used again, or drain it.
 *
 * <p>Views ({@link #peek}, {@link #pullUp}, {@link Reservation#space()}) show the chunks themselves and are valid until
 * the buffer next changes.
 *
 * <p>A refused operation, whatever it throws, leaves the buffer as it was. All of them throw
 * {@link IllegalStateException} on a closed buffer, {@link WrongThreadException} on the wrong thread (see below), and,
 * where they need memory, {@link BufferLimitException} at the pool's bound.
 *
 * <p>Threading: one thread at a time. A buffer made by {@link #createConfined} belongs to its pool's thread and checks
 * it; any other belongs to whoever holds it and may be handed over.
 *
 * @see "libevent struct evbuffer"
 */
public final class EvBuffer implements AutoCloseable {
    /** The two ends of a buffer that can be frozen. */
    public enum End {
        /** Where bytes are taken out, and where {@link EvBuffer#prepend(byte[])} puts them. */
        START,
        /** Where bytes are appended. */
        END
    }

    /** Most bytes that one view can show contiguously. */
    public static final int MAX_CONTIGUOUS_BYTES = 1 << 30;

    /** Bytes of a file that looking for a line end reads at a time. */
    private static final int FILE_PIECE_BYTES = 64 * 1024;

    final ChunkQueue queue;
    private final boolean confined;
    private boolean startFrozen;
    private boolean endFrozen;

    /** Is told of each change, behind the program's callbacks; null for most. */
    private final @Nullable ChangeCallback owner;

    /** The program's; null until it has one. */
    private @Nullable ChangeCallbacks callbacks;

    /** A channel that may still read the first bytes; until it does not, they stay where they are. */
    private @Nullable VectorChannel writer;

    final ChunkViews views = ChunkViews.create();

    /** Grows whenever views and positions cease to be valid. */
    long changeCount;

    private boolean closed;

    private EvBuffer(BufferPool pool, boolean confined, @Nullable ChangeCallback owner) {
        this.queue = new ChunkQueue(pool);
        this.confined = confined;
        this.owner = owner;
        if (DebugViews.ON) {
            DebugViews.watch(this, queue);
        }
    }

    /**
     * {@return an empty buffer on the pool of the process}
     *
     * @see "libevent evbuffer_new()"
     */
    public static EvBuffer create() {
        return create(BufferPool.shared());
    }

    /**
     * Makes an empty buffer that belongs to whoever holds it.
     *
     * @param pool where its memory comes from
     * @return a new buffer
     */
    public static EvBuffer create(BufferPool pool) {
        return new EvBuffer(pool, false, null);
    }

    /**
     * Makes an empty buffer that only the thread its pool is confined to may touch.
     *
     * @param pool where its memory comes from
     * @return a new buffer
     */
    public static EvBuffer createConfined(BufferPool pool) {
        return new EvBuffer(pool, true, null);
    }

    /**
     * Makes the same for an owner that has to know of every change: it is told inside each, behind the program's callbacks, even
     * where those are deferred.
     *
     * @param pool where its memory comes from
     * @param owner what to call
     * @return a new buffer
     */
    public static EvBuffer createConfined(BufferPool pool, ChangeCallback owner) {
        return new EvBuffer(pool, true, owner);
    }

    // ---- length ----

    /**
     * {@return bytes waiting in this buffer, at least 0}
     *
     * @see "libevent evbuffer_get_length()"
     */
    public long length() {
        return queue.length;
    }

    /**
     * {@return those of the bytes that are in memory and not still in a file}
     */
    public long memoryLength() {
        return queue.length - queue.fileLength;
    }

    /**
     * {@return whether no byte waits}
     */
    public boolean isEmpty() {
        return queue.length == 0;
    }

    /**
     * {@return bytes that lie contiguously at the start, at least 0}
     *
     * @see "libevent evbuffer_get_contiguous_space()"
     */
    public int contiguousLength() {
        checkUsable();
        Chunk first = queue.head;
        return first == null || !first.isInMemory() ? 0 : first.length();
    }

    // ---- adding at the end ----

    /**
     * Appends a copy of all bytes of an array.
     *
     * @param source the bytes
     * @throws IllegalStateException if the end is frozen
     * @see "libevent evbuffer_add()"
     */
    public void add(byte[] source) {
        add(source, 0, source.length);
    }

    /**
     * Appends a copy of a part of an array.
     *
     * @param source the bytes
     * @param offset index of the first one
     * @param byteCount how many
     * @throws IndexOutOfBoundsException if the range is not inside the array
     * @throws IllegalStateException if the end is frozen
     * @see "libevent evbuffer_add()"
     */
    public void add(byte[] source, int offset, int byteCount) {
        checkThawed(End.END);
        Objects.checkFromIndexSize(offset, byteCount, source.length);
        if (byteCount > 0) {
            long before = beforeAdding(byteCount);
            queue.append(source, offset, byteCount);
            changed(before, byteCount, 0);
        }
    }

    /**
     * Appends a copy of the remaining bytes of an NIO buffer and moves its position to its limit.
     *
     * @param source the bytes
     * @throws IllegalStateException if the end is frozen
     */
    public void add(ByteBuffer source) {
        checkThawed(End.END);
        int byteCount = source.remaining();
        if (byteCount == 0) {
            return;
        }
        long before = beforeAdding(byteCount);
        queue.append(source);
        source.position(source.limit());
        changed(before, byteCount, 0);
    }

    /**
     * Appends text of which every character is below 128, one byte each.
     *
     * @param text the text
     * @throws IllegalArgumentException if a character is not ASCII
     * @throws IllegalStateException if the end is frozen
     */
    public void addAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 128) {
                throw new IllegalArgumentException(
                        "need ASCII, got character " + (int) text.charAt(i) + " at index " + i);
            }
        }
        add(text.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Appends text as UTF-8.
     *
     * @param text the text
     * @throws IllegalStateException if the end is frozen
     */
    public void addUtf8(String text) {
        add(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Moves all bytes of another buffer to the end of this one, by moving its chunks.
     *
     * @param source becomes empty; nothing happens if it is this buffer
     * @throws IllegalStateException if this buffer's end or the source's start is frozen
     * @see "libevent evbuffer_add_buffer()"
     */
    public void addBuffer(EvBuffer source) {
        source.moveTo(this, source.length());
    }

    /**
     * Moves bytes from the start of this buffer to the end of another: whole chunks move, at most the last fraction of
     * one is copied.
     *
     * @param target where they go; nothing happens if it is this buffer
     * @param maxBytes at least 0; more than {@link #length()} means all
     * @return bytes moved
     * @throws IllegalArgumentException if {@code maxBytes} is negative
     * @throws IllegalStateException if this buffer's start or the target's end is frozen
     * @see "libevent evbuffer_remove_buffer()"
     */
    public long moveTo(EvBuffer target, long maxBytes) {
        checkThawed(End.START);
        target.checkThawed(End.END);
        checkCount(maxBytes);
        long byteCount = Math.min(maxBytes, length());
        if (target == this || byteCount == 0) {
            return 0;
        }
        long before = length();
        long targetBefore = target.beforeAdding(byteCount);
        if (byteCount == before) {
            queue.moveAllTo(target.queue);
        } else {
            queue.moveTo(target.queue, byteCount);
        }
        reportMove(before, target, targetBefore, byteCount);
        return byteCount;
    }

    /**
     * Appends text formatted as by {@link String#format(java.util.Locale, String, Object...)} in {@link Locale#ROOT}, in
     * UTF-8.
     *
     * @param format the format
     * @param arguments what it refers to
     * @throws java.util.IllegalFormatException if format and arguments do not fit
     * @throws IllegalStateException if the end is frozen
     * @see "libevent evbuffer_add_printf()"
     */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency
    public void addFormatted(String format, Object... arguments) {
        addUtf8(String.format(Locale.ROOT, format, arguments));
    }

    // ---- adding without copying ----

    /**
     * Appends memory without copying it. It must neither change nor go away until the clean-up runs, which it does exactly
     * once, when the last byte has left the last buffer it came to, or at once if there is none.
     *
     * @param memory the bytes; accessible on every thread that will touch the buffer
     * @param cleanup is told when the memory is no longer used; {@link ReferenceCleanup#NONE} if nobody needs to know
     * @throws IllegalArgumentException if longer than {@link #MAX_CONTIGUOUS_BYTES}, or on the heap but no byte array
     * @throws IllegalStateException if the end is frozen; the clean-up will not run
     * @see "libevent evbuffer_add_reference(), evbuffer_add_reference_with_offset()"
     */
    public void addReference(MemorySegment memory, ReferenceCleanup cleanup) {
        addReference(memory, 0, memory.byteSize(), cleanup);
    }

    /**
     * Appends a part of memory without copying it, as {@link #addReference(MemorySegment, ReferenceCleanup)} does.
     *
     * @param memory what the clean-up is given
     * @param offset first byte
     * @param byteCount how many
     * @param cleanup is told when the memory is no longer used
     * @throws IndexOutOfBoundsException if the range is not inside the memory
     * @throws IllegalArgumentException if longer than {@link #MAX_CONTIGUOUS_BYTES}
     * @throws IllegalStateException if the end is frozen; the clean-up will not run
     * @see "libevent evbuffer_add_reference_with_offset()"
     */
    public void addReference(MemorySegment memory, long offset, long byteCount, ReferenceCleanup cleanup) {
        checkThawed(End.END);
        Objects.checkFromIndexSize(offset, byteCount, memory.byteSize());
        Objects.requireNonNull(cleanup);
        if (memory.heapBase().filter(heap -> !(heap instanceof byte[])).isPresent()) {
            throw new IllegalArgumentException("need native memory or a byte array, got " + memory);
        }
        if (byteCount > MAX_CONTIGUOUS_BYTES) {
            throw new IllegalArgumentException("need byteCount <= " + MAX_CONTIGUOUS_BYTES + ", got " + byteCount);
        }
        long before = beforeAdding(byteCount);
        Lease lease = new Lease(() -> cleanup.onReleased(memory));
        if (byteCount > 0) {
            queue.linkLast(BorrowedChunk.of(memory.asSlice(offset, byteCount).asReadOnly(), 0, (int) byteCount, lease));
        }
        lease.release();
        changed(before, byteCount, 0);
    }

    /**
     * Appends a view of all bytes of another buffer, which keeps them: both then show the same memory. Whatever happens to
     * either buffer afterwards, the other does not see it. Bytes that are still in a file are shared too.
     *
     * <p><em>Difference</em> from libevent: a view may be made of a buffer that itself holds views or file segments, and the
     * two buffers may belong to different threads.
     *
     * @param source the buffer, unchanged
     * @throws IllegalArgumentException if it is this buffer
     * @throws IllegalStateException if this buffer's end is frozen
     * @see "libevent evbuffer_add_buffer_reference()"
     */
    public void addBufferReference(EvBuffer source) {
        checkThawed(End.END);
        source.checkUsable();
        if (source == this) {
            throw new IllegalArgumentException("a buffer cannot hold a view of itself");
        }
        long byteCount = source.length();
        long before = beforeAdding(byteCount);
        source.queue.shareAll().forEach(queue::linkLast);
        changed(before, byteCount, 0);
    }

    /**
     * Appends a range of a file without reading it; the file is closed when its last byte has left the last buffer. If this
     * throws, the file stays open.
     *
     * @param file readable; the buffer's from now on
     * @param offset first byte, at least 0
     * @param byteCount how many, at least 0
     * @throws IndexOutOfBoundsException if the range is not inside the file as it is now
     * @throws IllegalStateException if the end is frozen
     * @throws IOException if the file's length cannot be asked
     * @see "libevent evbuffer_add_file()"
     */
    public void addFile(FileChannel file, long offset, long byteCount) throws IOException {
        checkThawed(End.END);
        beforeAdding(byteCount);
        try (FileSegment segment = FileSegment.of(file, offset, byteCount, FileSegmentOption.CLOSE_ON_FREE)) {
            addFileSegment(segment, 0, byteCount);
        }
    }

    /**
     * Appends all of a file segment without reading it.
     *
     * @param segment the segment, which stays the caller's to close
     * @throws IllegalStateException if the end is frozen or the segment is closed
     * @see "libevent evbuffer_add_file_segment()"
     */
    public void addFileSegment(FileSegment segment) {
        addFileSegment(segment, 0, segment.length());
    }

    /**
     * Appends a part of a file segment without reading it.
     *
     * @param segment the segment, which stays the caller's to close
     * @param offset first byte, counted from the segment's start
     * @param byteCount how many
     * @throws IndexOutOfBoundsException if the range is not inside the segment
     * @throws IllegalStateException if the end is frozen or the segment is closed
     * @see "libevent evbuffer_add_file_segment()"
     */
    public void addFileSegment(FileSegment segment, long offset, long byteCount) {
        checkThawed(End.END);
        Objects.checkFromIndexSize(offset, byteCount, segment.length());
        long before = beforeAdding(byteCount);
        segment.chunks(offset, byteCount).forEach(queue::linkLast);
        changed(before, byteCount, 0);
    }

    // ---- adding at the start ----

    /**
     * Puts a copy of all bytes of an array before the first byte.
     *
     * @param source the bytes
     * @throws IllegalStateException if the start is frozen
     * @see "libevent evbuffer_prepend()"
     */
    public void prepend(byte[] source) {
        prepend(source, 0, source.length);
    }

    /**
     * Puts a copy of a part of an array before the first byte.
     *
     * @param source the bytes
     * @param offset index of the first one
     * @param byteCount how many
     * @throws IndexOutOfBoundsException if the range is not inside the array
     * @throws IllegalStateException if the start is frozen
     * @see "libevent evbuffer_prepend()"
     */
    public void prepend(byte[] source, int offset, int byteCount) {
        checkThawed(End.START);
        Objects.checkFromIndexSize(offset, byteCount, source.length);
        if (byteCount > 0) {
            long before = beforeAdding(byteCount);
            queue.prepend(source, offset, byteCount);
            changed(before, byteCount, 0);
        }
    }

    /**
     * Moves all bytes of another buffer before the first byte of this one, by moving its chunks.
     *
     * @param source becomes empty; nothing happens if it is this buffer
     * @throws IllegalStateException if the start of either buffer is frozen
     * @see "libevent evbuffer_prepend_buffer()"
     */
    public void prependBuffer(EvBuffer source) {
        checkThawed(End.START);
        source.checkThawed(End.START);
        long byteCount = source.length();
        if (source == this || byteCount == 0) {
            return;
        }
        long before = beforeAdding(byteCount);
        queue.prependAll(source.queue);
        source.reportMove(byteCount, this, before, byteCount);
    }

    // ---- taking out ----

    /**
     * Discards bytes from the start.
     *
     * @param maxBytes at least 0; more than {@link #length()} means all
     * @return bytes discarded
     * @throws IllegalArgumentException if {@code maxBytes} is negative
     * @throws IllegalStateException if the start is frozen and there is something to discard
     * @see "libevent evbuffer_drain()"
     */
    public long drain(long maxBytes) {
        checkUsable();
        checkCount(maxBytes);
        long byteCount = Math.min(maxBytes, length());
        if (byteCount == 0) {
            return 0;
        }
        checkThawed(End.START);
        long before = length();
        queue.drain(byteCount);
        changed(before, 0, byteCount);
        return byteCount;
    }

    /**
     * Copies bytes out of the start and discards them.
     *
     * @param target receives them
     * @param offset index of the first one in the target
     * @param maxBytes how many at most
     * @return bytes taken: the smaller of {@code maxBytes} and {@link #length()}
     * @throws IndexOutOfBoundsException if the range is not inside the array
     * @throws IllegalStateException if the start is frozen and there is something to take
     * @see "libevent evbuffer_remove()"
     */
    public int remove(byte[] target, int offset, int maxBytes) {
        int byteCount = copyOut(0, target, offset, maxBytes);
        drain(byteCount);
        return byteCount;
    }

    /**
     * Takes out everything.
     *
     * @return all bytes, in order
     * @throws IllegalStateException if the start is frozen and there is something to take, or more than
     *     {@link #MAX_CONTIGUOUS_BYTES} wait
     */
    public byte[] removeAll() {
        if (length() > MAX_CONTIGUOUS_BYTES) {
            throw new IllegalStateException("need length <= " + MAX_CONTIGUOUS_BYTES + ", got " + length());
        }
        byte[] all = new byte[(int) length()];
        remove(all, 0, all.length);
        return all;
    }

    /**
     * Copies bytes out and leaves them in the buffer.
     *
     * @param from index of the first byte, from 0 to {@link #length()}
     * @param target receives them
     * @param offset index of the first one in the target
     * @param maxBytes how many at most
     * @return bytes copied: the smaller of {@code maxBytes} and what follows {@code from}
     * @throws IndexOutOfBoundsException if {@code from} or the range of the array is out of bounds
     * @throws IllegalStateException if the start is frozen and there is something to copy
     * @see "libevent evbuffer_copyout(), evbuffer_copyout_from()"
     */
    public int copyOut(long from, byte[] target, int offset, int maxBytes) {
        checkUsable();
        Objects.checkFromIndexSize(offset, maxBytes, target.length);
        checkPosition(from);
        int byteCount = (int) Math.min(maxBytes, length() - from);
        if (byteCount > 0) {
            checkThawed(End.START);
            load(from + byteCount);
            ChunkQueue.copyOut(queue.head, from, target, offset, byteCount);
        }
        return byteCount;
    }

    /**
     * Takes all bytes out as text.
     *
     * @param charset how they are encoded; malformed bytes become replacement characters
     * @return the text
     * @throws IllegalStateException if the start is frozen
     * @throws OutOfMemoryError if the text is too long for an array
     */
    public String removeString(Charset charset) {
        return new String(removeAll(), charset);
    }

    /**
     * {@return a stream that takes bytes out of this buffer; at its end whenever the buffer is empty}
     *
     * <p>Its methods throw what {@link #remove} throws; closing it does nothing.
     */
    public InputStream asInputStream() {
        return new BufferStreams.Input(this);
    }

    /**
     * {@return a stream that appends to this buffer}
     *
     * <p>Its methods throw what {@link #add(byte[])} throws; closing it does nothing.
     */
    public OutputStream asOutputStream() {
        return new BufferStreams.Output(this);
    }

    // ---- looking ----

    /**
     * {@return the position at an index}
     *
     * @param index from 0 to {@link #length()}
     * @throws IndexOutOfBoundsException if there is no such position
     * @see "libevent evbuffer_ptr_set(), EVBUFFER_PTR_SET"
     */
    public BufferPosition positionAt(long index) {
        checkUsable();
        checkPosition(index);
        return BufferPosition.locate(this, queue.head, 0, index);
    }

    /**
     * {@return the byte at an index}
     *
     * @param index from 0 to {@link #length()} - 1
     * @throws IndexOutOfBoundsException if there is no such byte
     */
    public byte byteAt(long index) {
        checkUsable();
        Objects.checkIndex(index, length());
        load(index + 1);
        return ByteSearch.byteAt(queue.head, index);
    }

    /**
     * Shows bytes from the start without copying or taking them.
     *
     * @param maxBytes at least 0; more than {@link #length()} means all
     * @return read-only views, one for each chunk concerned, in order; valid until the buffer changes
     * @throws IllegalArgumentException if {@code maxBytes} is negative
     * @see "libevent evbuffer_peek()"
     */
    public List<ByteBuffer> peek(long maxBytes) {
        checkUsable();
        checkCount(maxBytes);
        load(maxBytes);
        return views.buffers(queue.head, 0, Math.min(maxBytes, length()));
    }

    /**
     * Shows bytes from the start as memory segments, without copying or taking them.
     *
     * @param maxBytes at least 0; more than {@link #length()} means all
     * @return read-only segments, one for each chunk concerned, in order; valid until the buffer changes
     * @throws IllegalArgumentException if {@code maxBytes} is negative
     * @see "libevent evbuffer_peek()"
     */
    public List<MemorySegment> peekSegments(long maxBytes) {
        checkUsable();
        checkCount(maxBytes);
        load(maxBytes);
        return views.segments(queue.head, 0, Math.min(maxBytes, length()));
    }

    /**
     * Makes the first bytes lie contiguously, copying as little as possible, and shows them.
     *
     * @param byteCount from 0 to {@link #length()}, at most {@link #MAX_CONTIGUOUS_BYTES}
     * @return a read-only view of exactly these bytes, valid until the buffer changes
     * @throws IndexOutOfBoundsException if the buffer is shorter
     * @throws IllegalArgumentException if {@code byteCount} is negative or above the maximum
     * @throws IllegalStateException if the start is frozen and bytes would have to move
     * @see "libevent evbuffer_pullup()"
     */
    public ByteBuffer pullUp(long byteCount) {
        checkUsable();
        checkCount(byteCount);
        if (byteCount > MAX_CONTIGUOUS_BYTES) {
            throw new IllegalArgumentException("need byteCount <= " + MAX_CONTIGUOUS_BYTES + ", got " + byteCount);
        }
        if (byteCount > length()) {
            throw new IndexOutOfBoundsException("need byteCount <= length, got " + byteCount + " of " + length());
        }
        load(byteCount);
        Chunk first = queue.head;
        if (byteCount == 0 || first == null) {
            return ByteBuffer.allocate(0).asReadOnlyBuffer();
        }
        if (first.length() < byteCount) {
            checkThawed(End.START);
            queue.pullUp((int) byteCount);
            endViews();
            ByteBuffer view = views.segment(Objects.requireNonNull(queue.head), (int) byteCount)
                    .asByteBuffer();
            queue.releaseRetired(); // Last: a clean-up may change the buffer again.
            return view;
        }
        return views.segment(first, (int) byteCount).asByteBuffer();
    }

    /**
     * Finds a byte sequence anywhere in the buffer.
     *
     * @param needle the sequence; an empty one is found at 0
     * @return index of its first byte, or -1
     * @see "libevent evbuffer_search()"
     */
    public long search(byte[] needle) {
        return search(needle, 0, length());
    }

    /**
     * Finds a byte sequence that lies wholly inside a range.
     *
     * @param needle the sequence; an empty one is found at {@code from}
     * @param from index where it may begin at the earliest, from 0 to {@code to}
     * @param to index that its last byte must be below, from {@code from} to {@link #length()}
     * @return index of its first byte, or -1
     * @throws IndexOutOfBoundsException if the range is not inside the buffer
     * @see "libevent evbuffer_search_range()"
     */
    public long search(byte[] needle, long from, long to) {
        checkUsable();
        Objects.checkFromToIndex(from, to, length());
        load(to);
        return ByteSearch.indexOf(queue.head, needle, from, to);
    }

    /**
     * Finds the first line end at or after an index. Bytes before {@code from} are not looked at, so a reader that
     * keeps how far it has searched never looks at a byte twice.
     *
     * @param style what ends a line
     * @param from from 0 to {@link #length()}
     * @return where the line ends, or nothing while no complete end is there
     * @throws IndexOutOfBoundsException if {@code from} is out of range
     * @see "libevent evbuffer_search_eol()"
     */
    public Optional<LineEndPosition> findLineEnd(LineEnd style, long from) {
        checkUsable();
        checkPosition(from);
        return Optional.ofNullable(lineEnd(style, from));
    }

    /** Reads files piece by piece, so that a line at the start of a large one needs little memory. */
    private @Nullable LineEndPosition lineEnd(LineEnd style, long from) {
        long inMemory = from;
        while (queue.fileLength > 0 && inMemory < length()) {
            inMemory = Math.min(length(), inMemory + FILE_PIECE_BYTES);
            load(inMemory);
            LineEndPosition found = ByteSearch.lineEnd(queue.head, style, from, inMemory);
            // One that ends where the loaded part ends may go on behind it.
            if (found != null && found.index() + found.byteCount() < inMemory) {
                return found;
            }
        }
        return ByteSearch.lineEnd(queue.head, style, from, length());
    }

    /**
     * Takes out one line and its end.
     *
     * @param style what ends a line
     * @return the bytes before the end, any NUL among them, or nothing while no complete line is there
     * @throws IllegalStateException if the start is frozen and there is a line, or it is longer than
     *     {@link #MAX_CONTIGUOUS_BYTES}
     * @see "libevent evbuffer_readln()"
     */
    public Optional<byte[]> readLine(LineEnd style) {
        checkUsable();
        LineEndPosition position = lineEnd(style, 0);
        if (position == null) {
            return Optional.empty();
        }
        if (position.index() > MAX_CONTIGUOUS_BYTES) {
            throw new IllegalStateException("need a line <= " + MAX_CONTIGUOUS_BYTES + ", got " + position.index());
        }
        byte[] line = new byte[(int) position.index()];
        copyOut(0, line, 0, line.length);
        drain(position.index() + position.byteCount());
        return Optional.of(line);
    }

    /**
     * Takes out one line and its end, as text; malformed bytes become the character set's replacement.
     *
     * @param style what ends a line
     * @param charset how the bytes are read
     * @return the text before the end, or nothing while no complete line is there
     * @throws IllegalStateException as for {@link #readLine(LineEnd)}
     * @see "libevent evbuffer_readln()"
     */
    public Optional<String> readLine(LineEnd style, Charset charset) {
        return readLine(style).map(line -> new String(line, charset));
    }

    // ---- filling in place, and channels ----

    /**
     * Makes room at the end that the caller fills in place.
     *
     * @param byteCount least room in all segments together, above 0, at most {@link #MAX_CONTIGUOUS_BYTES}
     * @param maxSegments most segments, above 0; 1 asks for contiguous room
     * @return the reservation, to be committed or closed
     * @throws IllegalArgumentException if an argument is out of range
     * @throws IllegalStateException if the end is frozen
     * @see "libevent evbuffer_reserve_space(), evbuffer_expand()"
     */
    public Reservation reserve(long byteCount, int maxSegments) {
        checkThawed(End.END);
        if (byteCount <= 0 || byteCount > MAX_CONTIGUOUS_BYTES || maxSegments <= 0) {
            throw new IllegalArgumentException("need 0 < byteCount <= " + MAX_CONTIGUOUS_BYTES
                    + " and maxSegments > 0, got " + byteCount + " and " + maxSegments);
        }
        return Reservation.of(this, byteCount, maxSegments);
    }

    /**
     * Appends what one call to a channel reads, straight into chunks.
     *
     * @param channel where to read; a {@link java.nio.channels.ScatteringByteChannel} is read into several chunks at once
     * @param maxBytes how many bytes at most, above 0
     * @return bytes appended, 0 if a non-blocking channel had none, -1 at the channel's end
     * @throws IllegalArgumentException if {@code maxBytes} is not above 0
     * @throws IllegalStateException if the end is frozen
     * @throws IOException if the channel fails; the buffer has not changed
     * @see "libevent evbuffer_read()"
     */
    public int readFrom(ReadableByteChannel channel, int maxBytes) throws IOException {
        checkThawed(End.END);
        if (maxBytes <= 0) {
            throw new IllegalArgumentException("need maxBytes > 0, got " + maxBytes);
        }
        long before = length();
        int count = ChannelIo.read(queue, channel, maxBytes);
        if (count > 0) {
            changed(before, count, 0);
        }
        return count;
    }

    /**
     * Takes out what one call to a channel writes; bytes that are still in a file are moved by {@link
     * FileChannel#transferTo}, in calls of their own.
     *
     * @param channel where to write; to a {@link java.nio.channels.GatheringByteChannel} several chunks go at once
     * @param maxBytes how many bytes at most, at least 0
     * @return bytes written and taken out, possibly 0 on a non-blocking channel; one call takes at most 64 chunks
     * @throws IllegalArgumentException if {@code maxBytes} is negative
     * @throws IllegalStateException if the start is frozen
     * @throws IOException if the channel fails, or a file has become too short; the buffer has not changed
     * @see "libevent evbuffer_write_atmost()"
     */
    public long writeTo(WritableByteChannel channel, long maxBytes) throws IOException {
        checkThawed(End.START);
        checkCount(maxBytes);
        long before = length();
        long filesBefore = queue.fileLength;
        long count = 0;
        try {
            count = ChannelIo.write(queue, channel, maxBytes);
        } finally {
            writer = channel instanceof VectorChannel vectored && vectored.isWriting() ? vectored : null;
            if (count == 0 && queue.fileLength != filesBefore) {
                settle(); // What was in a file is in memory now, though nothing has left.
            }
        }
        if (count > 0) {
            changed(before, 0, count);
        }
        return count;
    }

    // ---- freezing, callbacks, end ----

    /**
     * Forbids changes at one end until {@link #unfreeze(End)}: what would append, or what would take out, prepend or
     * rearrange, throws instead. Idempotent.
     *
     * @param end which end
     * @see "libevent evbuffer_freeze()"
     */
    public void freeze(End end) {
        checkUsable();
        freeze(end, true);
    }

    /**
     * Allows changes at one end again. Idempotent.
     *
     * @param end which end
     * @see "libevent evbuffer_unfreeze()"
     */
    public void unfreeze(End end) {
        checkUsable();
        freeze(end, false);
    }

    private void freeze(End end, boolean frozen) {
        if (end == End.END) {
            endFrozen = frozen;
        } else {
            startFrozen = frozen;
        }
    }

    /**
     * {@return whether changes at one end are forbidden}
     *
     * @param end which end
     */
    public boolean isFrozen(End end) {
        return end == End.END ? endFrozen : startFrozen;
    }

    /**
     * Calls a function inside every change of the length from now on; the newest is called first.
     *
     * @param callback what to call
     * @return the handle that turns it off or removes it
     * @see "libevent evbuffer_add_cb()"
     */
    public ChangeRegistration addChangeCallback(ChangeCallback callback) {
        checkUsable();
        ChangeRegistration registration = new ChangeRegistration(this, callback);
        orNew().add(registration);
        return registration;
    }

    void removeRegistration(ChangeRegistration registration) {
        orNew().remove(registration);
    }

    private ChangeCallbacks orNew() {
        ChangeCallbacks present = callbacks;
        if (present == null) {
            present = new ChangeCallbacks(this);
            callbacks = present;
        }
        return present;
    }

    /**
     * From now on runs change callbacks through an executor instead of inside each change; several changes before they run
     * are told as one, with the length before the first and the sums. Callbacks that are {@linkplain
     * ChangeRegistration#immediate immediate} still run inside each change. An event base is such an executor.
     *
     * <p>If the executor refuses, they run with the next change that it takes.
     *
     * @param executor runs its tasks on this buffer's thread, not inside {@code execute}
     * @see "libevent evbuffer_defer_callbacks()"
     */
    public void deferChangeCallbacks(Executor executor) {
        checkUsable();
        orNew().defer(Objects.requireNonNull(executor));
    }

    /**
     * Gives all memory back; every later use but {@link #length()} and {@code close()} throws. No callback runs.
     * Idempotent.
     *
     * @throws IllegalStateException if it is the output of an open connection that is just being sent
     * @see "libevent evbuffer_free()"
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        checkUsable();
        checkWritten();
        closed = true;
        if (callbacks != null) {
            callbacks.clear();
        }
        queue.clear();
        settle();
    }

    /**
     * {@return whether {@link #close()} was called}
     */
    public boolean isClosed() {
        return closed;
    }

    /** The length, for people. */
    @Override
    public String toString() {
        return "EvBuffer[" + (closed ? "closed" : length() + " bytes") + "]";
    }

    // ---- inside ----

    /** Makes bytes that are still in files be in memory; the content stays, views and positions do not. */
    void load(long byteCount) {
        if (queue.fileLength == 0) {
            return;
        }
        long before = queue.fileLength;
        try {
            queue.bringIntoMemory(byteCount);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read a file segment", e);
        } finally {
            if (queue.fileLength != before) {
                settle();
            }
        }
    }

    private void endViews() {
        changeCount++;
        views.end();
    }

    void checkUsable() {
        if (confined && !queue.pool.admits(Thread.currentThread())) {
            throw new WrongThreadException(
                    "this buffer belongs to " + queue.pool.owner() + ", called on " + Thread.currentThread());
        }
        if (closed) {
            throw new IllegalStateException("this buffer is closed");
        }
    }

    void checkThawed(End end) {
        checkUsable();
        if (end == End.END ? endFrozen : startFrozen) {
            throw new IllegalStateException("the " + (end == End.END ? "end" : "start") + " of this buffer is frozen");
        }
        if (end == End.START && writer != null) {
            checkWritten();
        }
    }

    private void checkWritten() {
        if (writer != null && writer.isWriting()) {
            throw new IllegalStateException("the first bytes of this buffer are being sent");
        }
        writer = null;
    }

    static void checkCount(long byteCount) {
        if (byteCount < 0) {
            throw new IllegalArgumentException("need a count >= 0, got " + byteCount);
        }
    }

    private void checkPosition(long index) {
        if (index < 0 || index > length()) {
            throw new IndexOutOfBoundsException("need 0 <= index <= " + length() + ", got " + index);
        }
    }

    /** The length before adding, after a check that the length after it can be counted. */
    long beforeAdding(long byteCount) {
        long before = length();
        if (byteCount > Long.MAX_VALUE - before) {
            throw new IllegalArgumentException(
                    "need length <= " + Long.MAX_VALUE + ", got " + before + " + " + byteCount);
        }
        return before;
    }

    private void reportMove(long before, EvBuffer target, long targetBefore, long byteCount) {
        // Both are as they will be before anybody is called.
        settle();
        target.settle();
        try {
            tell(before, 0, byteCount);
        } finally {
            target.tell(targetBefore, byteCount, 0);
        }
    }

    void changed(long before, long added, long drained) {
        settle();
        tell(before, added, drained);
    }

    private void tell(long before, long added, long drained) {
        if ((added | drained) == 0) {
            return;
        }
        ChangeCallbacks programs = callbacks;
        if (programs == null) {
            tellOwner(before, added, drained);
            return;
        }
        try {
            programs.changed(before, added, drained);
        } finally {
            tellOwner(before, added, drained);
        }
    }

    private void tellOwner(long before, long added, long drained) {
        ChangeCallback told = owner;
        if (told != null && !closed) {
            told.onChange(this, before, added, drained);
        }
    }

    /** After the chain has changed: ends views and positions, then lets go of what left, which may run users' clean-ups. */
    private void settle() {
        endViews();
        queue.releaseRetired();
    }
}
