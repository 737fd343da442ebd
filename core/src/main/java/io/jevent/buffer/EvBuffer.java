package io.jevent.buffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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

    private static final ChangeRegistration[] NO_CALLBACKS = {};

    private final ChunkQueue queue;
    private final boolean confined;
    private final EnumSet<End> frozen = EnumSet.noneOf(End.class);
    private ChangeRegistration[] callbacks = NO_CALLBACKS;
    private long changeCount;
    private boolean closed;

    private EvBuffer(BufferPool pool, boolean confined) {
        this.queue = new ChunkQueue(pool);
        this.confined = confined;
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
        return new EvBuffer(pool, false);
    }

    /**
     * Makes an empty buffer that only the thread its pool is confined to may touch.
     *
     * @param pool where its memory comes from
     * @return a new buffer
     */
    public static EvBuffer createConfined(BufferPool pool) {
        return new EvBuffer(pool, true);
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
        return first == null ? 0 : first.length();
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
        int room = Math.min(queue.tailRoom(), byteCount);
        List<Chunk> fresh = queue.allocate((long) byteCount - room);
        int start = source.position();
        boolean success = false;
        try {
            // Everything is copied before anything is linked: the source may be memory that is gone.
            Chunk last = queue.tail;
            if (last != null && room > 0) {
                last.writableView(room).put(source.slice(start, room));
            }
            int position = start + room;
            for (Chunk chunk : fresh) {
                int count = Math.min(chunk.capacity, source.limit() - position);
                chunk.writableView(count).put(source.slice(position, count));
                chunk.end = count;
                position += count;
            }
            success = true;
        } finally {
            if (!success) {
                fresh.forEach(Chunk::release);
            }
        }
        queue.extendTail(room);
        fresh.forEach(queue::linkLast);
        source.position(start + byteCount);
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
            queue.copyOut(from, target, offset, byteCount);
        }
        return byteCount;
    }

    // ---- looking ----

    /**
     * {@return the byte at an index}
     *
     * @param index from 0 to {@link #length()} - 1
     * @throws IndexOutOfBoundsException if there is no such byte
     */
    public byte byteAt(long index) {
        checkUsable();
        Objects.checkIndex(index, length());
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
        List<ByteBuffer> views = new ArrayList<>();
        long left = Math.min(maxBytes, length());
        for (Chunk chunk = queue.head; chunk != null && left > 0; chunk = chunk.next) {
            int byteCount = (int) Math.min(left, chunk.length());
            views.add(viewOf(chunk, byteCount));
            left -= byteCount;
        }
        return views;
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
        Chunk first = queue.head;
        if (byteCount == 0 || first == null) {
            return ByteBuffer.allocate(0).asReadOnlyBuffer();
        }
        if (first.length() < byteCount) {
            checkThawed(End.START);
            queue.pullUp((int) byteCount);
            changeCount++;
        }
        return viewOf(Objects.requireNonNull(queue.head), (int) byteCount);
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
        return Optional.ofNullable(ByteSearch.lineEnd(queue.head, style, from, length()));
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
        LineEndPosition position = findLineEnd(style, 0).orElse(null);
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
        int room = queue.tailRoom();
        boolean useTail = room > 0 && (room >= byteCount || maxSegments > 1);
        int tailBytes = useTail ? room : 0;
        List<ByteBuffer> tail = new ArrayList<>();
        Chunk last = queue.tail;
        if (useTail && last != null) {
            tail.add(last.memory.asSlice(last.end, room).asByteBuffer());
        }
        List<Chunk> fresh = List.of();
        if (byteCount > tailBytes) {
            long missing = byteCount - tailBytes;
            long chunksNeeded = missing / BufferPool.LARGEST_CLASS_BYTES + 1;
            boolean inOne = chunksNeeded > maxSegments - tail.size();
            fresh = inOne ? List.of(queue.pool.allocate((int) missing)) : queue.allocate(missing);
        }
        return new Reservation(this, changeCount, tailBytes, tail, fresh);
    }

    void commit(Reservation reservation, long byteCount) {
        checkThawed(End.END);
        if (reservation.changeCount != changeCount) {
            throw new IllegalStateException("the buffer has changed since the space was reserved");
        }
        long before = byteCount == 0 ? length() : beforeAdding(byteCount);
        reservation.end();
        int inTail = (int) Math.min(byteCount, reservation.tailBytes);
        queue.extendTail(inTail);
        long left = byteCount - inTail;
        for (Chunk chunk : reservation.fresh) {
            int count = (int) Math.min(left, chunk.capacity);
            left -= count;
            if (count == 0) {
                chunk.release();
            } else {
                chunk.end = count;
                queue.linkLast(chunk);
            }
        }
        changed(before, byteCount, 0);
    }

    /**
     * Appends what one call to a channel reads, straight into chunks.
     *
     * @param channel where to read
     * @param maxBytes how many bytes at most, above 0
     * @return bytes appended, 0 if a non-blocking channel had none, -1 at the channel's end
     * @throws IllegalArgumentException if {@code maxBytes} is not above 0
     * @throws IllegalStateException if the end is frozen
     * @throws IOException if the channel fails; the buffer has not changed
     * @see "libevent evbuffer_read()"
     */
    public int readFrom(ScatteringByteChannel channel, int maxBytes) throws IOException {
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
     * Takes out what one gathering call to a channel writes.
     *
     * @param channel where to write
     * @param maxBytes how many bytes at most, at least 0
     * @return bytes written and taken out, possibly 0 on a non-blocking channel; one call takes at most 64 chunks
     * @throws IllegalArgumentException if {@code maxBytes} is negative
     * @throws IllegalStateException if the start is frozen
     * @throws IOException if the channel fails; the buffer has not changed
     * @see "libevent evbuffer_write_atmost()"
     */
    public long writeTo(GatheringByteChannel channel, long maxBytes) throws IOException {
        checkThawed(End.START);
        checkCount(maxBytes);
        long before = length();
        long count = ChannelIo.write(queue, channel, maxBytes);
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
        frozen.add(end);
    }

    /**
     * Allows changes at one end again. Idempotent.
     *
     * @param end which end
     * @see "libevent evbuffer_unfreeze()"
     */
    public void unfreeze(End end) {
        checkUsable();
        frozen.remove(end);
    }

    /**
     * {@return whether changes at one end are forbidden}
     *
     * @param end which end
     */
    public boolean isFrozen(End end) {
        return frozen.contains(end);
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
        ChangeRegistration[] grown = new ChangeRegistration[callbacks.length + 1];
        grown[0] = registration;
        System.arraycopy(callbacks, 0, grown, 1, callbacks.length);
        callbacks = grown;
        return registration;
    }

    void removeRegistration(ChangeRegistration registration) {
        List<ChangeRegistration> rest = new ArrayList<>(List.of(callbacks));
        rest.remove(registration);
        callbacks = rest.toArray(NO_CALLBACKS);
    }

    /**
     * Gives all memory back; every later use but {@link #length()} and {@code close()} throws. No callback runs.
     * Idempotent.
     *
     * @see "libevent evbuffer_free()"
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        checkUsable();
        closed = true;
        callbacks = NO_CALLBACKS;
        changeCount++;
        queue.clear();
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

    private static ByteBuffer viewOf(Chunk chunk, int byteCount) {
        return chunk.memory.asSlice(chunk.start, byteCount).asReadOnly().asByteBuffer();
    }

    private void checkUsable() {
        if (confined && !queue.pool.admits(Thread.currentThread())) {
            throw new WrongThreadException(
                    "this buffer belongs to " + queue.pool.owner() + ", called on " + Thread.currentThread());
        }
        if (closed) {
            throw new IllegalStateException("this buffer is closed");
        }
    }

    private void checkThawed(End end) {
        checkUsable();
        if (!frozen.isEmpty() && frozen.contains(end)) {
            throw new IllegalStateException("the " + (end == End.END ? "end" : "start") + " of this buffer is frozen");
        }
    }

    private static void checkCount(long byteCount) {
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
    private long beforeAdding(long byteCount) {
        long before = length();
        if (byteCount > Long.MAX_VALUE - before) {
            throw new IllegalArgumentException(
                    "need length <= " + Long.MAX_VALUE + ", got " + before + " + " + byteCount);
        }
        return before;
    }

    private void reportMove(long before, EvBuffer target, long targetBefore, long byteCount) {
        try {
            changed(before, 0, byteCount);
        } finally {
            target.changed(targetBefore, byteCount, 0);
        }
    }

    private void changed(long before, long added, long drained) {
        changeCount++;
        ChangeRegistration[] present = callbacks;
        if (present.length > 0 && (added | drained) != 0) {
            runCallbacks(present, before, added, drained);
        }
    }

    private void runCallbacks(ChangeRegistration[] present, long before, long added, long drained) {
        Throwable thrown = null;
        for (ChangeRegistration registration : present) {
            if (registration.isEnabled()) {
                thrown = runCallback(registration, before, added, drained, thrown);
            }
        }
        switch (thrown) {
            case null -> {}
            case RuntimeException exception -> throw exception;
            case Error error -> throw error;
            default -> throw new AssertionError(thrown);
        }
    }

    @SuppressWarnings("CatchAndPrintStackTrace")
    private @Nullable Throwable runCallback(
            ChangeRegistration registration, long before, long added, long drained, @Nullable Throwable earlier) {
        try {
            registration.callback.onChange(this, before, added, drained);
            return earlier;
        } catch (RuntimeException | Error thrown) {
            if (earlier != null) {
                earlier.addSuppressed(thrown);
                return earlier;
            }
            return thrown;
        }
    }
}
