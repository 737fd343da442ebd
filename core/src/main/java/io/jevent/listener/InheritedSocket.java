package io.jevent.listener;

/**
 * A listening socket that another program opened and passed on, see {@link InheritedSockets}.
 *
 * <p>Threading: immutable, share freely.
 *
 * @param name what the other program calls it; {@link InheritedSockets#UNNAMED} if it does not say
 * @param descriptor its number, for {@link ConnectionListener#over(io.jevent.event.EventBase, int, ListenerConfig,
 *     AcceptCallback)}
 */
public record InheritedSocket(String name, int descriptor) {}
