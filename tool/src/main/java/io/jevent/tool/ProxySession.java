package io.jevent.tool;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.Direction;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.Relay;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.bufferevent.TlsFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One client of a proxy: finds the target, connects, and leaves the rest to a relay. */
final class ProxySession implements HostLookup.Answer {
    /** How long last bytes may stall after the end of both, or after a failure of one. */
    private static final Duration DRAIN_DEADLINE = Duration.ofSeconds(60);

    private final ProxyLoop loop;
    private final SocketBufferEvent clientSocket;

    /** The client's socket, or TLS on it. */
    private final BufferEvent client;

    private final String peer;
    private final Instant opened = Instant.now();
    private final long startNanos = System.nanoTime();
    private final Deque<SocketAddress> addresses = new ArrayDeque<>();

    /** Where this client goes; known once its handshake is over. */
    private Endpoint endpoint;

    /** Null before the look-up, and after the last address was tried. */
    private @Nullable BufferEvent target;

    /** What is or was connected to, for people. */
    private String targetName;

    /** Null until the target has answered. */
    private @Nullable Relay relay;

    /** What was agreed on with the client; nothing in clear, and before its handshake is over. */
    private Optional<TlsFacts> facts = Optional.empty();

    private boolean over;

    ProxySession(ProxyLoop loop, AcceptedSocket socket) {
        this.loop = loop;
        this.peer = Words.of(socket.remoteAddress());
        this.endpoint = loop.target;
        this.targetName = endpoint.toString();
        this.clientSocket = SocketBufferEvent.create(loop.base, socket);
        this.client = loop.options.tls().clients().on(clientSocket);
        client.onCondition((_, condition) -> onClientCondition(condition));
    }

    void start() {
        if (client == clientSocket) {
            findTarget();
        } // Else once its handshake is over.
    }

    private void onClientCondition(Condition condition) {
        switch (condition) {
            case Condition.Connected _ -> {
                facts = ((TlsBufferEvent) client).facts();
                facts.ifPresent(agreed -> endpoint = loop.options.tls().targetOf(agreed, loop.target));
                targetName = endpoint.toString();
                findTarget();
            }
            case Condition.Failed(Direction direction, IOException cause)
            when direction == Direction.CONNECTING -> end(ProxyEnd.NO_TLS, TlsWords.of(cause));
            case Condition.Failed failed -> end(ProxyEnd.CLIENT_FAILED, Words.of(failed.cause()));
            case Condition.Eof _, Condition.TimedOut _ -> {} // It is not read yet.
        }
    }

    private void findTarget() {
        HostLookup.resolve(loop.base, endpoint, this);
    }

    @Override
    public void onFound(List<SocketAddress> found) {
        addresses.addAll(found);
        connect();
    }

    @Override
    public void onUnknown(String message) {
        end(ProxyEnd.REFUSED, message);
    }

    private void connect() {
        if (!over && (loop.isShort() || !tryToConnect())) {
            loop.awaitDescriptor(this);
        }
    }

    /** Returns false if there was no descriptor. */
    boolean tryToConnect() {
        SocketAddress address = addresses.element();
        targetName = Words.of(address);
        SocketBufferEvent socket = SocketBufferEvent.create(loop.base);
        BufferEvent fresh = loop.options.tls().targets().on(socket, endpoint);
        target = fresh;
        fresh.timeouts(Duration.ZERO, loop.options.connectTimeout());
        fresh.onCondition((_, condition) -> onTargetCondition(condition));
        try {
            socket.connect(address);
        } catch (UncheckedIOException e) {
            IOException cause = Objects.requireNonNull(e.getCause());
            if (Words.of(cause).contains("too many open files")) {
                closeTarget();
                loop.onShortage(cause);
                return false;
            }
            onUnreachable(Words.of(cause));
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            onUnreachable(String.valueOf(e.getMessage()));
        }
        return true;
    }

    private void onTargetCondition(Condition condition) {
        switch (condition) {
            case Condition.Connected _ -> relay();
            case Condition.Failed failed ->
                onUnreachable(
                        loop.options.tls().targets().isOn() ? TlsWords.of(failed.cause()) : Words.of(failed.cause()));
            case Condition.TimedOut _ ->
                onUnreachable("no answer within " + Words.duration(loop.options.connectTimeout()));
            case Condition.Eof _ -> throw new AssertionError(condition);
        }
    }

    private void onUnreachable(String why) {
        closeTarget();
        addresses.remove();
        if (addresses.isEmpty()) {
            end(ProxyEnd.REFUSED, "cannot connect to " + targetName + ": " + why);
        } else {
            connect();
        }
    }

    private void relay() {
        BufferEvent connected = target;
        if (connected == null) {
            throw new AssertionError("connected without a target");
        }
        Duration idle = loop.options.idle();
        client.timeouts(idle, idle);
        connected.timeouts(idle, idle);
        loop.options.rate().ifPresent(rate -> client.rateLimits().limit(rate));
        loop.group().ifPresent(group -> client.rateLimits().join(group));
        relay = Relay.between(
                client, connected, DRAIN_DEADLINE, (_, end) -> end(ProxyEnd.of(end.reason()), end.cause()));
    }

    long toTarget() {
        return relay == null ? 0 : relay.oneToOther();
    }

    long toClient() {
        return relay == null ? 0 : relay.otherToOne();
    }

    /** The proxy ends. */
    void cut() {
        if (relay != null) {
            relay.close();
        } else {
            end(ProxyEnd.CUT, "before the target had answered");
        }
    }

    private void end(ProxyEnd how, String cause) {
        if (over) {
            return;
        }
        over = true;
        closeTarget();
        resetClient();
        loop.onEnded(this, how, cause);
    }

    private void closeTarget() {
        if (target != null) {
            target.close();
            target = null;
        }
    }

    /** A client whose target is not there has to see a break, not an empty answer. After a relay it is closed already. */
    private void resetClient() {
        if (client.isClosed()) {
            return;
        }
        if (!clientSocket.isClosed()) {
            try {
                clientSocket.option(StandardSocketOptions.SO_LINGER, 0);
            } catch (UncheckedIOException | UnsupportedOperationException _) {
                // A Unix-domain socket, or a client that is gone.
            }
        }
        client.close();
    }

    /** Adds what is known of the client's TLS. */
    void tellTls(Map<String, Object> members) {
        facts.ifPresent(agreed -> {
            members.put("protocol", agreed.protocol());
            agreed.serverName().ifPresent(name -> members.put("serverName", name));
            agreed.applicationProtocol().ifPresent(name -> members.put("alpn", name));
        });
    }

    String peer() {
        return peer;
    }

    String targetName() {
        return targetName;
    }

    Instant opened() {
        return opened;
    }

    double seconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }
}
