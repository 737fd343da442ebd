package io.jevent.tests.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.backend.Direction;
import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.EventCount;
import io.jevent.event.LoopOption;
import io.jevent.event.UdpSocket;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.Faults;
import io.jevent.testkit.PropertyRunner;
import io.jevent.testkit.SimulatedNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A program that listens, connects, writes, drains, stops, closes and sets timers at random, and checks after every turn that
 * bytes arrive in order, unchanged and once, that no direction ends twice, that nothing is called after it was closed, that no
 * timer is early, and in the end that everything sent has arrived unless something broke, and that nothing is left.
 */
final class RandomNetworkProgram implements PropertyRunner.Subject {
    private static final int MAX_CONNECTIONS = 4;
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(10);

    private final SimulatedNetwork network;
    private final EventBase base;
    private final ConnectionListener listener;
    private final List<String> story = new ArrayList<>();
    private final List<Throwable> thrown = new ArrayList<>();
    private final List<End> ends = new ArrayList<>();
    private final List<Event> timers = new ArrayList<>();
    private final UdpSocket[] datagramSockets = new UdpSocket[2];
    private int connectionCount;

    RandomNetworkProgram(long seed, Faults faults) {
        network = new SimulatedNetwork(seed, faults);
        base = network.newBase(EventBaseConfig.builder().errorHandler((source, error) -> thrown.add(error)));
        try {
            listener = ConnectionListener.bind(
                    base,
                    network.address(80),
                    (self, socket) -> accepted(socket.remoteAddress(), SocketBufferEvent.create(base, socket)));
            for (int i = 0; i < 2; i++) {
                datagramSockets[i] = UdpSocket.bind(
                        base, network.address(7 + i), (self, datagram, from) -> checkDatagram(datagram.removeAll()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A datagram of n bytes is n times the same byte, which tells n; so it arrives whole or is noticed. */
    private static void checkDatagram(byte[] bytes) {
        for (byte b : bytes) {
            assertThat(b).as("bytes of a datagram of %s", bytes.length).isEqualTo((byte) bytes.length);
        }
    }

    private void sendDatagram(SplittableRandom random) {
        int from = random.nextInt(2);
        byte[] bytes = new byte[random.nextInt(2000)];
        Arrays.fill(bytes, (byte) bytes.length);
        story.add("datagram of " + bytes.length);
        try (EvBuffer datagram = base.newBuffer()) {
            datagram.add(bytes);
            datagramSockets[from].send(datagram, network.address(8 - from));
        }
    }

    /** What one byte of a stream must be, wherever it is cut. */
    private static byte expected(SocketAddress stream, boolean fromNear, long index) {
        long mixed = (stream.hashCode() * 31L + (fromNear ? 7 : 11) + index) * 0x9E3779B97F4A7C15L;
        return (byte) (mixed >>> 56);
    }

    /** One end of a connection, and what must be true of it. */
    private static final class End {
        private final SocketBufferEvent connection;
        private final boolean near;
        private final Map<Direction, Integer> endings = new EnumMap<>(Direction.class);

        /** Names the connection: the address of its near end; null until it is connected. */
        private SocketAddress stream;

        private long sent;
        private long received;
        private boolean closed;

        /** Something went wrong, or this end was closed before it had taken everything. */
        private boolean broken;

        private boolean connected;
        private boolean outputEnded;

        End(SocketBufferEvent connection, boolean near, SocketAddress stream) {
            this.connection = connection;
            this.near = near;
            this.stream = stream;
            connection.onRead(self -> {
                mustBeOpen("read");
                take(Long.MAX_VALUE);
            });
            connection.onWrite(self -> mustBeOpen("write"));
            connection.onCondition((self, condition) -> onCondition(condition));
            connection.enableReading();
        }

        private void mustBeOpen(String what) {
            assertThat(closed).as("%s callback after close of %s", what, this).isFalse();
        }

        private void onCondition(Condition condition) {
            mustBeOpen("condition");
            switch (condition) {
                case Condition.Connected _ -> {
                    assertThat(connected).as("connected twice").isFalse();
                    connected = true;
                    stream = connection.localAddress().orElseThrow();
                }
                case Condition.Eof eof -> ended(eof.direction());
                case Condition.TimedOut _ -> {}
                case Condition.Failed failed -> {
                    broken = true;
                    ended(failed.direction());
                }
            }
        }

        private void ended(Direction direction) {
            int count = endings.merge(direction, 1, Integer::sum);
            assertThat(count).as("endings of %s of %s", direction, this).isEqualTo(1);
        }

        private void take(long maxBytes) {
            byte[] bytes = new byte[(int) Math.min(maxBytes, connection.input().length())];
            connection.input().remove(bytes, 0, bytes.length);
            for (byte b : bytes) {
                if (b != expected(stream, !near, received)) {
                    throw new AssertionError("byte " + received + " of " + this + " is wrong");
                }
                received++;
            }
        }

        /** Only once it is known which connection it is, because the bytes depend on it. */
        private void write(int count) {
            if (closed || broken || outputEnded || stream == null) {
                return;
            }
            byte[] bytes = new byte[count];
            for (int i = 0; i < count; i++) {
                bytes[i] = expected(stream, near, sent + i);
            }
            sent += count;
            connection.output().add(bytes);
        }

        private void close(boolean afterFlush) {
            if (closed) {
                return;
            }
            closed = true;
            broken = true;
            if (afterFlush) {
                connection.closeAfterFlush(Duration.ofSeconds(5));
            } else {
                connection.close();
            }
        }

        @Override
        public String toString() {
            return (near ? "near end of " : "far end of ") + stream;
        }
    }

    private void accepted(SocketAddress stream, SocketBufferEvent connection) {
        ends.add(new End(connection, false, stream));
    }

    @Override
    public void step(SplittableRandom random) {
        switch (random.nextInt(15)) {
            case 0, 1 -> connect();
            case 2, 3, 4 -> onEnd(random, "write", end -> end.write(1 + random.nextInt(3000)));
            case 5 ->
                onEnd(random, "end output", end -> {
                    if (!end.closed && end.stream != null) {
                        end.outputEnded = true;
                        end.connection.shutdownOutput();
                    }
                });
            case 6 -> onEnd(random, "close", end -> end.close(random.nextBoolean()));
            case 7 -> onEnd(random, "reading off", end -> whileOpen(end, end.connection::disableReading));
            case 8 -> onEnd(random, "reading on", end -> whileOpen(end, end.connection::enableReading));
            case 9 ->
                onEnd(
                        random,
                        "high mark",
                        end -> whileOpen(
                                end, () -> end.connection.inputWatermark(new Watermark(0, 1 + random.nextInt(500)))));
            case 10 ->
                onEnd(
                        random,
                        "timeouts",
                        end -> whileOpen(
                                end,
                                () -> end.connection.timeouts(
                                        Duration.ofMillis(random.nextInt(50)), Duration.ofMillis(random.nextInt(50)))));
            case 11 -> addTimer(Duration.ofNanos(random.nextLong(20_000_000)));
            case 12 -> removeTimer(random);
            case 13 -> sendDatagram(random);
            default -> runFor(Duration.ofMillis(random.nextInt(100)));
        }
        base.loop(LoopOption.NONBLOCK);
        check();
    }

    private static void whileOpen(End end, Runnable action) {
        if (!end.closed) {
            action.run();
        }
    }

    private void connect() {
        if (connectionCount < MAX_CONNECTIONS) {
            connectionCount++;
            story.add("connect");
            SocketBufferEvent client = SocketBufferEvent.create(base);
            ends.add(new End(client, true, null));
            client.timeouts(Duration.ZERO, Duration.ofSeconds(30));
            client.connect(network.address(80));
        }
    }

    private interface Action {
        void on(End end);
    }

    private void onEnd(SplittableRandom random, String what, Action action) {
        if (!ends.isEmpty()) {
            End end = ends.get(random.nextInt(ends.size()));
            story.add(what + " " + end);
            action.on(end);
        }
    }

    private void addTimer(Duration delay) {
        story.add("timer " + delay);
        long due = base.nanoTime() + delay.toNanos();
        Event timer = Event.timer(
                base,
                (self, triggers) -> assertThat(network.clock().nanoTime() - due)
                        .as("nanoseconds late")
                        .isNotNegative());
        timers.add(timer);
        timer.add(delay);
    }

    private void removeTimer(SplittableRandom random) {
        if (!timers.isEmpty()) {
            timers.remove(random.nextInt(timers.size())).close();
        }
    }

    private void runFor(Duration span) {
        story.add("run " + span);
        base.exit(span);
        base.dispatch();
    }

    private void check() {
        if (!thrown.isEmpty()) {
            AssertionError error = new AssertionError("a callback threw: " + thrown.getFirst());
            error.initCause(thrown.getFirst());
            throw error;
        }
    }

    /** Reads everything that is under way; then all has arrived that nothing kept from it. */
    @Override
    public void finish() {
        for (End end : ends) {
            whileOpen(end, () -> {
                end.connection.timeouts(Duration.ZERO, Duration.ZERO);
                end.connection.inputWatermark(Watermark.DEFAULT_INPUT);
                end.connection.enableReading();
                end.connection.enableWriting();
                end.take(Long.MAX_VALUE);
            });
        }
        runFor(LONG_ENOUGH);
        check();
        for (End end : ends) {
            End other = otherEnd(end);
            if (other != null && !end.broken && !other.broken) {
                assertThat(end.received).as("bytes received by %s", end).isEqualTo(other.sent);
            } else if (other != null) {
                assertThat(end.received).as("bytes received by %s", end).isLessThanOrEqualTo(other.sent);
            }
        }
        ends.forEach(end -> end.close(false));
        timers.forEach(Event::close);
        listener.close();
        for (UdpSocket socket : datagramSockets) {
            socket.close();
        }
        runFor(LONG_ENOUGH);
        check();
        for (EventCount kind : EventCount.values()) {
            assertThat(base.eventCount(kind)).as("%s left over", kind).isZero();
        }
        assertThat(base.bufferBytesInUse()).as("bytes of buffers left over").isZero();
        assertThat(network.openCount()).as("descriptors left over").isZero();
    }

    private End otherEnd(End end) {
        return ends.stream()
                .filter(other -> other != end && other.stream != null && other.stream.equals(end.stream))
                .findFirst()
                .orElse(null);
    }

    long fingerprint() {
        return network.fingerprint();
    }

    @Override
    public String story() {
        return String.join("\n  ", story) + "\nnetwork:\n  " + String.join("\n  ", network.trace());
    }

    @Override
    public void close() {
        base.close();
    }
}
