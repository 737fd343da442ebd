package io.jevent.tool;

import io.jevent.backend.AcceptedSocket;
import io.jevent.bufferevent.RateLimitGroup;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The connections of a proxy on one loop, and what is counted there. */
final class ProxyLoop {
    /** What the command does, on whatever thread it is called. */
    interface Owner {
        /** One connection has ended. */
        void onEnded();

        /** There was no descriptor for a connection to the target. */
        void onShortage(IOException cause);
    }

    private static final Duration RETRY_DELAY = Duration.ofMillis(200);
    private static final Duration SOON = Duration.ofMillis(1);

    final EventBase base;
    final Endpoint target;
    final ProxyOptions options;
    private final @Nullable RateLimitGroup group;
    private final ServerLog log;
    private final Owner owner;
    private final Set<ProxySession> sessions = new LinkedHashSet<>();

    /** Clients for whose target there was no descriptor; the longest waiting is first. */
    private final Deque<ProxySession> waiting = new ArrayDeque<>();

    private final Spares spares = new Spares();
    private final Event retry;
    private final long[] endCounts = new long[ProxyEnd.values().length];
    private long toTarget;
    private long toClients;
    private long peakBufferBytes;

    /** Read by other threads. */
    private volatile ProxyTally published = ProxyTally.NONE;

    ProxyLoop(EventBase base, Endpoint target, ProxyOptions options, int loopCount, ServerLog log, Owner owner) {
        this.base = base;
        this.target = target;
        this.options = options;
        this.log = log;
        this.owner = owner;
        this.retry = Event.timer(base, (_, _) -> retryWaiting());
        this.group = options.totalRate(loopCount)
                .map(rate -> RateLimitGroup.create(base, rate))
                .orElse(null);
    }

    void serve(AcceptedSocket socket) {
        ProxySession session;
        try {
            session = new ProxySession(this, socket);
        } catch (UncheckedIOException e) {
            socket.close();
            endCounts[ProxyEnd.CLIENT_FAILED.ordinal()]++;
            owner.onEnded();
            return;
        }
        sessions.add(session);
        session.start();
    }

    Optional<RateLimitGroup> group() {
        return Optional.ofNullable(group);
    }

    // ---- without descriptors ----

    void onShortage(IOException cause) {
        owner.onShortage(cause);
    }

    /** Whether others wait already, behind whom a client has to queue. */
    boolean isShort() {
        return !waiting.isEmpty();
    }

    /** The client waits as it would in the backlog, and no others are accepted meanwhile. */
    void awaitDescriptor(ProxySession session) {
        waiting.add(session);
        retry.add(spares.release() ? SOON : RETRY_DELAY);
    }

    private void retryWaiting() {
        for (ProxySession first = waiting.peek(); first != null; first = waiting.peek()) {
            if (!first.tryToConnect()) {
                retry.add(spares.release() ? SOON : RETRY_DELAY);
                return;
            }
            waiting.remove(first);
        }
    }

    void onEnded(ProxySession session, ProxyEnd how, String cause) {
        notePeak();
        sessions.remove(session);
        waiting.remove(session);
        if (waiting.isEmpty()) {
            spares.refill();
        } else {
            retry.add(SOON);
        }
        endCounts[how.ordinal()]++;
        toTarget += session.toTarget();
        toClients += session.toClient();
        if (how == ProxyEnd.REFUSED || how == ProxyEnd.NO_TLS) {
            log.complain(how == ProxyEnd.NO_TLS ? "no TLS with " + session.peer() + ": " + cause : cause);
        }
        if (log.isJson()) {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("event", "connection");
            members.put("opened", session.opened());
            members.put("closed", Instant.now());
            members.put("peer", session.peer());
            members.put("target", session.targetName());
            session.tellTls(members);
            members.put("bytesToTarget", session.toTarget());
            members.put("bytesToClient", session.toClient());
            members.put("seconds", session.seconds());
            members.put("end", how);
            if (!cause.isEmpty()) {
                members.put("cause", cause);
            }
            log.event(members);
        }
        owner.onEnded();
    }

    /** Ends what is left. */
    void cutAll() {
        List.copyOf(sessions).forEach(ProxySession::cut);
        spares.close();
        publish();
    }

    private void notePeak() {
        peakBufferBytes = Math.max(peakBufferBytes, base.bufferBytesInUse());
    }

    private long count(ProxyEnd how) {
        return endCounts[how.ordinal()];
    }

    /** Tells other threads how things are. */
    void publish() {
        notePeak();
        long failed = count(ProxyEnd.NO_TLS)
                + count(ProxyEnd.CLIENT_FAILED)
                + count(ProxyEnd.TARGET_FAILED)
                + count(ProxyEnd.IDLE);
        published = new ProxyTally(
                sessions.size(),
                count(ProxyEnd.DONE),
                failed,
                count(ProxyEnd.REFUSED),
                count(ProxyEnd.CUT),
                toTarget + sessions.stream().mapToLong(ProxySession::toTarget).sum(),
                toClients + sessions.stream().mapToLong(ProxySession::toClient).sum(),
                peakBufferBytes);
    }

    ProxyTally published() {
        return published;
    }
}
