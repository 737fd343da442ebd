package io.jevent.testkit;

import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.EventCount;
import io.jevent.event.LoopOption;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A base for one test, over any backend, that makes what tests need and fails when anything is left over.
 *
 * <p>Closing the rig fails with an {@link AssertionError} if the test has left an event added, a timer set, a callback due, a
 * connection or listener open, buffer memory in use, or an exception of a callback that it did not ask for. What the rig
 * itself made it closes before.
 *
 * <pre>{@code
 * try (LoopRig rig = LoopRig.simulated(7, Faults.mild())) {
 *     LoopRig.Pair pair = rig.connectedPair();
 *     pair.near().output().addAscii("ping");
 *     pair.far().enableReading();
 *     rig.runUntil(() -> pair.far().input().length() == 4);
 * }
 * }</pre>
 *
 * <p>Threading: one thread, the test's.
 */
public final class LoopRig implements AutoCloseable {
    /** Turns of a simulated loop, or milliseconds of a real one, after which {@link #runUntil} gives up: 100,000. */
    public static final int PATIENCE = 100_000;

    /** For messages: the seed repeats the run. */
    private final String where;

    private final EventBase base;
    private final @Nullable SimulatedNetwork network;
    private final List<Throwable> thrown;
    private final List<AutoCloseable> made = new ArrayList<>();

    /**
     * Two buffer events that are connected to each other.
     *
     * @param near the end that connected
     * @param far the end that was accepted
     */
    public record Pair(SocketBufferEvent near, SocketBufferEvent far) {}

    private LoopRig(EventBase base, @Nullable SimulatedNetwork network, String where, List<Throwable> thrown) {
        this.where = where;
        this.base = base;
        this.network = network;
        this.thrown = thrown;
    }

    /**
     * Makes a rig on a new simulated network.
     *
     * @param seed what everything left to chance is drawn from
     * @param faults what may go wrong
     * @return the rig
     */
    public static LoopRig simulated(long seed, Faults faults) {
        return simulated(seed, faults, EventBaseConfig.builder());
    }

    /**
     * Makes a rig on a new simulated network.
     *
     * @param seed what everything left to chance is drawn from
     * @param faults what may go wrong
     * @param config how the base is; backend, clock and error handler are the rig's
     * @return the rig
     */
    public static LoopRig simulated(long seed, Faults faults, EventBaseConfig.Builder config) {
        List<Throwable> thrown = new ArrayList<>();
        SimulatedNetwork network = new SimulatedNetwork(seed, faults);
        EventBase base = network.newBase(config.errorHandler((source, error) -> thrown.add(error)));
        return new LoopRig(base, network, "on the simulated network with seed " + seed, thrown);
    }

    /**
     * Makes a rig on a backend of the system.
     *
     * @param backend its name, such as {@code nio}
     * @return the rig
     */
    public static LoopRig real(String backend) {
        return real(backend, EventBaseConfig.builder());
    }

    /**
     * Makes a rig on a backend of the system.
     *
     * @param backend its name, such as {@code nio}
     * @param config how the base is; backend and error handler are the rig's
     * @return the rig
     */
    public static LoopRig real(String backend, EventBaseConfig.Builder config) {
        List<Throwable> thrown = new ArrayList<>();
        EventBase base = EventBase.create(config.backend(backend)
                .errorHandler((source, error) -> thrown.add(error))
                .build());
        return new LoopRig(base, null, "on " + backend, thrown);
    }

    /**
     * {@return the loop}
     */
    public EventBase base() {
        return base;
    }

    /**
     * {@return the network, if it is simulated}
     */
    public Optional<SimulatedNetwork> network() {
        return Optional.ofNullable(network);
    }

    /**
     * {@return an address to bind, with port 0}
     */
    public InetSocketAddress anyAddress() {
        return network != null ? network.address(0) : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /**
     * {@return what callbacks have thrown so far; asking makes it expected}
     */
    public List<Throwable> takeThrown() {
        List<Throwable> taken = List.copyOf(thrown);
        thrown.clear();
        return taken;
    }

    /**
     * Makes two buffer events and connects them; the rig closes them.
     *
     * @return the two ends
     */
    public Pair connectedPair() {
        SocketBufferEvent[] far = new SocketBufferEvent[1];
        boolean[] connected = new boolean[1];
        try (ConnectionListener listener = ConnectionListener.bind(
                base, anyAddress(), (self, socket) -> far[0] = SocketBufferEvent.create(base, socket))) {
            SocketBufferEvent near = SocketBufferEvent.create(base);
            made.add(near);
            near.onCondition((self, condition) -> connected[0] = true);
            near.connect(listener.localAddress());
            runUntil(() -> connected[0] && far[0] != null);
            near.onCondition((self, condition) -> {});
            made.add(far[0]);
            return new Pair(near, Objects.requireNonNull(far[0]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs the loop until something is so.
     *
     * @param condition looked at after each turn
     * @throws AssertionError if it does not come about
     */
    public void runUntil(BooleanSupplier condition) {
        for (int i = 0; i < PATIENCE; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            run(Duration.ofMillis(1));
        }
        throw new AssertionError("did not come about " + where + "; the base waits for:\n" + base.dump()
                + (network == null ? "" : String.join("\n", network.trace())));
    }

    /**
     * Runs the loop for a span, on the network's time if it is simulated.
     *
     * @param span at least 0
     */
    public void run(Duration span) {
        Event end = Event.timer(base, (self, triggers) -> base.exit());
        end.add(span);
        try {
            base.dispatch();
        } finally {
            end.close(); // The program under test may have ended the loop by itself.
        }
    }

    @Override
    public void close() {
        List<String> leaks = new ArrayList<>();
        try {
            for (AutoCloseable it : made) {
                it.close();
            }
            if (network == null && base.bufferBytesInUse() > 0) {
                base.loop(LoopOption.NONBLOCK); // What the system still reads from comes back with its next answer.
            }
            for (EventCount kind : EventCount.values()) {
                int count = base.eventCount(kind);
                if (count > 0) {
                    leaks.add(count + " " + kind);
                }
            }
            long bytes = base.bufferBytesInUse();
            if (bytes > 0) {
                leaks.add(bytes + " bytes of buffers");
            }
            if (network != null && network.openCount() > 0) {
                leaks.add(network.openCount() + " descriptors");
            }
        } catch (Exception e) {
            leaks.add(e.toString());
        } finally {
            base.close();
        }
        if (!leaks.isEmpty() || !thrown.isEmpty()) {
            AssertionError error =
                    new AssertionError("left over " + where + ": " + leaks + "; thrown by callbacks: " + thrown);
            thrown.forEach(error::addSuppressed);
            throw error;
        }
    }
}
