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

/** A listening socket of a {@link SimulatedNetwork}. */
final class SimulatedAcceptor implements Acceptor, SimulatedBackend.Source {
    private static final int MAX_ACCEPTS_PER_TURN = 64;

    private final SimulatedBackend backend;
    private final SocketAddress address;
    private final int maxWaiting;
    private final AcceptorHandler handler;
    private final Deque<SimulatedEndpoint> waiting = new ArrayDeque<>();
    private boolean accepting;
    private boolean ended;

    SimulatedAcceptor(SimulatedBackend backend, SocketAddress address, int backlog, AcceptorHandler handler) {
        this.backend = backend;
        this.address = address;
        this.maxWaiting = backlog;
        this.handler = handler;
    }

    boolean isFull() {
        return waiting.size() >= maxWaiting;
    }

    /** A connection has come; it waits until it is accepted. */
    void arrived(SimulatedEndpoint endpoint) {
        waiting.add(endpoint);
    }

    @Override
    public boolean isReady() {
        return accepting && !waiting.isEmpty() && !backend.pool().isNearLimit();
    }

    @Override
    public void reportReady() {
        handler.onReady();
    }

    @Override
    public SocketAddress localAddress() {
        return address;
    }

    @Override
    public void accepting(boolean accepting) {
        this.accepting = accepting && !ended;
    }

    @Override
    public void deliver() {
        for (int i = 0; i < MAX_ACCEPTS_PER_TURN && isReady(); i++) {
            try {
                backend.network().takeDescriptor();
            } catch (IOException e) {
                handler.onAcceptFailed(e);
                return;
            }
            SimulatedEndpoint endpoint = waiting.remove();
            endpoint.hasDescriptor();
            backend.network().note("accept " + endpoint);
            handler.onAccepted(new Accepted(endpoint));
        }
    }

    @Override
    public void close() {
        release();
        waiting.forEach(SimulatedEndpoint::close);
        waiting.clear();
    }

    @Override
    public void release() {
        if (!ended) {
            ended = true;
            accepting = false;
            backend.remove(this);
            backend.network().acceptors().remove(address, this);
            backend.network().giveDescriptorBack();
        }
    }

    /** A connection that was accepted and belongs to no loop yet. */
    static final class Accepted extends AbstractAcceptedSocket {
        private final SimulatedEndpoint endpoint;

        Accepted(SimulatedEndpoint endpoint) {
            this.endpoint = endpoint;
        }

        SimulatedEndpoint adopt() {
            markAdopted();
            return endpoint;
        }

        @Override
        public SocketAddress remoteAddress() {
            checkWaiting();
            return endpoint.remoteAddress().orElseThrow();
        }

        @Override
        public SocketAddress localAddress() {
            checkWaiting();
            return endpoint.localAddress().orElseThrow();
        }

        @Override
        public Optional<SelectableChannel> channel() {
            return Optional.empty();
        }

        @Override
        protected void doClose() {
            endpoint.close();
        }

        @Override
        protected void doReset() {
            endpoint.reset();
        }

        @Override
        public String toString() {
            return "AcceptedSocket[" + endpoint + ", " + describedState() + "]";
        }
    }
}
