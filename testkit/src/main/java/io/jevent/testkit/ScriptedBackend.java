package io.jevent.testkit;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.Acceptor;
import io.jevent.backend.AcceptorHandler;
import io.jevent.backend.Backend;
import io.jevent.backend.BackendFeature;
import io.jevent.backend.BackendProvider;
import io.jevent.backend.DatagramHandler;
import io.jevent.backend.DatagramTransport;
import io.jevent.backend.Interest;
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
import java.io.Serial;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A backend without a system: time passes when the loop would wait, and peers do what the test says.
 *
 * <p>When the loop polls and something is ready, it is reported. Otherwise the {@link ManualClock} jumps to whatever
 * comes first: the loop's timeout, or the next step that the test has scheduled with {@link #after}. A loop that would
 * wait for ever with no step left is a mistake of the test or the program, and throws.
 *
 * <pre>{@code
 * var script = new ScriptedBackend();
 * try (EventBase base = script.newBase()) {
 *     var client = SocketBufferEvent.create(base);
 *     client.timeouts(Duration.ofSeconds(3), Duration.ZERO);
 *     client.enableReading();
 *     client.connect(ScriptedBackend.ADDRESS);
 *     script.after(Duration.ofSeconds(2), () -> script.peer(0).sends("hello"));
 *     base.dispatch(); // returns at once: 2 s later "hello", 3 s after that TimedOut
 * }
 * }</pre>
 *
 * <p>Threading: one thread, the loop's.
 */
public final class ScriptedBackend implements BackendProvider {
    /** An address for tests that need one; nothing is looked up. */
    public static final SocketAddress ADDRESS = new ScriptedAddress();

    private static final Set<BackendFeature> FEATURES = Set.of(
            BackendFeature.EDGE_TRIGGERED,
            BackendFeature.EARLY_CLOSE,
            BackendFeature.ANY_DESCRIPTOR,
            BackendFeature.PRECISE_WAIT);

    private final ManualClock clock;
    private final Deque<ConnectAnswer> answers = new ArrayDeque<>();
    private final List<ScriptedPeer> peers = new ArrayList<>();
    private final List<ScriptedPeer> ready = new ArrayList<>();
    private final List<ScriptedAcceptor> acceptors = new ArrayList<>();
    private final List<ScriptedRegistration> registrations = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final List<Duration> waits = new ArrayList<>();
    private Consumer<Long> onPoll = timeoutNanos -> {};
    private boolean woken;
    private int pollCount;

    private record Step(long atNanos, Runnable action) {}

    /** An address of no network. */
    private static final class ScriptedAddress extends SocketAddress {
        @Serial
        private static final long serialVersionUID = 1L;

        @Override
        public String toString() {
            return "scripted peer";
        }
    }

    /** Makes a backend with a clock of its own. */
    public ScriptedBackend() {
        this(new ManualClock());
    }

    /**
     * Makes a backend that moves a given clock.
     *
     * @param clock the clock, which the base must use too
     */
    public ScriptedBackend(ManualClock clock) {
        this.clock = clock;
    }

    /**
     * {@return the clock that polls move}
     */
    public ManualClock clock() {
        return clock;
    }

    /**
     * {@return a new base on this backend and its clock; what callbacks throw leaves the loop, so that tests fail}
     */
    public EventBase newBase() {
        return TestBases.createStrict(this, clock);
    }

    /**
     * Makes a base on this backend and its clock.
     *
     * @param config everything but the backend and the clock
     * @return a new base
     */
    public EventBase newBase(EventBaseConfig.Builder config) {
        return TestBases.create(this, clock, config);
    }

    // ---- the script ----

    /**
     * Says how the next connects end, one answer each; when none is left they succeed in the next poll.
     *
     * @param next the answers, in order
     */
    public void connects(ConnectAnswer... next) {
        answers.addAll(List.of(next));
    }

