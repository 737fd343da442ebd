package io.jevent.bufferevent;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Flow;

/**
 * The two directions of a {@link BufferEvent} as a publisher and a subscriber of {@link Flow}, for whatever speaks reactive
 * streams.
 *
 * <pre>{@code
 * BufferEventFlow.publisher(bufferEvent).subscribe(parser);         // on the loop
 * answers.subscribe(BufferEventFlow.subscriber(bufferEvent));
 * }</pre>
 *
 * <p>Both keep the loop running, the publisher until it has ended or was cancelled, the subscriber until it was told the end, and
 * neither longer than the buffer event is open. Neither closes it, unless it is said here.
 *
 * <p>Threading: loop only; what they return is for any thread.
 */
public final class BufferEventFlow {
    /** Bytes of an element at most, unless told otherwise: 64 KiB. */
    public static final int DEFAULT_ELEMENT_BYTES = 64 * 1024;

    private BufferEventFlow() {}

    /**
     * {@return what the buffer event reads, in elements of at most {@link #DEFAULT_ELEMENT_BYTES}}
     *
     * @param bufferEvent open; see {@link #publisher(BufferEvent, int)}
     * @throws IllegalStateException if it is closed or has failed, or something stands on it
     */
    public static Flow.Publisher<ByteBuffer> publisher(BufferEvent bufferEvent) {
        return publisher(bufferEvent, DEFAULT_ELEMENT_BYTES);
    }

    /**
     * Makes a publisher of what a buffer event reads. It has the callbacks, the input and its marks from now on.
     *
     * <p>An element is a read-only buffer on the heap that nobody else has, never an empty one. Where one ends says nothing: bytes
     * are a stream. Of what is not asked for, one element is read ahead and no more, which is how the end is seen without asking.
     * All signals come on the loop's thread, {@code onSubscribe} too, and never inside a call of the subscriber's.
     *
     * <p>{@link Condition.Eof} is {@code onComplete}, and writing goes on. {@link Condition.Failed} is {@code onError} with its
     * cause, behind what came before; {@link Condition.TimedOut}, for reading only if something was asked for, is {@code onError}
     * with a {@link java.net.SocketTimeoutException}; a buffer event that is closed, {@code onError} with an {@link
     * java.io.IOException}. Cancelling stops reading. What a subscriber throws goes to the base's error handler, and cancels.
     *
     * @param bufferEvent open
     * @param maxElementBytes at least 1
     * @return a publisher for one subscriber; a second one gets {@code onError} with an {@link IllegalStateException}
     * @throws IllegalArgumentException if {@code maxElementBytes} is below 1
     * @throws IllegalStateException if it is closed or has failed, or something stands on it
     */
    public static Flow.Publisher<ByteBuffer> publisher(BufferEvent bufferEvent, int maxElementBytes) {
        if (maxElementBytes < 1) {
            throw new IllegalArgumentException("need maxElementBytes >= 1, got " + maxElementBytes);
        }
        FlowPublisher publisher = new FlowPublisher((AbstractBufferEvent) bufferEvent, maxElementBytes);
        publisher.begin();
        return publisher;
    }

    /**
     * Makes a subscriber that writes what it is given, and leaves the callbacks alone.
     *
     * <p>It asks for a few elements at a time, and for more only while there is room behind the output, {@link
     * BlockingStreams#DEFAULT_HIGH_BYTES}; so what waits is that and a few elements. {@code onComplete} ends the output behind
     * them, as {@link BufferEvent#shutdownOutput()} does. {@code onError} closes the buffer event. When that is closed, by
     * whomever, or its output shut down, the subscription is cancelled.
     *
     * @param bufferEvent open
     * @return a subscriber for one subscription; others are cancelled
     * @throws IllegalStateException if it is closed
     */
    public static Flow.Subscriber<ByteBuffer> subscriber(BufferEvent bufferEvent) {
        return new FlowSubscriber((AbstractBufferEvent) bufferEvent, RemoteQueue::shutdownOutput);
    }

    /**
     * Makes a subscriber as {@link #subscriber(BufferEvent)} does, which on {@code onComplete} closes the buffer event behind
     * what it was given, as {@link BufferEvent#closeAfterFlush} does.
     *
     * @param bufferEvent open
     * @param closeDeadline longest wait for that, above 0
     * @return a subscriber for one subscription; others are cancelled
     * @throws IllegalArgumentException if the deadline is not above 0
     * @throws IllegalStateException if it is closed
     */
    public static Flow.Subscriber<ByteBuffer> subscriber(BufferEvent bufferEvent, Duration closeDeadline) {
        if (closeDeadline.isNegative() || closeDeadline.isZero()) {
            throw new IllegalArgumentException("need closeDeadline > 0, got " + closeDeadline);
        }
        return new FlowSubscriber((AbstractBufferEvent) bufferEvent, queue -> queue.closeAfterFlush(closeDeadline));
    }
}
