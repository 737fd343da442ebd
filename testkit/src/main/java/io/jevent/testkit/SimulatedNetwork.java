package io.jevent.testkit;

import io.jevent.backend.Backend;
import io.jevent.backend.BackendFeature;
import io.jevent.backend.BackendProvider;
import io.jevent.backend.LoopClock;
import io.jevent.buffer.BufferPool;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A network in memory with a time of its own: real listeners, connections and datagram sockets over it, no system below it.
 *
 * <p>When a loop waits and nothing is ready, the {@link ManualClock} jumps to whatever comes first: something arriving, or
 * the loop's timeout. So hours pass in microseconds, and no test sleeps. Everything that is left to chance ({@link Faults})
 * is drawn from one seed: the same program on the same seed runs the same way to the byte, which {@link #fingerprint()} sums
 * up and {@link #trace()} tells in words.
 *
 * <pre>{@code
 * var network = new SimulatedNetwork(42, Faults.mild());
 * try (EventBase base = network.newBase()) {
 *     ConnectionListener.bind(base, network.address(80), (listener, socket) -> serve(SocketBufferEvent.create(base, socket)));
 *     SocketBufferEvent client = SocketBufferEvent.create(base);
 *     client.connect(network.address(80));
 *     ...
 *     base.dispatch();
 * }
 * }</pre>
 *
 * <p>Several bases may share a network, on one thread, one running at a time. A loop that would wait for ever for something
 * that nobody will bring throws {@link IllegalStateException}. What it cannot do: watch channels of the system, or adopt
 * them.
 *
 * <p>Threading: one thread, that of its loops.
 */
public final class SimulatedNetwork implements BackendProvider {
    private static final int MAX_TRACE_LINES = 2000;
    private static final int FIRST_PORT = 49_152;
    private static final long FINGERPRINT_PRIME = 0x100000001b3L;

    static final Set<BackendFeature> FEATURES = Set.of(BackendFeature.CONSTANT_COST, BackendFeature.PRECISE_WAIT);

    private final ManualClock clock;
    private final Faults faults;
    private final SplittableRandom random;
    private final PriorityQueue<Arrival> arrivals = new PriorityQueue<>();
    private final Map<SocketAddress, SimulatedAcceptor> acceptors = new LinkedHashMap<>();
    private final Map<SocketAddress, SimulatedDatagrams> datagramSockets = new LinkedHashMap<>();
    private final Map<InetAddress, Route> routes = new HashMap<>();
    private final Deque<String> trace = new ArrayDeque<>();
    private final long startNanos;
    /** Whether an action of the user's has run since {@link #takeUserActed()}; it may have changed what the loop waits for. */
    private boolean userActed;

    private long fingerprint = 0xcbf29ce484222325L;
    private long nextSequence;
    private int nextPort = FIRST_PORT;
    private int openCount;

    /** Something that happens at a point in time. */
    private record Arrival(long atNanos, long sequence, Runnable action) implements Comparable<Arrival> {
        @Override
        public int compareTo(Arrival other) {
            long difference = atNanos - other.atNanos;
            return difference != 0 ? Long.signum(difference) : Long.compare(sequence, other.sequence);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(sequence);
        }
    }

    /**
     * How connects to one address end, where that is not left to who listens.
     *
     * @param answers whether they end at all
     * @param refusal what they fail with; null if they do not fail for the route
     * @param latency how long they are under way; null for the faults' latency
     */
    record Route(
            boolean answers,
            @Nullable String refusal,
            @Nullable Duration latency) {
        static final Route USUAL = new Route(/* answers= */ true, null, null);
    }

    /**
     * Makes a perfect network.
     */
    public SimulatedNetwork() {
        this(0, Faults.none());
    }

    /**
     * Makes a network.
     *
     * @param seed what everything left to chance is drawn from
     * @param faults what may go wrong
     */
    public SimulatedNetwork(long seed, Faults faults) {
        this.clock = new ManualClock();
        this.startNanos = clock.nanoTime();
        this.faults = faults;
        this.random = new SplittableRandom(seed);
    }

    /**
     * {@return the network's time}
     */
    public ManualClock clock() {
        return clock;
    }

    /**
     * {@return a new base on this network; what callbacks throw leaves the loop, so that tests fail}
     */
    public EventBase newBase() {
        return TestBases.createStrict(this, clock);
    }

    /**
     * Makes a base on this network.
     *
     * @param config everything but the backend and the clock
     * @return a new base
     */
    public EventBase newBase(EventBaseConfig.Builder config) {
        return TestBases.create(this, clock, config);
    }

    /**
     * {@return an address on this network}
     *
     * @param port 0 to let the network pick one when it is bound
     */
    public InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), port);
    }

    /**
     * Runs something at a point in time, inside the poll of whichever loop waits then.
     *
     * @param span from now, at least 0
     * @param action what to run
     */
    public void after(Duration span, Runnable action) {
        if (span.isNegative()) {
            throw new IllegalArgumentException("need a span >= 0, got " + span);
        }
        at(clock.nanoTime() + span.toNanos(), () -> {
            userActed = true;
            action.run();
        });
    }

    /**
     * Leaves every connect to an address without an answer, from now on.
     *
     * @param address of whatever port
     */
    public void ignores(InetAddress address) {
        routes.put(address, new Route(/* answers= */ false, null, null));
    }

    /**
     * Makes every connect to an address fail, from now on, whether somebody listens there or not.
     *
     * @param address of whatever port
     * @param reason what the system says, such as {@code Network is unreachable}
     */
    public void refuses(InetAddress address, String reason) {
        Duration latency = routes.getOrDefault(address, Route.USUAL).latency();
        routes.put(address, new Route(/* answers= */ true, reason, latency));
    }

    /**
     * Sets how long each connect to an address is under way, from now on; others take the latency of the {@link Faults}.
     *
     * @param address of whatever port
     * @param latency at least 0
     */
    public void delays(InetAddress address, Duration latency) {
        if (latency.isNegative()) {
            throw new IllegalArgumentException("need a latency >= 0, got " + latency);
        }
        String refusal = routes.getOrDefault(address, Route.USUAL).refusal();
        routes.put(address, new Route(/* answers= */ true, refusal, latency));
    }

    /**
     * {@return connections, listeners and datagram sockets that are open; a connection counts once for each end}
     */
    public int openCount() {
        return openCount;
    }

    /**
     * {@return a number that differs, in all likelihood, if anything on the network happened differently}
     */
    public long fingerprint() {
        return fingerprint;
    }

    /**
     * {@return what happened on the network, a line each, the last two thousand}
     */
    public List<String> trace() {
        return List.copyOf(trace);
    }

    // ---- BackendProvider ----

    @Override
    public String name() {
        return "simulated";
    }

    @Override
    public Optional<String> unavailableBecause() {
        return Optional.empty();
    }

    @Override
    public Set<BackendFeature> features() {
        return FEATURES;
    }

    @Override
    public Backend open(LoopClock baseClock, BufferPool pool) {
        if (baseClock != clock) {
            throw new IllegalArgumentException("need the base to use this network's clock; see newBase()");
        }
        return new SimulatedBackend(this, pool);
    }

    // ---- for its parts ----

    Faults faults() {
        return faults;
    }

    SplittableRandom random() {
        return random;
    }

    boolean happens(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    void note(String line) {
        long micros = (clock.nanoTime() - startNanos) / 1000;
        String timed = micros + " us: " + line;
        for (int i = 0; i < timed.length(); i++) {
            fingerprint = (fingerprint ^ timed.charAt(i)) * FINGERPRINT_PRIME;
        }
        if (trace.size() == MAX_TRACE_LINES) {
            trace.removeFirst();
        }
        trace.add(timed);
    }

    /** Adds content to the fingerprint without telling it in words. */
    void digest(byte[] bytes) {
        for (byte b : bytes) {
            fingerprint = (fingerprint ^ (b & 0xff)) * FINGERPRINT_PRIME;
        }
    }

    long latencyNanos() {
        long min = faults.minLatency.toNanos();
        long max = faults.maxLatency.toNanos();
        return min == max ? min : random.nextLong(min, max + 1);
    }

    Route routeTo(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? routes.getOrDefault(inet.getAddress(), Route.USUAL)
                : Route.USUAL;
    }

    void at(long nanos, Runnable action) {
        arrivals.add(new Arrival(nanos, nextSequence++, action));
    }

    void takeDescriptor() throws IOException {
        if (openCount >= faults.maxDescriptors) {
            throw new IOException("Too many open files");
        }
        openCount++;
    }

    void giveDescriptorBack() {
        openCount--;
    }

    int newPort() {
        return nextPort++;
    }

    Map<SocketAddress, SimulatedAcceptor> acceptors() {
        return acceptors;
    }

    Map<SocketAddress, SimulatedDatagrams> datagramSockets() {
        return datagramSockets;
    }

    /** Lets everything happen that is due now; returns whether anything was. */
    boolean runDue() {
        boolean any = false;
        for (Arrival next = arrivals.peek();
                next != null && next.atNanos() - clock.nanoTime() <= 0;
                next = arrivals.peek()) {
            arrivals.remove();
            next.action().run();
            any = true;
        }
        return any;
    }

    boolean takeUserActed() {
        boolean acted = userActed;
        userActed = false;
        return acted;
    }

    /** When something happens next, if anything does. */
    Optional<Long> nextNanos() {
        return Optional.ofNullable(arrivals.peek()).map(Arrival::atNanos);
    }
}