    /**
     * Runs a step of the script when the clock has moved this far from now, inside the loop's poll.
     *
     * @param span at least 0
     * @param action the step
     */
    public void after(Duration span, Runnable action) {
        steps.add(new Step(clock.nanoTime() + span.toNanos(), action));
    }

    /**
     * Connects a new peer to the program's only listener; it is accepted in the next poll, if the listener accepts.
     *
     * @return the peer
     * @throws IllegalStateException unless there is exactly one listener
     */
    public ScriptedPeer dials() {
        return dials(ADDRESS);
    }

    /**
     * Connects a new peer that comes from a certain address, as {@link #dials()}.
     *
     * @param from what the accepted connection says where it is from
     * @return the peer
     * @throws IllegalStateException unless there is exactly one listener
     */
    public ScriptedPeer dials(SocketAddress from) {
        return onlyAcceptor().dialled(from);
    }

    /**
     * Makes the next accepts of the program's only listener fail.
     *
     * @param times how many
     * @param message what the system says
     */
    public void acceptFails(int times, String message) {
        onlyAcceptor().fails(times, message);
    }

    private ScriptedAcceptor onlyAcceptor() {
        if (acceptors.size() != 1) {
            throw new IllegalStateException("need exactly one listener, there are " + acceptors.size());
        }
        return acceptors.getFirst();
    }

    /**
     * Reports a channel that an event watches as ready, once, in the next poll.
     *
     * @param channel the channel
     * @param interest what it is ready for
     */
    public void ready(SelectableChannel channel, Interest... interest) {
        for (ScriptedRegistration registration : registrations) {
            if (registration.watches(channel)) {
                registration.ready(Set.of(interest));
            }
        }
    }

    /**
     * Calls a function at the beginning of every poll with the poll's timeout in nanoseconds.
     *
     * @param hook the function
     */
    public void onPoll(Consumer<Long> hook) {
        onPoll = hook;
    }

    // ---- what happened ----

    /**
     * {@return the far end of a connection}
     *
     * @param index 0 for the first connection made, by connecting, adopting or dialling
     */
    public ScriptedPeer peer(int index) {
        return peers.get(index);
    }

    /**
     * {@return how many connections there have been}
     */
    public int peerCount() {
        return peers.size();
    }

    /**
     * {@return connections that the program has neither closed nor released}
     */
    public long openCount() {
        return peers.stream().filter(ScriptedPeer::isOpen).count();
    }

    /**
     * {@return watches of channels that the program has not ended}
     */
    public int watchCount() {
        return registrations.size();
    }

    /**
     * {@return every wait of the loop that let time pass, in order}
     */
    public List<Duration> waits() {
        return List.copyOf(waits);
    }

    /**
     * {@return how often the loop has polled}
     */
    public int pollCount() {
        return pollCount;
    }

    // ---- BackendProvider ----

