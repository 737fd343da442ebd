package io.jevent.backend.linux;

import io.jevent.backend.readiness.Watcher;

/** What {@code poll} and {@code epoll} call the events of a descriptor; the numbers are the same for both. */
final class PollEvents {
    static final int IN = 1;
    static final int OUT = 4;
    static final int ERR = 8;
    static final int HUP = 0x10;
    static final int RDHUP = 0x2000;

    /** What is told when a descriptor is broken, so that whoever watches finds it. */
    static final int ALL_OPS = Watcher.READ | Watcher.WRITE | Watcher.CONNECT | Watcher.ACCEPT | Watcher.CLOSED;

    private PollEvents() {}

    static int of(int ops) {
        return ((ops & (Watcher.READ | Watcher.ACCEPT)) != 0 ? IN : 0)
                | ((ops & (Watcher.WRITE | Watcher.CONNECT)) != 0 ? OUT : 0)
                | ((ops & Watcher.CLOSED) != 0 ? RDHUP : 0);
    }

    static int toOps(int events) {
        if ((events & (ERR | HUP)) != 0) {
            return ALL_OPS;
        }
        return ((events & IN) != 0 ? Watcher.READ | Watcher.ACCEPT : 0)
                | ((events & OUT) != 0 ? Watcher.WRITE | Watcher.CONNECT : 0)
                | ((events & RDHUP) != 0 ? Watcher.CLOSED : 0);
    }
}
