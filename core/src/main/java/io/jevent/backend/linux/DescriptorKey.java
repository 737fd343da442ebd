package io.jevent.backend.linux;

import io.jevent.backend.readiness.ReadinessKey;

/** All watchers of one descriptor at one backend. */
abstract class DescriptorKey extends ReadinessKey {
    final int fd;

    /** Whether the descriptor is closed, so that nothing may be asked of the system for it any more. */
    private boolean closed;

    DescriptorKey(int fd) {
        this.fd = fd;
    }

    /** To be called just before the descriptor is closed; what watches it is forgotten with that. */
    final void closing() {
        closed = true;
        onClosing();
    }

    /** Notes that somebody closed the descriptor while it was watched: its number has come back as another. */
    final void closedUnderIt() {
        System.getLogger("io.jevent.backend")
                .log(
                        System.Logger.Level.WARNING,
                        "descriptor {0} was closed while an event watched it; the event hears no more",
                        Integer.toString(fd));
        closing();
    }

    final boolean isClosed() {
        return closed;
    }

    /** Called before the number may come back as another descriptor. */
    abstract void onClosing();
}
