/**
 * Buffer events: a transport with an input and an output buffer that calls back when enough data moved. Start at {@link
 * io.jevent.bufferevent.SocketBufferEvent}.
 */
@NullMarked
package io.jevent.bufferevent;

import org.jspecify.annotations.NullMarked;
