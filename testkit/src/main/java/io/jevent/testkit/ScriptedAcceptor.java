package io.jevent.testkit;

import io.jevent.backend.AbstractAcceptedSocket;
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
    private final Deque<Accepted> backlog = new ArrayDeque<>();
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

    ScriptedPeer dialled(SocketAddress from) {
        ScriptedPeer peer = script.newPeer();
        backlog.add(new Accepted(peer, from));
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
            handler.onAccepted(backlog.remove());
        }
    }

    @Override
    public void close() {
        release();
        backlog.forEach(Accepted::reset);
        backlog.clear();
    }

    @Override
    public void release() {
        accepting = false;
        onClose.accept(this);
    }

    /** A connection taken from the backlog. */
    static final class Accepted extends AbstractAcceptedSocket {
        private final ScriptedPeer peer;
        private final SocketAddress from;

        Accepted(ScriptedPeer peer, SocketAddress from) {
            this.peer = peer;
            this.from = from;
        }

        ScriptedPeer adopt() {
            markAdopted();
            return peer;
        }

        @Override
        public SocketAddress remoteAddress() {
            checkWaiting();
            return from;
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
        protected void doClose() {
            peer.programCloses();
        }

        @Override
        protected void doReset() {
            peer.programResets();
        }

        @Override
        public String toString() {
            return "AcceptedSocket[from " + from + ", " + describedState() + "]";
        }
    }
}
