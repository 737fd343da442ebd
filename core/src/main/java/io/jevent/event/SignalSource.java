package io.jevent.event;

import io.jevent.loop.SignalHub;
import org.jspecify.annotations.Nullable;

/** A signal of the process. */
final class SignalSource extends EventSource {
    private final String name;

    /** What the process's watch calls; present while it watches. */
    private @Nullable Runnable watcher;

    SignalSource(String name) {
        SignalHub.check(name);
        this.name = name;
    }

    String name() {
        return name;
    }

    @Override
    void start() {
        if (watcher == null) {
            Event event = event();
            Runnable fresh = () -> event.happenedRemotely(Trigger.SIGNAL);
            SignalHub.watch(name, fresh);
            watcher = fresh;
        }
    }

    @Override
    void stop() {
        if (watcher != null) {
            SignalHub.unwatch(name, watcher);
            watcher = null;
        }
    }

    @Override
    int awaitedBits() {
        return watcher == null ? 0 : Trigger.SIGNAL.bit;
    }

    @Override
    public String toString() {
        return "signal " + name;
    }
}
