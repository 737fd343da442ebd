/**
 * What an event loop asks of the system, behind one interface: {@link io.jevent.backend.Backend}.
 *
 * <p>A backend works at three levels. At the first it tells that a descriptor is ready ({@link
 * io.jevent.backend.Registration}). At the second it moves bytes and accepts connections itself ({@link
 * io.jevent.backend.Transport}, {@link io.jevent.backend.Acceptor}). At the third it exchanges datagrams
 * ({@link io.jevent.backend.DatagramTransport}). The second and the third are shaped like completions: "you have bytes",
 * "this much is sent". Readiness can imitate completion cheaply, not the reverse.
 *
 * <p>All levels report in two steps, so that priorities and fairness stay with the loop. <b>Ready</b>: inside {@link
 * io.jevent.backend.Backend#poll} the backend only says that there is something ({@code onReady}); no byte moves and no
 * user code runs. <b>Deliver</b>: later in the same turn, at the priority of whoever waits, the loop calls {@code
 * deliver()}, and in it the backend moves the bytes and reports what happened.
 *
 * <p>Programs use this package to name interests and directions, and to supply a clock; implementing {@link
 * io.jevent.backend.Backend} is for test kits and for other systems.
 */
@NullMarked
package io.jevent.backend;

import org.jspecify.annotations.NullMarked;
