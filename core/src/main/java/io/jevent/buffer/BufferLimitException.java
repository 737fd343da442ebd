package io.jevent.buffer;

import java.io.Serial;

/**
 * Says that a {@link BufferPool} may not hand out as much memory as was asked for; nothing has changed.
 *
 * <p>The message tells the bytes needed, in use and allowed.
 *
 * <p>Threading: immutable, share freely.
 */
public final class BufferLimitException extends IllegalStateException {
    @Serial
    private static final long serialVersionUID = 1L;

    BufferLimitException(long needed, long inUse, long allowed) {
        super("need " + needed + " bytes of buffer memory, in use " + inUse + " of at most " + allowed);
    }
}
