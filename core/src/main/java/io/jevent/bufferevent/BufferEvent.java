package io.jevent.bufferevent;

import io.jevent.backend.Direction;
import io.jevent.buffer.EvBuffer;
import io.jevent.event.EventBase;
import java.time.Duration;

/**
 * A transport with an input and an output buffer, which calls back when enough data moved.
 *
 * <p>Bytes read from the peer gather in {@link #input()} and the read callback takes them from there. Bytes put into
 * {@link #output()}, or given to {@link #write}, leave by themselves at the end of the turn, all in one system call; the
 * write callback tells when they have left. {@link Condition}s tell the rest: connected, end of input, silence, failure.
 *
 * <pre>
 *   in:   peer ─▶ transport ─▶ input()  ─▶ watermark ─▶ read callback
 *   out:  write ─▶ output() ─▶ end of turn ─▶ transport ─▶ peer       ─▶ write callback
 * </pre>
 *
 * <h2>Defaults</h2>
 *
 * Writing is enabled, reading is not. Marks are {@link Watermark#DEFAULT_INPUT} and {@link Watermark#DEFAULT_OUTPUT}. No
 * timeouts. At most {@link #DEFAULT_MAX_OUTPUT_BYTES} of unsent output.
 *
 * <h2>Callbacks</h2>
 *
 * They run in the loop's callback stage at this buffer event's priority, never inside a call the user makes, and never
 * after {@link #close()}. When several are due at once the order is: connected, read, write, writable, conditions as they
 * happened.
 * What they throw goes to the base's error handler.
 *
 * <h2>Concurrency</h2>
 *
 * Loop only, all of it, the buffers included; other threads get {@link WrongThreadException}, and use {@link #remote()}.
 *
 * @see "libevent struct bufferevent"
 */
