/**
 * The event loop: {@link io.jevent.event.EventBase}, and {@link io.jevent.event.Event}s for descriptors, timers and
 * activation by hand.
 */
@NullMarked
package io.jevent.event;

import org.jspecify.annotations.NullMarked;
