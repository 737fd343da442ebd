/**
 * The engine of one event base: turn, active queues, timers, flush list, tasks from other threads.
 *
 * <p>Not exported. The public packages above reach the engine of a base through {@link io.jevent.loop.LoopAccess}.
 */
@NullMarked
package io.jevent.loop;

import org.jspecify.annotations.NullMarked;
