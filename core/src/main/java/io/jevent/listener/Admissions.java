package io.jevent.listener;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.LoopClock;
import io.jevent.listener.PeerTable.Peer;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The counts of one listener: who may come in, and when the next may.
 *
 * <p>Threading: loop only.
 */
final class Admissions {
    /** The limits that keep everybody out, so that connections wait. */
    static final List<ListenerLimit> WAITED_FOR =
            List.of(ListenerLimit.CONNECTIONS, ListenerLimit.CONNECTIONS_PER_SECOND);

    private static final SocketAddress NOBODY = new InetSocketAddress(0);

    private final ListenerLimits limits;
    private final LoopClock clock;
    private final @Nullable AcceptMeter meter;

    /** Of {@link #meter}. */
    private long fullAtNanos;

    private final PeerTable peers;

    /** When each limit held last, for those that ever did. */
    private final Map<ListenerLimit, Long> heldAtNanos = new HashMap<>();

    /** Why the listener waits, while it does. */
    private final Set<ListenerLimit> waitedFor = new HashSet<>();

    private int openCount;
    private long rejectedCount;

    Admissions(ListenerLimits limits, LoopClock clock) {
        this.limits = limits;
        this.clock = clock;
        this.meter = AcceptMeter.orNull(limits.connectionsPerSecond());
        this.fullAtNanos = clock.nanoTime();
        this.peers = new PeerTable(limits.maxAddresses(), limits.connectionsPerSecondPerAddress(), fullAtNanos);
    }

    int openCount() {
        return openCount;
    }

    long rejectedCount() {
        return rejectedCount;
    }

    /** Whose connection it is; all are one where addresses do not matter. */
    Peer peerOf(AcceptedSocket socket) {
        return peers.of(limits.looksAtAddresses() ? addressOf(socket) : NOBODY, clock.nanoTime());
    }

    private static SocketAddress addressOf(AcceptedSocket socket) {
        try {
            return socket.remoteAddress();
        } catch (UncheckedIOException _) {
            return NOBODY; // Gone before anybody asked.
        }
    }

    /** The limit of its address that keeps a connection out, if one does; counted then. */
    Optional<ListenerLimit> refusal(Peer peer) {
        Optional<ListenerLimit> over = Optional.empty();
        if (peer.openCount() >= limits.maxConnectionsPerAddress()) {
            over = Optional.of(ListenerLimit.CONNECTIONS_PER_ADDRESS);
        } else if (!peers.mayTake(peer, clock.nanoTime())) {
            over = Optional.of(ListenerLimit.CONNECTIONS_PER_SECOND_PER_ADDRESS);
        }
        rejectedCount += over.isPresent() ? 1 : 0;
        return over;
    }

    void opened(Peer peer) {
        long present = clock.nanoTime();
        peers.opened(peer, present);
        if (meter != null) {
            fullAtNanos = meter.taken(fullAtNanos, present);
        }
        openCount++;
    }

    void closed(Peer peer) {
        assert openCount > 0 : "a connection ended twice";
        openCount--;
        peers.closed(peer, clock.nanoTime());
    }

    /** Whether a limit keeps everybody out at present. */
    boolean holds(ListenerLimit limit) {
        return switch (limit) {
            case CONNECTIONS -> openCount >= limits.maxConnections();
            case CONNECTIONS_PER_SECOND -> meter != null && !meter.mayTake(fullAtNanos, clock.nanoTime());
            case CONNECTIONS_PER_ADDRESS, CONNECTIONS_PER_SECOND_PER_ADDRESS -> false;
        };
    }

    boolean mayAccept() {
        for (ListenerLimit limit : WAITED_FOR) {
            if (holds(limit)) {
                return false;
            }
        }
        return true;
    }

    /** When the rate lets one in again, in the clock's nanoseconds. */
    long nextAtNanos() {
        return meter == null ? clock.nanoTime() : meter.nextAt(fullAtNanos);
    }

    /** Notes that a limit holds; returns whether it has not held for a while. */
    boolean begins(ListenerLimit limit) {
        long present = clock.nanoTime();
        Long before = heldAtNanos.put(limit, present);
        return before == null || present - before > ConnectionListener.EPISODE_GAP.toNanos();
    }

    /** Notes that the listener begins to wait, or does not any more; all that time counts as held. */
    void waiting(boolean waits) {
        for (ListenerLimit limit : waitedFor) {
            heldAtNanos.put(limit, clock.nanoTime());
        }
        waitedFor.clear();
        for (ListenerLimit limit : WAITED_FOR) {
            if (waits && holds(limit)) {
                waitedFor.add(limit);
            }
        }
    }
}
