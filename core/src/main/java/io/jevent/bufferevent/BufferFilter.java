package io.jevent.bufferevent;

import io.jevent.buffer.EvBuffer;
import java.io.IOException;

/**
 * Changes bytes on their way through a {@link FilterBufferEvent}: those read from below before the program sees them, and
 * those the program writes before they go down. What is not overridden passes bytes on as they are.
 *
 * <p>A filter takes bytes off the start of {@code source} and appends to {@code target}, as many units as it likes. It is
 * called again while it returns {@link FilterResult#OK}, bytes wait, and the target has room. It must bound what it holds
 * back: a frame that never ends, say, is an error at some length.
 *
 * <p>An {@link IOException} ends the buffer event with {@link Condition.Failed}, in the direction it was thrown for. A
 * runtime exception goes to the base's error handler, and then does the same. <em>Difference</em>: in libevent an error is
 * not reported.
 *
 * <pre>{@code
 * final class Rot13 implements BufferFilter {
 *     public FilterResult input(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
 *         byte[] bytes = new byte[(int) Math.min(maxBytes, source.contiguousLength())];
 *         source.remove(bytes, 0, bytes.length);
 *         rotate(bytes);
 *         target.add(bytes);
 *         return FilterResult.OK;
 *     }
 * }
 * }</pre>
 *
 * <p>Those in {@code io.jevent.filter} are longer examples, and ready to use.
 *
 * <p>Threading: called on the loop's thread; one buffer event has a filter for itself.
 *
 * @see "libevent bufferevent_filter_cb"
 */
public interface BufferFilter extends AutoCloseable {
    /**
     * Handles bytes that came from below. With {@link FlushMode#FINISHED} nothing more will come: what is incomplete stays
     * in the source, which is then reported as a failure, and what is kept back is to be given out.
     *
     * @param source bytes from below; empty at most with {@code FINISHED} or {@code FLUSH}
     * @param target where the program reads
     * @param maxBytes how many bytes the target should be given, above 0; passed only by what cannot be split
     * @param mode whether more will come
     * @return what it needs next
     * @throws IOException if the bytes are not what they have to be
     */
    default FilterResult input(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) throws IOException {
        source.moveTo(target, maxBytes);
        return FilterResult.OK;
    }

    /**
     * Handles bytes that the program wrote. {@link FlushMode#NORMAL} comes after each callback in which something was
     * written, at the latest at the end of the turn, and whoever waits for it should not wait in vain. With {@link FlushMode#FINISHED} the output ends: it comes with
     * the last bytes until they are taken, and once more, the last time, with an empty source; bytes that are not taken then are
     * a failure.
     *
     * @param source bytes that the program wrote; empty at most with {@code FINISHED} or {@code FLUSH}
     * @param target what goes down
     * @param maxBytes how many bytes the target should be given, above 0; passed only by what cannot be split
     * @param mode whether more will come
     * @return what it needs next; {@link FilterResult#NEEDS_DRAIN} waits until everything below has left
     * @throws IOException if the bytes are not what they have to be
     */
    default FilterResult output(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) throws IOException {
        source.moveTo(target, maxBytes);
        return FilterResult.OK;
    }

    /**
     * Frees what it holds. Called once, when its buffer event closes.
     *
     * @see "libevent bufferevent_filter_new(), its free_context argument"
     */
    @Override
    default void close() {}
}