public sealed interface BufferEvent extends AutoCloseable
        permits SocketBufferEvent, PairBufferEvent, FilterBufferEvent, TlsBufferEvent, TransportBufferEventImpl {
    /** Bytes of unsent output at which a buffer event fails, unless told otherwise: 64 MiB. */
    long DEFAULT_MAX_OUTPUT_BYTES = 64L << 20;

    /**
     * Makes a buffer event over a transport of the program's own, such as one that speaks to a proxy first.
     *
     * @param base the loop
     * @param maker makes the transport; it is closed with the buffer event
     * @param options how it behaves
     * @return a new buffer event, connecting if its transport is not connected
     */
    static BufferEvent over(EventBase base, TransportMaker maker, BufferEventOption... options) {
        return TransportBufferEventImpl.over(base, maker, options);
    }

    /**
     * {@return the loop}
     *
     * @see "libevent bufferevent_get_base()"
     */
    EventBase base();

    // ---- callbacks ----

    /**
     * Replaces the read callback. Bytes that arrived before are not announced again.
     *
     * @param callback runs when bytes arrived and at least the low mark wait
     * @see "libevent bufferevent_setcb()"
     */
    void onRead(ReadCallback callback);

    /**
     * Replaces the write callback.
     *
     * @param callback runs when bytes were sent and at most the low mark are unsent
     * @see "libevent bufferevent_setcb()"
     */
    void onWrite(WriteCallback callback);

    /**
     * Replaces the writable callback. <em>Difference</em>: libevent has no counterpart, there a writer is never told to wait.
     *
     * @param callback runs when {@link #isWritable()} has become true again
     */
    void onWritable(WritableCallback callback);

    /**
     * Replaces the condition callback.
     *
     * @param callback runs once for each condition
     * @see "libevent bufferevent_setcb()"
     */
    void onCondition(ConditionCallback callback);

    /**
     * {@return the read callback; one that does nothing if none was set}
     *
     * @see "libevent bufferevent_getcb()"
     */
    ReadCallback readCallback();

    /**
     * {@return the write callback; one that does nothing if none was set}
     *
     * @see "libevent bufferevent_getcb()"
     */
    WriteCallback writeCallback();

    /**
     * {@return the condition callback; one that does nothing if none was set}
     *
     * @see "libevent bufferevent_getcb()"
     */
    ConditionCallback conditionCallback();

    /**
     * Calls back as if bytes had moved, if the low mark is reached; whether the direction is enabled does not matter. Several
     * calls before the callback runs are one.
     *
     * @param direction which callback, {@link Direction#READING} or {@link Direction#WRITING}
     * @param options see there
     * @throws IllegalArgumentException if the direction is {@code CONNECTING}
     * @throws IllegalStateException if this buffer event is closed
     * @see "libevent bufferevent_trigger()"
     */
    void trigger(Direction direction, TriggerOption... options);

    /**
     * Reports a condition as if it had happened; nothing else changes.
     *
     * @param condition what the condition callback is given
     * @throws IllegalStateException if this buffer event is closed
     * @see "libevent bufferevent_trigger_event()"
     */
    void triggerCondition(Condition condition);

    // ---- data ----

    /**
     * {@return the bytes read and not yet taken; users may only take, its end is frozen}
     *
     * @see "libevent bufferevent_get_input()"
     */
    EvBuffer input();

    /**
     * {@return the bytes not yet sent; users may only append, its start is frozen}
     *
     * @see "libevent bufferevent_get_output()"
     */
    EvBuffer output();

    /**
     * Appends a copy of an array to the output.
     *
     * @param source the bytes
     * @throws IllegalStateException if this buffer event is closed or its output is shut down
     * @see "libevent bufferevent_write()"
     */
    default void write(byte[] source) {
        output().add(source);
    }

    /**
     * Moves all bytes of a buffer to the output.
     *
     * @param source becomes empty
     * @throws IllegalStateException if this buffer event is closed or its output is shut down
     * @see "libevent bufferevent_write_buffer()"
     */
    default void write(EvBuffer source) {
        output().addBuffer(source);
    }

    /**
     * Takes bytes out of the input.
     *
     * @param target receives them
     * @param offset index of the first one in the target
     * @param maxBytes how many at most
     * @return bytes taken, 0 if none wait
     * @see "libevent bufferevent_read()"
     */
    default int read(byte[] target, int offset, int maxBytes) {
        return input().remove(target, offset, maxBytes);
    }

    /**
     * Moves all bytes of the input to a buffer.
     *
     * @param target where they go
     * @return bytes moved
     * @see "libevent bufferevent_read_buffer()"
     */
    default long read(EvBuffer target) {
        return input().moveTo(target, Long.MAX_VALUE);
    }

    // ---- flow ----

    /**
     * Starts reading, now or as soon as there is a connection. Idempotent.
     *
     * @throws IllegalStateException if this buffer event is closed
     * @see "libevent bufferevent_enable(EV_READ)"
     */
    void enableReading();

    /**
     * Stops reading; bytes wait in the system, which in time stops the peer. Idempotent.
     *
     * @see "libevent bufferevent_disable(EV_READ)"
     */
    void disableReading();

    /**
     * Starts writing again. Idempotent.
     *
     * @throws IllegalStateException if this buffer event is closed
     * @see "libevent bufferevent_enable(EV_WRITE)"
     */
    void enableWriting();

    /**
     * Stops writing; output gathers. A connect under way goes on. Idempotent.
     *
     * @see "libevent bufferevent_disable(EV_WRITE)"
     */
    void disableWriting();

    /**
     * {@return whether reading is enabled, even while there is no connection or the high mark is reached}
     *
     * @see "libevent bufferevent_get_enabled()"
     */
    boolean isReadingEnabled();

    /**
     * {@return whether writing is enabled}
     *
     * @see "libevent bufferevent_get_enabled()"
     */
    boolean isWritingEnabled();

    /**
     * Sets when the read callback runs and when reading pauses. Bytes that wait already are not announced again.
     *
     * @param watermark the marks
     * @see "libevent bufferevent_setwatermark()"
     */
    void inputWatermark(Watermark watermark);

    /**
     * {@return the input's marks}
     *
     * @see "libevent bufferevent_getwatermark()"
     */
    Watermark inputWatermark();

    /**
     * Sets when the write callback runs, and when a writer should wait: see {@link #isWritable()}.
     *
     * @param watermark the marks
     * @see "libevent bufferevent_setwatermark()"
     */
    void outputWatermark(Watermark watermark);

    /**
     * {@return the output's marks}
     *
     * @see "libevent bufferevent_getwatermark()"
     */
    Watermark outputWatermark();

    /**
     * {@return whether a writer should go on: false once more than the output's high mark is unsent, true again when at most
     * its low mark is, which {@link #onWritable} tells, and false when closed} It is advice; no byte is refused before {@link
     * #maxOutputBytes}.
     *
     * <p>{@link Relay} is this, ready-made.
     */
    boolean isWritable();

    /**
     * {@return bytes in the output and, for a filter, below it that have not reached the system}
     */
    long unsent();

    /**
     * {@return the rate limits, none set at first}
     *
     * @throws IllegalStateException if this buffer event is closed
     */
    RateLimits rateLimits();

    /**
     * Pushes through what can go now, whatever the marks say. On a socket nothing happens, because its output leaves by itself.
     * On a pair bytes move to the other end, if that reads; on a filter the filter ends what it has begun, and what it stands
     * on is flushed. {@link FlushMode#NORMAL} pushes nothing. {@link FlushMode#FINISHED} for writing also shuts the output
     * down, on a socket nothing still. No callback runs inside.
     *
     * @param direction {@link Direction#READING} or {@link Direction#WRITING}
     * @param mode how thoroughly
     * @return whether something moved
     * @throws IllegalArgumentException if the direction is {@code CONNECTING}
     * @throws IllegalStateException if this buffer event is closed
     * @see "libevent bufferevent_flush()"
     */
    boolean flush(Direction direction, FlushMode mode);

    /**
     * Bounds the unsent output in memory; what is still in files does not count. When an append takes it beyond, the connection
     * is given up and {@link Condition.Failed} with {@code WRITING} is reported. <em>Difference</em> from libevent, which has no bound; see ADR 8.
     *
     * @param maxOutputBytes at least 1; default {@link #DEFAULT_MAX_OUTPUT_BYTES}
     * @throws IllegalArgumentException if below 1
     */
    void maxOutputBytes(long maxOutputBytes);

    /**
     * Reports {@link Condition.TimedOut} and disables a direction when it makes no progress for too long.
     *
     * <p>The read clock ticks only while reading is enabled, connected and not paused by the high mark. The write clock ticks
     * only while unsent output exists, writing is enabled, and the system has no room for it; and during a connect, which
     * ends with {@code TimedOut(CONNECTING)}. Moving a single byte restarts the clock of its direction. Both settings are
     * replaced by every call, and a running clock starts over.
     *
     * @param reading longest silence while reading; {@link Duration#ZERO} for no limit
     * @param writing longest stall while writing or connecting; {@link Duration#ZERO} for no limit
     * @throws IllegalArgumentException if a duration is negative
     * @throws IllegalStateException if this buffer event is closed
     * @see "libevent bufferevent_set_timeouts()"
     */
    void timeouts(Duration reading, Duration writing);

    /**
     * Sets the priority of I/O and callbacks; the default is the base's middle one.
     *
     * @param priority from 0, the best, to {@link EventBase#priorityCount()} - 1
     * @throws IllegalArgumentException if out of range
     * @see "libevent bufferevent_priority_set()"
     */
    void priority(int priority);

    /**
     * {@return the priority}
     *
     * @see "libevent bufferevent_get_priority()"
     */
    int priority();

    // ---- other threads ----

    /**
     * {@return this buffer event as other threads may use it, the same object each time}
     *
     * <p>From now on the loop waits for what they may ask, as long as this buffer event is open: see {@link
     * RemoteBufferEvent#release()}.
     *
     * @throws IllegalStateException if this buffer event is closed
     * @see "libevent BEV_OPT_THREADSAFE"
     */
    RemoteBufferEvent remote();

    /**
     * {@return this buffer event as a pair of streams that block, for other threads, the same object each time}
     *
     * <p>They take the callbacks over, and what waits in the input; reading begins. The loop waits for them as for {@link
     * #remote()}.
     *
     * @throws IllegalStateException if this buffer event is closed or has failed, or another one stands on it
     */
    BlockingStreams blockingStreams();

    // ---- end ----

    /**
     * Ends the output after the bytes already written: the peer sees the end of its input, and may go on sending. Later
     * writes throw. Before a connection is there, it takes effect once it is. Idempotent. <em>Difference</em>: libevent has
     * no counterpart; see ADR 5.
     *
     * @throws IllegalStateException if this buffer event is closed
     */
    void shutdownOutput();

    /**
     * Closes this buffer event once its output has been sent and the peer has closed its side, or at the deadline,
     * whichever comes first. No callback runs any more, input is discarded, and until then the loop keeps running.
     *
     * <p>Waiting for the peer matters: a socket closed while input waits resets the connection, and the peer may lose what
     * was sent last. <em>Difference</em>: libevent has no counterpart, and freeing at once loses unsent bytes; see ADR 5.
     *
     * @param deadline longest wait, above 0; then unsent bytes are dropped
     * @throws IllegalArgumentException if not above 0
     */
    void closeAfterFlush(Duration deadline);

    /**
     * {@return whether it is closed or closing}
     */
    boolean isClosed();

    /**
     * Closes this buffer event and both buffers now; unsent bytes are dropped. No callback runs any more. Whether a socket
     * channel of the user's is closed, too, is {@link BufferEventOption#CLOSE_ON_FREE}'s business. Idempotent.
     *
     * @see "libevent bufferevent_free()"
     */
    @Override
    void close();
}
