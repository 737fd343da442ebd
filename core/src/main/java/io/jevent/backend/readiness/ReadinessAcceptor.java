package io.jevent.backend.readiness;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.Acceptor;
import io.jevent.backend.AcceptorHandler;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.util.Optional;
import java.util.OptionalInt;

/** A listening socket over readiness. */
public final class ReadinessAcceptor extends Watcher implements Acceptor {
    /** Connections accepted in one turn, so that a flood of them does not starve those already here. */
    private static final int MAX_ACCEPTS_PER_TURN = 64;

    private final ListeningSocket socket;
    private final MemoryWaits memory;
    private final AcceptorHandler handler;
    private final ReadinessKey key;
    private boolean accepting;
    private boolean waitsForMemory;
    private boolean ended;

    /** Takes a socket over, which does not accept yet. */
    public ReadinessAcceptor(ListeningSocket socket, MemoryWaits memory, AcceptorHandler handler) {
        this.socket = socket;
        this.memory = memory;
        this.handler = handler;
        this.key = socket.key();
        key.add(this);
    }

    @Override
    public SocketAddress localAddress() {
        return socket.localAddress();
    }

    @Override
    public Optional<SelectableChannel> channel() {
        return socket.channel();
    }

    @Override
    public OptionalInt descriptor() {
        return socket.descriptor();
    }

    @Override
    public void accepting(boolean accepting) {
        this.accepting = accepting && !ended;
        updateOps();
    }

    private void updateOps() {
        ops(accepting && !waitsForMemory ? ACCEPT : 0, key);
    }

    @Override
    public void memoryAvailable() {
        waitsForMemory = false;
        updateOps();
    }

    @Override
    protected void onReady(int readyOps) {
        handler.onReady();
    }

    @Override
    public void deliver() {
        if (!waitsForMemory && memory.mustWait(this)) {
            waitsForMemory = true;
            updateOps();
        }
        for (int i = 0; i < MAX_ACCEPTS_PER_TURN && accepting && !waitsForMemory; i++) {
            AcceptedSocket accepted;
            try {
                accepted = socket.accept();
            } catch (IOException e) {
                handler.onAcceptFailed(e);
                return;
            }
            if (accepted == null) {
                return;
            }
            handler.onAccepted(accepted);
        }
    }

    @Override
    public void close() {
        if (!ended) {
            release();
            socket.close();
        }
    }

    @Override
    public void release() {
        if (!ended) {
            ended = true;
            accepting = false;
            key.remove(this);
            memory.forget(this);
        }
    }
}
