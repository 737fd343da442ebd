package io.jevent.event;

import java.util.Optional;

/**
 * Whether one backend of this release can run on this machine.
 *
 * <p>Threading: immutable, share freely.
 *
 * @param name what it is chosen by
 * @param unavailableBecause why it cannot run here, in one line; nothing if it can
 * @see EventBase#backends()
 * @see "libevent event_get_supported_methods()"
 */
public record BackendStatus(String name, Optional<String> unavailableBecause) {}
