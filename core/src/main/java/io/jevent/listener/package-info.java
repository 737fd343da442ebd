/** Accepting connections: {@link io.jevent.listener.ConnectionListener}. */
@NullMarked
package io.jevent.listener;

import org.jspecify.annotations.NullMarked;
