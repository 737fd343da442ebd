package io.jevent.event;

import io.jevent.backend.Interest;
import java.nio.channels.SelectableChannel;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What one event waited for at one moment.
 *
 * <p>Threading: immutable, share freely.
 *
 * @param channel the channel it watches, if it does
 * @param signal the name of the signal it watches, without {@code SIG}, if it does
 * @param interest what it waits for on its channel
 * @param options how it behaves
 * @param priority 0 is the best
 * @param added whether it waits
 * @param active what has happened and its callback has not yet been told, empty if it is not active
 * @param expiresAt when its timeout is over, if it has one
 * @see EventBase#events()
 * @see "libevent event_base_dump_events()"
 */
public record EventInfo(
        Optional<SelectableChannel> channel,
        Optional<String> signal,
        Set<Interest> interest,
        Set<EventOption> options,
        int priority,
        boolean added,
        Set<Trigger> active,
        Optional<Instant> expiresAt) {
    /** Copies the sets. */
    public EventInfo {
        interest = Set.copyOf(interest);
        options = Set.copyOf(options);
        active = Set.copyOf(active);
    }

    /** One line for people. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder();
        channel.ifPresent(it -> line.append(it).append(' '));
        signal.ifPresent(it -> line.append("signal ").append(it).append(' '));
        if (channel.isEmpty() && signal.isEmpty()) {
            line.append(expiresAt.isPresent() ? "timer " : "user event ");
        }
        if (!interest.isEmpty()) {
            line.append(interest.stream().sorted().toList()).append(' ');
        }
        if (!options.isEmpty()) {
            line.append(options.stream().sorted().toList()).append(' ');
        }
        line.append("priority ").append(priority);
        expiresAt.ifPresent(it -> line.append(", expires ").append(it));
        if (!active.isEmpty()) {
            line.append(", active ").append(active.stream().sorted().toList());
        }
        return line.toString();
    }
}
