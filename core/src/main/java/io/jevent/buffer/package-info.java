/**
 * Byte queues on pooled native memory; knows no loop and no socket.
 *
 * <p>{@link io.jevent.buffer.EvBuffer} is the queue, {@link io.jevent.buffer.BufferPool} the bounded memory it is made of.
 */
@NullMarked
package io.jevent.buffer;

import org.jspecify.annotations.NullMarked;
