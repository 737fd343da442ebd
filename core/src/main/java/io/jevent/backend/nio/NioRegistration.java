package io.jevent.backend.nio;

import io.jevent.backend.Interest;
import io.jevent.backend.ReadinessHandler;
import io.jevent.backend.Registration;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * A watcher of a user's channel. A connecting channel is watched for the connect's end instead of for room to write,
 * because the selector reports such room at once and for ever; the connect is then finished here.
 */
final class NioRegistration extends NioKey.Watcher implements Registration {
    private static final Set<Interest> READ = Collections.unmodifiableSet(EnumSet.of(Interest.READ));
    private static final Set<Interest> WRITE = Collections.unmodifiableSet(EnumSet.of(Interest.WRITE));
    private static final Set<Interest> BOTH = Collections.unmodifiableSet(EnumSet.of(Interest.READ, Interest.WRITE));

    private final SelectableChannel channel;
    private final ReadinessHandler handler;
    private final NioKey key;
    private Set<Interest> interest = Set.of();
    private boolean closed;

    NioRegistration(NioBackend backend, SelectableChannel channel, ReadinessHandler handler) throws IOException {
        this.channel = channel;
        this.handler = handler;
        this.key = backend.keyOf(channel);
        key.add(this);
    }

    @Override
    public void interest(Set<Interest> interest) {
        if (interest.contains(Interest.CLOSED)) {
            throw new UnsupportedOperationException("nio cannot watch for CLOSED; need a backend with EARLY_CLOSE");
        }
        this.interest = interest;
        updateOps();
    }

    private void updateOps() {
        int wanted = 0;
        if (interest.contains(Interest.READ)) {
            wanted |= channel.validOps() & (SelectionKey.OP_READ | SelectionKey.OP_ACCEPT);
        }
        if (interest.contains(Interest.WRITE)) {
            wanted |= isConnecting() ? SelectionKey.OP_CONNECT : channel.validOps() & SelectionKey.OP_WRITE;
        }
        ops = wanted;
        key.update();
    }

    private boolean isConnecting() {
        return channel instanceof SocketChannel socket && socket.isConnectionPending();
    }

    @Override
    void onReady(int readyOps) {
        boolean read = (readyOps & (SelectionKey.OP_READ | SelectionKey.OP_ACCEPT)) != 0;
        boolean write = (readyOps & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT)) != 0;
        if ((readyOps & SelectionKey.OP_CONNECT) != 0) {
            finishConnect();
        }
        handler.onReady(read && write ? BOTH : read ? READ : WRITE);
    }

    private void finishConnect() {
        try {
            ((SocketChannel) channel).finishConnect();
        } catch (IOException e) {
            // The user's next write tells; a failed connect has closed the channel.
            System.getLogger("io.jevent.backend.nio").log(System.Logger.Level.DEBUG, "a watched connect failed", e);
        }
        if (channel.isOpen()) {
            updateOps();
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            ops = 0;
            key.remove(this);
        }
    }
}
