package io.jevent.testkit;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.Acceptor;
import io.jevent.backend.AcceptorHandler;
import io.jevent.backend.Backend;
import io.jevent.backend.BackendFeature;
import io.jevent.backend.DatagramHandler;
import io.jevent.backend.DatagramTransport;
import io.jevent.backend.ReadinessHandler;
import io.jevent.backend.Registration;
import io.jevent.backend.SocketSettings;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.backend.Triggering;
import io.jevent.buffer.BufferPool;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One base's connection to a {@link SimulatedNetwork}. */
final class SimulatedBackend implements Backend {
    /** Something that may become ready. */
    interface Source {
        /** Whether it has something for its handler. */
        boolean isReady();

        /** Calls its handler's {@code onReady}. */
        void reportReady();
    }

    private final SimulatedNetwork network;
    private final BufferPool pool;
    private final List<Source> sources = new ArrayList<>();

    /** Reported in the next poll although nothing is ready: connects that ended inside the call. */
    private boolean woken;

    SimulatedBackend(SimulatedNetwork network, BufferPool pool) {
        this.network = network;
        this.pool = pool;
    }

    SimulatedNetwork network() {
        return network;
    }

    BufferPool pool() {
        return pool;
    }

    void add(Source source) {
        sources.add(source);
    }

    void remove(Source source) {
        sources.remove(source);
    }

    @Override
    public String name() {
        return network.name();
    }

    @Override
    public Set<BackendFeature> features() {
        return SimulatedNetwork.FEATURES;
    }

    @Override
    public void poll(long timeoutNanos) {
        ManualClock clock = network.clock();
        long deadline = clock.nanoTime() + Math.max(0, timeoutNanos);
        while (true) {
            network.runDue();
            boolean acted = network.takeUserActed();
            if (report() || acted || timeoutNanos == 0) {
                return;
            }
            Optional<Long> next = network.nextNanos();
            if (timeoutNanos < 0 && next.isEmpty()) {
                throw new IllegalStateException("the loop waits for ever, and nothing is under way on the network");
            }
            long until = next.orElse(deadline);
            boolean isTimeout = timeoutNanos > 0 && deadline - until <= 0;
            if (isTimeout) {
                until = deadline;
            }
            clock.advance(Duration.ofNanos(Math.max(0, until - clock.nanoTime())));
            if (isTimeout) {
                network.runDue();
                report();
                return;
            }
        }
    }

    private boolean report() {
        List<Source> ready = new ArrayList<>();
        for (Source source : sources) {
            if (source.isReady()) {
                ready.add(source);
            } else if (network.happens(network.faults().spuriousReadiness)) {
                ready.add(source);
            }
        }
        if (network.faults().shufflesReadiness) {
            shuffle(ready);
        }
        boolean any = woken || !ready.isEmpty();
        woken = false;
        ready.forEach(Source::reportReady);
        return any;
    }

    private void shuffle(List<Source> list) {
        for (int i = list.size() - 1; i > 0; i--) {
            int j = network.random().nextInt(i + 1);
            Source moved = list.get(i);
            list.set(i, list.get(j));
            list.set(j, moved);
        }
    }

    @Override
    public void wakeUp() {
        woken = true;
    }

    @Override
    public void reapClosed() {}

    @Override
    public Registration register(SelectableChannel channel, Triggering triggering, ReadinessHandler handler) {
        throw new UnsupportedOperationException("a simulated network cannot watch channels of the system");
    }

    @Override
    public Transport connect(SocketAddress address, SocketSettings settings, TransportHandler handler)
            throws IOException {
        checkResolved(address);
        network.takeDescriptor();
        SimulatedEndpoint endpoint = new SimulatedEndpoint(network, network.address(network.newPort()), address);
        settings.setOn(endpoint::option);
        endpoint.attach(this, handler);
        endpoint.connect(address);
        return endpoint;
    }

    private static void checkResolved(SocketAddress address) {
        if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
            throw new IllegalArgumentException("need a resolved address, got " + inet);
        }
    }

    @Override
    public Transport adopt(SelectableChannel channel, TransportHandler handler) {
        throw new UnsupportedOperationException("a simulated network cannot use channels of the system");
    }

    @Override
    public Transport adopt(AcceptedSocket socket, TransportHandler handler) {
        if (!(socket instanceof SimulatedAcceptor.Accepted accepted)) {
            throw new IllegalArgumentException("need a socket accepted on a simulated network, got " + socket);
        }
        SimulatedEndpoint endpoint = accepted.adopt();
        endpoint.attach(this, handler);
        return endpoint;
    }

    @Override
    public Acceptor listen(SocketAddress address, int backlog, SocketSettings settings, AcceptorHandler handler)
            throws IOException {
        checkResolved(address);
        SocketAddress bound = address instanceof InetSocketAddress inet && inet.getPort() == 0
                ? new InetSocketAddress(inet.getAddress(), network.newPort())
                : address;
        if (network.acceptors().containsKey(bound)) {
            throw new IOException("Address already in use");
        }
        settings.setOn(new SocketSettings.Target() {
            @Override
            public <T> void option(SocketOption<T> option, T value) {
                if (option.equals(StandardSocketOptions.SO_REUSEPORT)) {
                    throw new UnsupportedOperationException("a simulated network has no SO_REUSEPORT");
                }
            }
        });
        network.takeDescriptor();
        SimulatedAcceptor acceptor = new SimulatedAcceptor(this, bound, backlog, handler);
        network.acceptors().put(bound, acceptor);
        add(acceptor);
        return acceptor;
    }

    @Override
    public Acceptor listen(SelectableChannel channel, AcceptorHandler handler) {
        throw new UnsupportedOperationException("a simulated network cannot use channels of the system");
    }

    @Override
    public DatagramTransport openDatagrams(ProtocolFamily family, DatagramHandler handler) throws IOException {
        network.takeDescriptor();
        SimulatedDatagrams datagrams = new SimulatedDatagrams(this, handler);
        add(datagrams);
        return datagrams;
    }

    @Override
    public DatagramTransport adoptDatagrams(SelectableChannel channel, DatagramHandler handler) {
        throw new UnsupportedOperationException("a simulated network cannot use channels of the system");
    }

    @Override
    public void close() {
        sources.clear();
    }
}
