package io.jevent.backend.nio;

import io.jevent.backend.Acceptor;
import io.jevent.backend.AcceptorHandler;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A listening channel. */
final class NioAcceptor extends NioKey.Watcher implements Acceptor {
    /** Connections accepted in one turn, so that a flood of them does not starve those already here. */
    private static final int MAX_ACCEPTS_PER_TURN = 64;

    private final NioBackend backend;
    private final ServerSocketChannel channel;
    private final AcceptorHandler handler;
    private final NioKey key;
    private final SocketAddress localAddress;
    private final ProtocolFamily family;
    private boolean accepting;
    private boolean waitsForMemory;
    private boolean ended;

    NioAcceptor(NioBackend backend, ServerSocketChannel channel, AcceptorHandler handler) throws IOException {
        this.backend = backend;
        this.channel = channel;
        this.handler = handler;
        this.localAddress = channel.getLocalAddress();
        this.family = localAddress instanceof UnixDomainSocketAddress
                ? StandardProtocolFamily.UNIX
                : StandardProtocolFamily.INET;
        this.key = backend.keyOf(channel);
        key.add(this);
    }

    @Override
    public SocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public void accepting(boolean accepting) {
        this.accepting = accepting && !ended;
        updateOps();
    }

    private void updateOps() {
        ops = accepting && !waitsForMemory ? SelectionKey.OP_ACCEPT : 0;
        key.update();
    }

    @Override
    void memoryAvailable() {
        waitsForMemory = false;
        updateOps();
    }

    @Override
    void onReady(int readyOps) {
        handler.onReady();
    }

    @Override
    public void deliver() {
        if (!waitsForMemory && backend.mustWaitForMemory(this)) {
            waitsForMemory = true;
            updateOps();
        }
        for (int i = 0; i < MAX_ACCEPTS_PER_TURN && accepting && !waitsForMemory; i++) {
            SocketChannel accepted;
            try {
                accepted = backend.withDescriptor(channel::accept);
            } catch (IOException e) {
                handler.onAcceptFailed(e);
                return;
            }
            if (accepted == null) {
                return;
            }
            if (prepare(accepted)) {
                handler.onAccepted(new NioAcceptedSocket(accepted));
            }
        }
    }

    /** Returns false, and closes, if the peer is gone already. */
    private boolean prepare(SocketChannel accepted) {
        try {
            accepted.configureBlocking(false);
            NioBackend.withoutDelay(accepted, family);
            return true;
        } catch (IOException _) {
            NioTransport.closeQuietly(accepted);
            return false;
        }
    }

    @Override
    public void close() {
        if (!ended) {
            release();
            NioTransport.closeQuietly(channel);
            backend.freeAddress();
        }
    }

    @Override
    public void release() {
        if (!ended) {
            ended = true;
            accepting = false;
            ops = 0;
            key.remove(this);
            backend.forget(this);
        }
    }
}