    @Override
    public String name() {
        return "scripted";
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
            throw new IllegalArgumentException("need the base to use this backend's clock; see newBase()");
        }
        return new Opened();
    }

    void isReady(ScriptedPeer peer) {
        if (!ready.contains(peer)) {
            ready.add(peer);
        }
    }

    ScriptedPeer newPeer() {
        ScriptedPeer peer = new ScriptedPeer(this);
        peers.add(peer);
        return peer;
    }

    private boolean reportReady() {
        List<ScriptedPeer> now = List.copyOf(ready);
        ready.clear();
        boolean any = woken;
        woken = false;
        for (ScriptedPeer peer : now) {
            any |= peer.reportIfReady();
        }
        for (ScriptedAcceptor acceptor : List.copyOf(acceptors)) {
            any |= acceptor.reportIfReady();
        }
        for (ScriptedRegistration registration : List.copyOf(registrations)) {
            any |= registration.reportIfReady();
        }
        return any;
    }

    private void runDueSteps() {
        List<Step> due = steps.stream()
                .filter(step -> step.atNanos() - clock.nanoTime() <= 0)
                .toList();
        steps.removeAll(due);
        due.forEach(step -> step.action().run());
    }

    /** The span to the next step; none scheduled is none. */
    private Optional<Long> nanosToNextStep() {
        return steps.stream().map(step -> step.atNanos() - clock.nanoTime()).min(Long::compare);
    }

    /** Lets time pass, step by step, until something is ready or the timeout is over. */
    private void waitFor(long timeoutNanos) {
        long left = timeoutNanos;
        long waited = 0;
        while (true) {
            runDueSteps();
            if (reportReady() || left == 0) {
                break;
            }
            Optional<Long> toStep = nanosToNextStep();
            if (left < 0 && toStep.isEmpty()) {
                throw new IllegalStateException("the loop waits for ever and the script has no step left");
            }
            long span = toStep.orElse(left);
            span = left < 0 ? span : Math.min(span, left);
            clock.advance(Duration.ofNanos(span));
            waited += span;
            left = left < 0 ? left : left - span;
        }
        if (waited > 0) {
            waits.add(Duration.ofNanos(waited));
        }
    }

    /** The backend of one base. */
    private final class Opened implements Backend {
        @Override
        public String name() {
            return ScriptedBackend.this.name();
        }

        @Override
        public Set<BackendFeature> features() {
            return FEATURES;
        }

        @Override
        public void poll(long timeoutNanos) {
            pollCount++;
            onPoll.accept(timeoutNanos);
            waitFor(timeoutNanos);
        }

        @Override
        public void wakeUp() {
            woken = true;
        }

        @Override
        public void reapClosed() {}

        @Override
        public Registration register(SelectableChannel channel, Triggering triggering, ReadinessHandler handler) {
            if (registrations.stream().anyMatch(it -> it.watches(channel) && it.triggering() != triggering)) {
                throw new IllegalStateException(channel + " is watched already, but not " + triggering);
            }
            ScriptedRegistration registration =
                    new ScriptedRegistration(channel, triggering, handler, registrations::remove);
            registrations.add(registration);
            return registration;
        }

        @Override
        public Transport connect(SocketAddress address, SocketSettings settings, TransportHandler handler)
                throws IOException {
            ConnectAnswer answer = answers.isEmpty() ? ConnectAnswer.SUCCEEDS : answers.poll();
            if (answer == ConnectAnswer.NO_DESCRIPTOR) {
                throw new IOException("Too many open files");
            }
            return newPeer().connecting(handler, answer);
        }

        @Override
        public Transport adopt(SelectableChannel channel, TransportHandler handler) {
            return newPeer().connected(handler, channel);
        }

        @Override
        public Transport adopt(AcceptedSocket socket, TransportHandler handler) {
            if (!(socket instanceof ScriptedAcceptor.Accepted accepted)) {
                throw new IllegalArgumentException("need a socket accepted by a scripted backend, got " + socket);
            }
            return accepted.adopt().connected(handler, null);
        }

        @Override
        public Acceptor listen(SocketAddress address, int backlog, SocketSettings settings, AcceptorHandler handler) {
            ScriptedAcceptor acceptor = new ScriptedAcceptor(ScriptedBackend.this, address, handler, acceptors::remove);
            acceptors.add(acceptor);
            return acceptor;
        }

        @Override
        public Acceptor listen(SelectableChannel channel, AcceptorHandler handler) {
            return listen(ADDRESS, 1, SocketSettings.none(), handler);
        }

        @Override
        public DatagramTransport openDatagrams(ProtocolFamily family, DatagramHandler handler) {
            throw new UnsupportedOperationException("a scripted backend has no datagrams; use a SimulatedNetwork");
        }

        @Override
        public DatagramTransport adoptDatagrams(SelectableChannel channel, DatagramHandler handler) {
            throw new UnsupportedOperationException("a scripted backend has no datagrams; use a SimulatedNetwork");
        }

        @Override
        public void close() {}
    }
}
