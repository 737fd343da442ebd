/**
 * Filters ready to be put on a buffer event: compression, frames, lines, and what helps to find out what passes. Each is also
 * an example of how to write one; see {@link io.jevent.bufferevent.BufferFilter}.
 */
@NullMarked
package io.jevent.filter;

import org.jspecify.annotations.NullMarked;
