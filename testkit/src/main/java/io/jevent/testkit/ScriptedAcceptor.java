package io.jevent.testkit;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.Acceptor;
import io.jevent.backend.AcceptorHandler;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;

/** A listener whose backlog the script fills. */
final class ScriptedAcceptor implements Acceptor {
    private final ScriptedBackend script;
    private final SocketAddress address;
    private final AcceptorHandler handler;
    private final Consumer<ScriptedAcceptor> onClose;
    private final Deque<ScriptedPeer> backlog = new ArrayDeque<>();
    private int failures;
    private String failureMessage = "";
    private boolean accepting;

    ScriptedAcceptor(
            ScriptedBackend script,
            SocketAddress address,
            AcceptorHandler handler,
            Consumer<ScriptedAcceptor> onClose) {
        this.script = script;
        this.address = address;
        this.handler = handler;
        this.onClose = onClose;
    }

    ScriptedPeer dialled() {
        ScriptedPeer peer = script.newPeer();
        backlog.add(peer);
        return peer;
    }

    void fails(int times, String message) {
        failures = times;
        failureMessage = message;
    }

    boolean reportIfReady() {
        if (!accepting || backlog.isEmpty()) {
            return false;
        }
        handler.onReady();
        return true;
    }

    @Override
    public SocketAddress localAddress() {
        return address;
    }

    @Override
    public void accepting(boolean accepting) {
        this.accepting = accepting;
    }

    @Override
    public void deliver() {
        while (accepting && !backlog.isEmpty()) {
            if (failures > 0) {
                failures--;
                handler.onAcceptFailed(new IOException(failureMessage));
                return;
            }
            handler.onAccepted(new Accepted(backlog.remove()));
        }
    }

    @Override
    public void close() {
        accepting = false;
        onClose.accept(this);
    }

    @Override
    public void release() {
        close();
    }

    /** A connection taken from the backlog. */
    static final class Accepted implements AcceptedSocket {
        private final ScriptedPeer peer;
        private boolean adopted;

        Accepted(ScriptedPeer peer) {
            this.peer = peer;
        }

        ScriptedPeer adopt() {
            checkWaiting();
            adopted = true;
            return peer;
        }

        private void checkWaiting() {
            if (adopted || !peer.isOpen()) {
                throw new IllegalStateException("need a socket that is open and not adopted");
            }
        }

        @Override
        public SocketAddress remoteAddress() {
            checkWaiting();
            return ScriptedBackend.ADDRESS;
        }

        @Override
        public SocketAddress localAddress() {
            checkWaiting();
            return ScriptedBackend.ADDRESS;
        }

        @Override
        public Optional<SelectableChannel> channel() {
            return Optional.empty();
        }

        @Override
        public boolean isAdopted() {
            return adopted;
        }

        @Override
        public void close() {
            if (!adopted) {
                peer.programCloses();
            }
        }
    }
}
