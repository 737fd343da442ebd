package io.jevent.testkit;

import io.jevent.backend.Interest;
import io.jevent.backend.ReadinessHandler;
import io.jevent.backend.Registration;
import io.jevent.backend.Triggering;
import java.nio.channels.SelectableChannel;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;

/** A watched channel of which only the identity matters. */
final class ScriptedRegistration implements Registration {
    private final SelectableChannel channel;
    private final Triggering triggering;
    private final ReadinessHandler handler;
    private final Consumer<ScriptedRegistration> onClose;
    private final Set<Interest> ready = EnumSet.noneOf(Interest.class);
    private Set<Interest> interest = Set.of();

    ScriptedRegistration(
            SelectableChannel channel,
            Triggering triggering,
            ReadinessHandler handler,
            Consumer<ScriptedRegistration> onClose) {
        this.channel = channel;
        this.triggering = triggering;
        this.handler = handler;
        this.onClose = onClose;
    }

    Triggering triggering() {
        return triggering;
    }

    boolean watches(SelectableChannel candidate) {
        return channel.equals(candidate);
    }

    void ready(Set<Interest> now) {
        ready.addAll(now);
    }

    boolean reportIfReady() {
        Set<Interest> wanted = EnumSet.noneOf(Interest.class);
        wanted.addAll(interest);
        wanted.retainAll(ready);
        ready.clear();
        if (wanted.isEmpty()) {
            return false;
        }
        handler.onReady(wanted);
        return true;
    }

    @Override
    public void interest(Set<Interest> interest) {
        this.interest = interest;
    }

    @Override
    public void close() {
        onClose.accept(this);
    }
}
