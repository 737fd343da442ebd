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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The readiness of a channel or a descriptor. */
final class ReadinessSource extends EventSource {
    private final LoopEngine engine;

    /** Null where there is only a descriptor. */
    private final @Nullable SelectableChannel channel;

    private final int descriptor;
    private final Set<Interest> interest;
    private final Triggering triggering;

    /** Where the event was made, in debug mode. */
    private final @Nullable Throwable origin = Debug.here("the event was made here");

    /** Present while it watches. */
    private @Nullable Registration registration;

    private ReadinessSource(
            LoopEngine engine,
            @Nullable SelectableChannel channel,
            int descriptor,
            Set<Interest> interest,
            Triggering triggering) {
        Set<BackendFeature> features = engine.backend().features();
        if (triggering == Triggering.EDGE && !features.contains(BackendFeature.EDGE_TRIGGERED)) {
            throw new UnsupportedOperationException(engine.backend().name() + " cannot watch edge-triggered");
        }
        if (interest.contains(Interest.CLOSED) && !features.contains(BackendFeature.EARLY_CLOSE)) {
            throw new UnsupportedOperationException(engine.backend().name() + " cannot watch for CLOSED");
        }
        this.engine = engine;
        this.channel = channel;
        this.descriptor = descriptor;
        this.interest = interest;
        this.triggering = triggering;
    }

    static ReadinessSource of(
            LoopEngine engine, SelectableChannel channel, Set<Interest> interest, Triggering triggering) {
        return new ReadinessSource(engine, Objects.requireNonNull(channel), -1, interest, triggering);
    }

    static ReadinessSource of(LoopEngine engine, int descriptor, Set<Interest> interest, Triggering triggering) {
        if (!engine.backend().features().contains(BackendFeature.ANY_DESCRIPTOR)) {
            throw new UnsupportedOperationException(engine.backend().name() + " cannot watch descriptors by number");
        }
        if (descriptor < 0) {
            throw new IllegalArgumentException("need a descriptor >= 0, got " + descriptor);
        }
        return new ReadinessSource(engine, null, descriptor, interest, triggering);
    }

    Optional<SelectableChannel> channel() {
        return Optional.ofNullable(channel);
    }

    OptionalInt descriptor() {
        return channel == null ? OptionalInt.of(descriptor) : OptionalInt.empty();
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
            Registration fresh = register();
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
            throw new UncheckedIOException("cannot watch " + name(), e);
        }
    }

    private Registration register() throws IOException {
        return channel == null
                ? engine.backend().register(descriptor, triggering, this::onReady)
                : engine.backend().register(channel, triggering, this::onReady);
    }

    private String name() {
        return channel == null ? "descriptor " + descriptor : channel.toString();
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
        if (Debug.ON && channel != null && !channel.isOpen()) {
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
        return name() + " " + interest;
    }
}
