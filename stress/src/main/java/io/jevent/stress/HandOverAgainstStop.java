package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.jevent.backend.AcceptedSocket;
import io.jevent.event.EventBaseGroup;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A connection is handed to a group while that stops: somebody must have it or close it. */
@JCStressTest
@Outcome(id = "handed over, called back", expect = ACCEPTABLE, desc = "It came before the loop ended.")
@Outcome(id = "refused, closed", expect = ACCEPTABLE, desc = "It came after its base was closed.")
@Outcome(id = "handed over, closed", expect = ACCEPTABLE, desc = "It came too late to be called back.")
@Outcome(id = "handed over, lost", expect = FORBIDDEN, desc = "Nobody has the connection and nobody closed it.")
@Outcome(expect = FORBIDDEN, desc = "It was closed twice, or given to two, or refused and yet given.")
@State
public class HandOverAgainstStop {
    private final EventBaseGroup group = EventBaseGroup.create(1, new ParkingBackend().config());
    private final Connection connection = new Connection();
    private final AtomicInteger calls = new AtomicInteger();
    private boolean handedOver;

    @Actor
    public void startThenStop() {
        group.start();
        group.stop(Duration.ZERO);
    }

    @Actor
    public void handOver() {
        handedOver = group.handOver(connection, (base, socket) -> calls.incrementAndGet());
    }

    @Arbiter
    public void result(L_Result result) {
        int called = calls.get();
        int closed = connection.closes.get();
        String end = called == 1 && closed == 0
                ? "called back"
                : called == 0 && closed == 1
                        ? "closed"
                        : called == 0 && closed == 0 ? "lost" : "called " + called + ", closed " + closed;
        result.r1 = (handedOver ? "handed over, " : "refused, ") + end;
    }

    /** A connection that only counts how often it is closed. */
    private static final class Connection implements AcceptedSocket {
        private static final SocketAddress ADDRESS = new InetSocketAddress(0);

        final AtomicInteger closes = new AtomicInteger();

        @Override
        public SocketAddress remoteAddress() {
            return ADDRESS;
        }

        @Override
        public SocketAddress localAddress() {
            return ADDRESS;
        }

        @Override
        public Optional<SelectableChannel> channel() {
            return Optional.empty();
        }

        @Override
        public boolean isAdopted() {
            return false;
        }

        @Override
        public void onClosed(Runnable action) {
            throw new UnsupportedOperationException("nobody asks when this one closes");
        }

        @Override
        public void connectionEnded() {}

        @Override
        public void close() {
            closes.incrementAndGet();
        }

        @Override
        public void reset() {
            close();
        }
    }
}
