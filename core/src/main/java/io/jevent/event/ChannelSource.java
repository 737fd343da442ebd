package io.jevent.event;

import io.jevent.backend.BackendFeature;
import io.jevent.backend.Interest;
import io.jevent.backend.Registration;
import io.jevent.backend.Triggering;
import io.jevent.loop.Debug;
import io.jevent.loop.LoopEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The readiness of a channel. */
final class ChannelSource extends EventSource {
    private final LoopEngine engine;
    private final SelectableChannel channel;
    private final Set<Interest> interest;
    private final Triggering triggering;

    /** Where the event was made, in debug mode. */
    private final @Nullable Throwable origin = Debug.here("the event was made here");

    /** Present while it watches. */
    private @Nullable Registration registration;

    ChannelSource(LoopEngine engine, SelectableChannel channel, Set<Interest> interest, Triggering triggering) {
        Set<BackendFeature> features = engine.backend().features();
        if (triggering == Triggering.EDGE && !features.contains(BackendFeature.EDGE_TRIGGERED)) {
            throw new UnsupportedOperationException(engine.backend().name() + " cannot watch edge-triggered");
        }
        if (interest.contains(Interest.CLOSED) && !features.contains(BackendFeature.EARLY_CLOSE)) {
            throw new UnsupportedOperationException(engine.backend().name() + " cannot watch for CLOSED");
        }
        this.engine = engine;
        this.channel = Objects.requireNonNull(channel);
        this.interest = interest;
        this.triggering = triggering;
    }

    SelectableChannel channel() {
        return channel;
    }

    Set<Interest> interest() {
        return interest;
    }

    @Override
    void start() {
        if (registration != null) {
            return;
        }
        try {
            Registration fresh = engine.backend().register(channel, triggering, this::onReady);
            boolean success = false;
            try {
                fresh.interest(interest);
                success = true;
            } finally {
                if (!success) {
                    fresh.close();
                }
            }
            registration = fresh;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot watch " + channel, e);
        }
    }

    @Override
    void stop() {
        if (registration != null) {
            registration.close();
            registration = null;
        }
    }

    @Override
    int awaitedBits() {
        return registration == null ? 0 : bitsOf(interest);
    }

    private void onReady(Set<Interest> ready) {
        if (Debug.ON && !channel.isOpen()) {
            engine.report(
                    event(),
                    new IllegalStateException(
                            "the channel of " + event()
                                    + " was closed while the event watched it; close the event first",
                            origin));
        }
        event().happened(bitsOf(ready));
    }

    private static int bitsOf(Set<Interest> interest) {
        int bits = 0;
        if (interest.contains(Interest.READ)) {
            bits |= Trigger.READ.bit;
        }
        if (interest.contains(Interest.WRITE)) {
            bits |= Trigger.WRITE.bit;
        }
        if (interest.contains(Interest.CLOSED)) {
            bits |= Trigger.CLOSED.bit;
        }
        return bits;
    }

    @Override
    public String toString() {
        return channel + " " + interest;
    }
}
