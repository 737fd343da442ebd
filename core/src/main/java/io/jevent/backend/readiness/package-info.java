/**
 * What backends have in common that are told when a descriptor is ready and then move the bytes themselves: connections,
 * listening sockets and datagram sockets that look like completions, over sockets and keys that each backend supplies.
 *
 * <p>A backend brings two things: a {@link io.jevent.backend.readiness.ReadinessKey} for each descriptor it can wait for, and
 * sockets ({@link io.jevent.backend.readiness.StreamSocket}, {@link io.jevent.backend.readiness.ListeningSocket}, {@link
 * io.jevent.backend.readiness.DatagramEnd}) with one method for each system call.
 */
@NullMarked
package io.jevent.backend.readiness;

import org.jspecify.annotations.NullMarked;
