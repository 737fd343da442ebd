package io.jevent.bufferevent;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/**
 * A {@link BufferEvent} as a pair of streams that block, for threads other than the loop's: virtual threads above all.
 *
 * <p>Blocking is the loop's own back-pressure. At most the input's high mark is held for the reader, or {@link
 * #DEFAULT_HIGH_BYTES} where it is unlimited; then the peer is not read until half of that is taken. A writer waits while the
 * buffer event is not writable and {@link #DEFAULT_HIGH_BYTES} wait behind it.
 *
 * <pre>{@code
 * BlockingStreams streams = bufferEvent.blockingStreams();   // on the loop
 * Thread.startVirtualThread(() -> {
 *     try (streams) {
 *         streams.input().transferTo(streams.output());
 *     } catch (IOException e) {
 *         ...
 *     }
 * });
 * }</pre>
 *
 * <h2>What the streams say</h2>
 *
 * <ul>
 *   <li>The end of the peer's output is {@code -1}, after all that came before.
 *   <li>{@link Condition.Failed} is an {@link java.io.IOException} with the cause; the reader gets first what came before.
 *   <li>{@link Condition.TimedOut} is a {@link java.net.SocketTimeoutException}. The clocks are those of {@link
 *       BufferEvent#timeouts}: they measure the silence of the connection, not the length of a call. Silence while nobody reads is
 *       not reported; output that did not leave in time is, by the next write or flush at the latest. The stream stays usable.
 *   <li>An interrupt while a call waits is an {@link java.io.InterruptedIOException}, and the thread stays interrupted. The stream
 *       stays usable; a read has taken nothing, a write the first {@code bytesTransferred} bytes.
 *   <li>When the buffer event or its base is closed, whoever waits gets an {@code IOException}. What came and was not read is
 *       dropped. A loop that merely returned may be run again, so it keeps whoever waits waiting.
 *   <li>On the loop's thread, which would wait for itself, reading, writing and flushing throw {@link IllegalStateException}.
 * </ul>
 *
 * <h2>What they do</h2>
 *
 * What is written leaves by itself. {@code flush()} waits until all of it has left the buffer event, {@link BufferEvent#unsent()}
 * 0; that is not needed to send, only to know. {@code input().close()} throws away whatever still comes. {@code
 * output().close()} ends the output behind what was written, as {@link BufferEvent#shutdownOutput()} does, and does not wait.
 * Closing both is {@link #close()}. {@code input().transferTo} another of these outputs moves memory instead of copying it.
 *
 * <p>The streams have the buffer event's callbacks, its input, its input's marks and both its enabled directions for good. The
 * loop waits for them as for {@link BufferEvent#remote()}, which may be used beside them.
 *
 * <p>Threading: any thread. Several may read, or write: each call is whole, in no particular order.
 *
 * @see BufferEvent#blockingStreams()
 */
public final class BlockingStreams implements AutoCloseable {
    /** Bytes held for a reader, and for a writer, unless told otherwise: 64 KiB. */
    public static final int DEFAULT_HIGH_BYTES = 64 * 1024;

    /** How long after {@link #close()} what was written may take: 10 s. */
    public static final Duration DEFAULT_CLOSE_DEADLINE = Duration.ofSeconds(10);

    private final StreamLink link;
    private final BlockingInput input;
    private final BlockingOutput output;

    BlockingStreams(AbstractBufferEvent owner) {
        this.link = new StreamLink(owner);
        this.input = new BlockingInput(link);
        this.output = new BlockingOutput(link);
        link.begin();
    }

    /**
     * {@return what the peer sends}
     */
    public InputStream input() {
        return input;
    }

    /**
     * {@return where to put what the peer shall get}
     */
    public OutputStream output() {
        return output;
    }

    /**
     * Sends what was written and closes the buffer event then, at the latest after {@link #DEFAULT_CLOSE_DEADLINE}, as {@link
     * BufferEvent#closeAfterFlush} does. Does not wait for that. Whoever waits in the streams gets an {@code IOException}.
     * Idempotent.
     */
    @Override
    public void close() {
        link.close();
    }

    /** Closes the buffer event in the loop's next turn; what is unsent is dropped. Idempotent. */
    public void closeNow() {
        link.closeNow();
    }
}
