package io.jevent.bufferevent;

import io.jevent.buffer.EvBuffer;
import io.jevent.event.EventBase;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A {@link BufferEvent} as other threads may use it: what they ask for is queued, and the loop does it.
 *
 * <p>Operations run in order in the loop's next turn, and what they wrote leaves at the end of that turn. Nothing here blocks.
 * Bytes go from the queue to the output only while the buffer event {@linkplain BufferEvent#isWritable() is writable}, and
 * whatever was queued behind them waits too; so a peer that does not read comes to be felt as {@link RemoteResult#FULL}.
 *
 * <pre>{@code
 * RemoteBufferEvent remote = bufferEvent.remote();   // on the loop
 * worker.submit(() -> remote.write(answer));         // anywhere
 * }</pre>
 *
 * <h2>The loop waits for it</h2>
 *
 * A loop ends when it has nothing left to wait for, and what another thread may still ask it cannot know. So from {@link
 * BufferEvent#remote()} on it waits, until the buffer event is closed or {@link #release()} is called. A program whose loop does
 * not return has most likely kept a buffer event open with such a view; {@link io.jevent.event.EventCount#VIRTUAL} counts it.
 *
 * <h2>The end</h2>
 *
 * Once the buffer event is closed, by whomever, every operation is {@link RemoteResult#CLOSED}. What was queued and not yet in
 * the output is dropped, and its memory given back. {@link BufferEvent#closeAfterFlush} on the loop drops it too; {@link
 * #closeAfterFlush} here sends it first.
 *
 * <p>Defaults: at most {@link #DEFAULT_REMOTE_QUEUE_BYTES} and {@link #DEFAULT_REMOTE_QUEUE_OPERATIONS} wait.
 *
 * <p><em>Difference</em> from libevent, which locks every buffer event that is to be used by several threads, runs callbacks with
 * the lock held or without it, and lets a writer fill the memory; see ADR 1.
 *
 * <p>Threading: any thread, the loop's own included.
 *
 * @see BufferEvent#remote()
 * @see "libevent BEV_OPT_THREADSAFE"
 */
public final class RemoteBufferEvent implements AutoCloseable {
    /** Bytes that may wait in the queue, unless told otherwise: 1 MiB. */
    public static final long DEFAULT_REMOTE_QUEUE_BYTES = 1L << 20;

    /** Operations that may wait in the queue, unless told otherwise: 16,384. */
    public static final int DEFAULT_REMOTE_QUEUE_OPERATIONS = 16_384;

    private final EventBase base;
    private final RemoteQueue queue;

    RemoteBufferEvent(AbstractBufferEvent owner) {
        this.base = owner.base;
        this.queue = new RemoteQueue(owner);
    }

    RemoteQueue queue() {
        return queue;
    }

    /**
     * {@return the loop}
     */
    public EventBase base() {
        return base;
    }

    // ---- bounds ----

    /**
     * Bounds the bytes that wait; those of files that are still in them do not count. What waits already stays.
     *
     * @param maxQueuedBytes at least 1; default {@link #DEFAULT_REMOTE_QUEUE_BYTES}
     * @throws IllegalArgumentException if below 1
     */
    public void maxQueuedBytes(long maxQueuedBytes) {
        queue.maxBytes(maxQueuedBytes);
    }

    /**
     * Bounds the operations that wait. Small writes that follow each other are one.
     *
     * @param maxQueuedOperations at least 1; default {@link #DEFAULT_REMOTE_QUEUE_OPERATIONS}
     * @throws IllegalArgumentException if below 1
     */
    public void maxQueuedOperations(int maxQueuedOperations) {
        queue.maxOperations(maxQueuedOperations);
    }

    /**
     * {@return bytes that wait, as of a moment ago}
     */
    public long queuedBytes() {
        return queue.queuedBytes();
    }

    // ---- writing ----

    /**
     * Appends a copy of an array to the output, or nothing.
     *
     * @param source the bytes
     * @return whether they were taken; {@code FULL} if they do not all fit
     * @throws IllegalArgumentException if longer than the whole bound, so that it could never fit
     * @throws io.jevent.buffer.BufferLimitException if the pool of the process has no memory left; nothing was taken
     */
    public RemoteResult write(byte[] source) {
        return write(source, 0, source.length);
    }

    /**
     * Appends a copy of a part of an array to the output, or nothing.
     *
     * @param source the bytes
     * @param offset index of the first one
     * @param byteCount how many
     * @return whether they were taken; {@code FULL} if they do not all fit
     * @throws IndexOutOfBoundsException if the range is not inside the array
     * @throws IllegalArgumentException if more than the whole bound, so that they could never fit
     * @throws io.jevent.buffer.BufferLimitException if the pool of the process has no memory left; nothing was taken
     */
    public RemoteResult write(byte[] source, int offset, int byteCount) {
        Objects.checkFromIndexSize(offset, byteCount, source.length);
        return queue.write(ByteBuffer.wrap(source, offset, byteCount), Long.MAX_VALUE);
    }

    /**
     * Appends a copy of the remaining bytes of an NIO buffer to the output and moves its position to its limit, or does nothing.
     *
     * @param source the bytes
     * @return whether they were taken; {@code FULL} if they do not all fit
     * @throws IllegalArgumentException if more than the whole bound, so that they could never fit
     * @throws io.jevent.buffer.BufferLimitException if the pool of the process has no memory left; nothing was taken
     */
    public RemoteResult write(ByteBuffer source) {
        return queue.write(source, Long.MAX_VALUE);
    }

    /**
     * Moves all bytes of a buffer to the output without copying them, or none.
     *
     * <p>The buffer must be the calling thread's: made with {@link EvBuffer#create()} and used by no other thread, or confined to
     * a base whose loop calls, which may be another than this one's. Its memory goes home when the bytes have been sent.
     *
     * @param source becomes empty if accepted, and stays the caller's in any case
     * @return whether they were taken; {@code FULL} if they do not all fit
     * @throws IllegalArgumentException if more than the whole bound, so that they could never fit
     * @throws IllegalStateException if the buffer's start is frozen; nothing was taken
     * @throws WrongThreadException if the buffer is confined to another thread; nothing was taken
     */
    public RemoteResult write(EvBuffer source) {
        return queue.write(source, Long.MAX_VALUE);
    }

    /**
     * Runs something once, on the loop, as soon as the queue is at most half full and would take what it refused last. It also
     * runs once the buffer event is closed, so that nobody waits for ever; if that is because the base is closed, on the thread
     * that closes it.
     *
     * @param callback runs later, never inside this call
     * @return whether it will run; {@code FULL} if as many wait as operations may
     */
    public RemoteResult whenWritable(Runnable callback) {
        return queue.whenWritable(Objects.requireNonNull(callback));
    }

    // ---- other operations ----

    /**
     * Runs something on the loop with the buffer event, behind what was queued before. It does not run if the buffer event is
     * closed by then: what must run in any case goes to {@link EventBase#execute}.
     *
     * @param operation may do whatever a callback may; what it throws goes to the base's error handler
     * @return whether it was taken
     */
    public RemoteResult execute(Consumer<BufferEvent> operation) {
        return queue.execute(Objects.requireNonNull(operation));
    }

    /**
     * Ends the output behind what was queued before, as {@link BufferEvent#shutdownOutput()} does. Writes are {@code CLOSED}
     * from now on. Idempotent.
     */
    public void shutdownOutput() {
        queue.shutdownOutput();
    }

    /**
     * Sends what was queued before and closes the buffer event then, as {@link BufferEvent#closeAfterFlush} does. Everything is
     * {@code CLOSED} from now on. Idempotent.
     *
     * @param deadline longest wait, above 0, from the loop's next turn; then unsent bytes are dropped
     * @throws IllegalArgumentException if not above 0
     */
    public void closeAfterFlush(Duration deadline) {
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("need deadline > 0, got " + deadline);
        }
        queue.closeAfterFlush(deadline);
    }

    /**
     * Closes the buffer event in the loop's next turn, as {@link BufferEvent#close()} does. Bytes that are queued are dropped, as
     * are those in the output, so a peer that does not read cannot put it off; what was given to {@link #execute} before runs
     * first. Everything is {@code CLOSED} from now on. Idempotent.
     */
    @Override
    public void close() {
        queue.close();
    }

    /**
     * Lets the loop end although this view is open, behind what was queued before. The view can still be used; whether anybody is
     * there to do what it asks is the program's business now. {@link BufferEvent#remote()} takes it back.
     */
    public void release() {
        queue.release();
    }
}
