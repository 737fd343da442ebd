package io.jevent.backend.nio;

import io.jevent.backend.Interest;
import io.jevent.backend.ReadinessHandler;
import io.jevent.backend.Registration;
import io.jevent.backend.readiness.ReadinessKey;
import io.jevent.backend.readiness.Watcher;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * A watcher of a user's channel.
 *
 * <p>A selector reports a socket that is not connected as neither readable nor writable, and yet wakes for it at once and
 * for ever. So such a socket is watched for everything until it is connected; its connect is finished here, and counts as
 * room to write.
 */
final class NioRegistration extends Watcher implements Registration {
    private static final Set<Interest> ONLY_READ = Collections.unmodifiableSet(EnumSet.of(Interest.READ));
    private static final Set<Interest> ONLY_WRITE = Collections.unmodifiableSet(EnumSet.of(Interest.WRITE));
    private static final Set<Interest> BOTH = Collections.unmodifiableSet(EnumSet.of(Interest.READ, Interest.WRITE));

    private final SelectableChannel channel;
    private final ReadinessHandler handler;
    private final ReadinessKey key;
    private Set<Interest> interest = Set.of();
    private boolean closed;

    NioRegistration(ChannelPoller poller, SelectableChannel channel, ReadinessHandler handler) throws IOException {
        this.channel = channel;
        this.handler = handler;
        this.key = poller.keyOf(channel);
        key.add(this);
    }

    @Override
    public void interest(Set<Interest> interest) {
        if (interest.contains(Interest.CLOSED)) {
            throw new UnsupportedOperationException("a channel cannot be watched for CLOSED; need a descriptor");
        }
        this.interest = interest;
        updateOps();
    }

    private void updateOps() {
        int wanted = 0;
        if (interest.contains(Interest.READ)) {
            wanted |= channel.validOps() & (READ | ACCEPT);
        }
        if (interest.contains(Interest.WRITE)) {
            wanted |= channel.validOps() & WRITE;
        }
        if (wanted != 0 && isUnconnected()) {
            wanted |= CONNECT | WRITE;
        }
        ops(wanted, key);
    }

    private boolean isUnconnected() {
        return channel instanceof SocketChannel socket && !socket.isConnected();
    }

    @Override
    protected void onReady(int readyOps) {
        if ((ops() & CONNECT) != 0) {
            onConnectEnded();
            return;
        }
        boolean read = (readyOps & (READ | ACCEPT)) != 0;
        boolean write = (readyOps & WRITE) != 0;
        handler.onReady(read && write ? BOTH : read ? ONLY_READ : ONLY_WRITE);
    }

    /** Tells of a success whoever waits to write, and of a failure everybody, so that someone finds it. */
    private void onConnectEnded() {
        SocketChannel socket = (SocketChannel) channel;
        try {
            if (socket.isConnectionPending() && !socket.finishConnect()) {
                return;
            }
        } catch (IOException e) {
            // The user's next read or write tells; a failed connect has closed the channel.
            System.getLogger("io.jevent.backend").log(System.Logger.Level.DEBUG, "a watched connect failed", e);
        }
        Set<Interest> now = interest;
        if (socket.isConnected()) {
            updateOps();
            now = interest.contains(Interest.WRITE) ? ONLY_WRITE : Set.of();
        }
        if (!now.isEmpty()) {
            handler.onReady(now);
        }
    }

    @Override
    protected boolean onDescriptorClosed() {
        if (interest.isEmpty()) {
            return false;
        }
        Set<Interest> all = interest;
        interest = Set.of();
        handler.onReady(all);
        return true;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            key.remove(this);
        }
    }
}
