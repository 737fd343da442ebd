package io.jevent.buffer;

/**
 * Is told of every change of an {@link EvBuffer}'s length, inside the operation that made it.
 *
 * <p>It may change the buffer again, which calls all callbacks again before that change returns. What it throws leaves
 * through the operation, after the change is complete and the other callbacks have run.
 *
 * <p>Threading: called on the thread that changes the buffer.
 *
 * @see EvBuffer#addChangeCallback(ChangeCallback)
 * @see "libevent evbuffer_cb_func"
 */
@FunctionalInterface
public interface ChangeCallback {
    /**
     * Runs after bytes came or went.
     *
     * @param buffer the buffer, already changed
     * @param lengthBefore its length before the change, in bytes
     * @param added bytes added, at least 0
     * @param drained bytes taken out, at least 0; {@code added} and {@code drained} are never both 0
     */
    void onChange(EvBuffer buffer, long lengthBefore, long added, long drained);
}
