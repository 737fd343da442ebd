package io.jevent.stress;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.Acceptor;
import io.jevent.backend.AcceptorHandler;
import io.jevent.backend.Backend;
import io.jevent.backend.BackendFeature;
import io.jevent.backend.BackendProvider;
import io.jevent.backend.DatagramHandler;
import io.jevent.backend.DatagramTransport;
import io.jevent.backend.LoopClock;
import io.jevent.backend.ReadinessHandler;
import io.jevent.backend.Registration;
import io.jevent.backend.SocketSettings;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.backend.Triggering;
import io.jevent.buffer.BufferPool;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A backend that only sleeps and is woken: cheap enough for a new base in every run of a case. A sleep that nobody ends fails
 * after five seconds, so that a lost wake-up ends the loop instead of hanging it.
 *
 * <p>Threading: as {@link Backend}; the questions are for any thread.
 */
final class ParkingBackend implements Backend {
    private static final long LOST_AFTER_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final String NAME = "parking";

    /** Guarded by this. */
    private boolean woken;

    /** Guarded by this. */
    private boolean closed;

    /** Guarded by this. */
    private boolean wokenAfterClose;

    /** Makes it the only backend of a base. */
    private record Provider(ParkingBackend backend) implements BackendProvider {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Optional<String> unavailableBecause() {
            return Optional.empty();
        }

        @Override
        public Set<BackendFeature> features() {
            return Set.of();
        }

        @Override
        public Backend open(LoopClock clock, BufferPool pool) {
            return backend;
        }
    }

    /** A base on this backend, which no health watch looks at. */
    EventBase newBase() {
        return EventBase.create(config());
    }

    /** What makes one base on this backend. */
    EventBaseConfig config() {
        return EventBaseConfig.builder()
                .backend(new Provider(this))
                .slowCallbackThreshold(Duration.ZERO)
                .build();
    }

    /** Whether {@link #wakeUp()} was called after {@link #close()}, which its contract forbids. */
    synchronized boolean wasWokenAfterClose() {
        return wokenAfterClose;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<BackendFeature> features() {
        return Set.of();
    }

    @Override
    public synchronized void poll(long timeoutNanos) throws IOException {
        boolean forEver = timeoutNanos == FOREVER;
        long until = System.nanoTime() + (forEver ? LOST_AFTER_NANOS : timeoutNanos);
        for (long left = until - System.nanoTime(); !woken && left > 0; left = until - System.nanoTime()) {
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        if (forEver && !woken) {
            throw new IOException("nobody woke the loop");
        }
        woken = false;
    }

    @Override
    public synchronized void wakeUp() {
        wokenAfterClose |= closed;
        woken = true;
        notifyAll();
    }

    @Override
    public void reapClosed() {}

    @Override
    public synchronized void close() {
        closed = true;
    }

    // ---- what it cannot do ----

    @Override
    public Registration register(SelectableChannel channel, Triggering triggering, ReadinessHandler handler) {
        throw new UnsupportedOperationException(NAME);
    }

    @Override
    public Transport connect(SocketAddress address, SocketSettings settings, TransportHandler handler) {
        throw new UnsupportedOperationException(NAME);
    }

    @Override
    public Transport adopt(SelectableChannel channel, TransportHandler handler) {
        throw new UnsupportedOperationException(NAME);
    }

    @Override
    public Transport adopt(AcceptedSocket socket, TransportHandler handler) {
        throw new UnsupportedOperationException(NAME);
    }

    @Override
    public Acceptor listen(SocketAddress address, int backlog, SocketSettings settings, AcceptorHandler handler) {
        throw new UnsupportedOperationException(NAME);
    }

    @Override
    public Acceptor listen(SelectableChannel channel, AcceptorHandler handler) {
        throw new UnsupportedOperationException(NAME);
    }

    @Override
    public DatagramTransport openDatagrams(ProtocolFamily family, DatagramHandler handler) {
        throw new UnsupportedOperationException(NAME);
    }

    @Override
    public DatagramTransport adoptDatagrams(SelectableChannel channel, DatagramHandler handler) {
        throw new UnsupportedOperationException(NAME);
    }
}
