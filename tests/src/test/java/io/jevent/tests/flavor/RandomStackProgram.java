package io.jevent.tests.flavor;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.backend.Direction;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.FlushMode;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.RateLimitGroup;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.bufferevent.TokenBucketConfig;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.EventCount;
import io.jevent.event.LoopOption;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.Faults;
import io.jevent.testkit.PropertyRunner;
import io.jevent.testkit.SimulatedNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * A program that makes stacks of filters and TLS on pairs and on simulated sockets, and writes, drains, stops, limits, flushes and
 * closes at random. After every turn it checks that bytes arrive in order, unchanged and once, that no direction ends twice and
 * nothing is called after it was closed; in the end that all has arrived unless something broke, and that nothing is left.
 */
final class RandomStackProgram implements PropertyRunner.Subject {
    private static final int MAX_LINKS = 3;
    private static final Duration LONG_ENOUGH = Duration.ofHours(10);
    private static final List<Layer> LAYERS = List.of(
            filter(XorFilter::new), filter(DoublingFilter::new), filter(() -> new BufferFilter() {}), new TlsLayer());

    private final SimulatedNetwork network;
    private final EventBase base;
    private final RateLimitGroup group;
    private final List<String> story = new ArrayList<>();
    private final List<Throwable> thrown = new ArrayList<>();
    private final List<End> ends = new ArrayList<>();
    private final List<ConnectionListener> listeners = new ArrayList<>();
    private final boolean losesConnections;
    private int linkCount;

    RandomStackProgram(long seed, Faults faults, boolean losesConnections) {
        this.losesConnections = losesConnections;
        network = new SimulatedNetwork(seed, faults);
        base = network.newBase(EventBaseConfig.builder().errorHandler((_, error) -> thrown.add(error)));
        group = RateLimitGroup.create(base, new TokenBucketConfig(2_000, 4_000, 2_000, 4_000, Duration.ofMillis(10)));
    }

    /** Puts one end of something on one end of what is below. */
    private interface Layer {
        BufferEvent put(BufferEvent below, boolean near, BufferEventOption... options);
    }

    private static Layer filter(Supplier<BufferFilter> maker) {
        return (below, near, options) -> FilterBufferEvent.create(below, maker.get(), options);
    }

    /** The end that connects is the client. */
    private static final class TlsLayer implements Layer {
        @Override
        public BufferEvent put(BufferEvent below, boolean near, BufferEventOption... options) {
            return near
                    ? TlsBufferEvent.client(below, TlsCase.CLIENT, TlsCase.HOST, 443, options)
                    : TlsBufferEvent.server(below, TlsCase.SERVER, options);
        }

        @Override
        public String toString() {
            return "TLS";
        }
    }

    private static byte expected(int link, boolean fromNear, long index) {
        long mixed = (link * 31L + (fromNear ? 7 : 11) + index) * 0x9E3779B97F4A7C15L;
        return (byte) (mixed >>> 56);
    }

    /** One end of a link, and what must be true of it. */
    private static final class End {
        private final BufferEvent top;
        private final int link;
        private final boolean near;
        private final Map<Direction, Integer> endings = new EnumMap<>(Direction.class);
        private long sent;
        private long received;
        private boolean closed;
        private boolean broken;
        private Condition failure;
        private boolean outputEnded;
        private int connectedCount;

        End(BufferEvent top, int link, boolean near) {
            this.top = top;
            this.link = link;
            this.near = near;
            top.onRead(_ -> {
                mustBeOpen("read");
                take();
            });
            top.onWrite(_ -> mustBeOpen("write"));
            top.onWritable(_ -> mustBeOpen("writable"));
            top.onCondition((_, condition) -> onCondition(condition));
            top.enableReading();
        }

        private void mustBeOpen(String what) {
            assertThat(closed).as("%s callback after close of %s", what, this).isFalse();
        }

        private void onCondition(Condition condition) {
            mustBeOpen("condition");
            switch (condition) {
                case Condition.Connected _ -> {
                    connectedCount++;
                    assertThat(connectedCount).as("connected, of %s", this).isEqualTo(1);
                }
                case Condition.Eof eof -> ended(eof.direction());
                case Condition.TimedOut timedOut -> broken |= timedOut.direction() == Direction.CONNECTING;
                case Condition.Failed failed -> {
                    broken = true;
                    failure = failed;
                    ended(failed.direction());
                }
            }
        }

        private void ended(Direction direction) {
            int count = endings.merge(direction, 1, Integer::sum);
            assertThat(count).as("endings of %s of %s", direction, this).isEqualTo(1);
        }

        private void take() {
            byte[] bytes = new byte[(int) top.input().length()];
            top.input().remove(bytes, 0, bytes.length);
            for (byte b : bytes) {
                if (b != expected(link, !near, received)) {
                    throw new AssertionError("byte " + received + " of " + this + " is wrong");
                }
                received++;
            }
        }

        private void write(int count) {
            if (closed || broken || outputEnded) {
                return;
            }
            byte[] bytes = new byte[count];
            for (int i = 0; i < count; i++) {
                bytes[i] = expected(link, near, sent + i);
            }
            sent += count;
            top.write(bytes);
        }

        private void close(boolean afterFlush) {
            if (closed) {
                return;
            }
            closed = true;
            broken = true;
            if (afterFlush) {
                top.closeAfterFlush(Duration.ofSeconds(5));
            } else {
                top.close();
            }
        }

        @Override
        public String toString() {
            return (near ? "near" : "far") + " end of link " + link + " " + top;
        }
    }

    // ---- links ----

    private void makeLink(SplittableRandom random) {
        if (linkCount == MAX_LINKS) {
            return;
        }
        int link = linkCount++;
        List<Layer> layers = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            layers.add(LAYERS.get(random.nextInt(LAYERS.size())));
        }
        BufferEventOption[] options = random.nextBoolean()
                ? new BufferEventOption[0]
                : new BufferEventOption[] {BufferEventOption.DEFER_CALLBACKS};
        boolean pair = random.nextBoolean();
        story.add("link " + link + " of " + described(layers) + " on " + (pair ? "a pair" : "sockets"));
        if (pair) {
            PairBufferEvent one = PairBufferEvent.create(base, options);
            BufferEvent other = one.partner().orElseThrow();
            ends.add(new End(stack(one, /* near= */ true, layers, options), link, true));
            ends.add(new End(stack(other, /* near= */ false, layers), link, false));
        } else {
            connect(link, layers, options);
        }
    }

    private static String described(List<Layer> layers) {
        long tls = layers.stream().filter(TlsLayer.class::isInstance).count();
        return layers.size() + " layers, of which " + tls + " TLS,";
    }

    private void connect(int link, List<Layer> layers, BufferEventOption... options) {
        try {
            listeners.add(ConnectionListener.bind(
                    base,
                    network.address(80 + link),
                    (_, socket) -> ends.add(new End(
                            stack(SocketBufferEvent.create(base, socket), /* near= */ false, layers), link, false))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        SocketBufferEvent client = SocketBufferEvent.create(base, options);
        End near = new End(stack(client, /* near= */ true, layers, options), link, true);
        ends.add(near);
        near.top.timeouts(Duration.ZERO, Duration.ofSeconds(30));
        client.connect(network.address(80 + link));
    }

    private static BufferEvent stack(
            BufferEvent bottom, boolean near, List<Layer> layers, BufferEventOption... options) {
        BufferEvent top = bottom;
        for (Layer layer : layers) {
            BufferEventOption[] all = options.length == 0
                    ? new BufferEventOption[] {BufferEventOption.CLOSE_ON_FREE}
                    : new BufferEventOption[] {BufferEventOption.CLOSE_ON_FREE, BufferEventOption.DEFER_CALLBACKS};
            top = layer.put(top, near, all);
        }
        return top;
    }

    /** One of the layers of an end, for settings that may be made on any. */
    private static BufferEvent layer(End end, SplittableRandom random) {
        BufferEvent layer = end.top;
        while (below(layer).isPresent() && random.nextBoolean()) {
            layer = below(layer).orElseThrow();
        }
        return layer;
    }

    private static boolean isTlsIn(BufferEvent layer) {
        return layer instanceof TlsBufferEvent
                || below(layer).map(RandomStackProgram::isTlsIn).orElse(false);
    }

    private static Optional<BufferEvent> below(BufferEvent layer) {
        return switch (layer) {
            case FilterBufferEvent filter -> Optional.of(filter.underlying());
            case TlsBufferEvent tls -> Optional.of(tls.underlying());
            default -> Optional.empty();
        };
    }

    // ---- steps ----

    @Override
    public void step(SplittableRandom random) {
        int what = random.nextInt(16);
        if (what == 0) {
            makeLink(random);
        } else if (what >= 14) {
            runFor(Duration.ofMillis(random.nextInt(100)));
        } else if (!ends.isEmpty()) {
            End end = ends.get(random.nextInt(ends.size()));
            if (!end.closed && !(end.broken && what >= 9 && isTlsIn(end.top))) { // It has closed what is below it.
                act(end, what, random);
            }
        }
        base.loop(LoopOption.NONBLOCK);
        check();
    }

    private void act(End end, int what, SplittableRandom random) {
        BufferEvent top = end.top;
        story.add(what + " on " + end);
        switch (what) {
            case 1, 2, 3, 4 -> end.write(1 + random.nextInt(3000));
            case 5 -> {
                end.outputEnded = true;
                top.shutdownOutput();
            }
            case 6 -> {
                if (random.nextInt(4) == 0) {
                    end.close(random.nextBoolean());
                }
            }
            case 7 -> top.disableReading();
            case 8 -> top.enableReading();
            case 9 -> layer(end, random).inputWatermark(new Watermark(0, 1 + random.nextInt(500)));
            case 10 -> limit(layer(end, random), random);
            case 11 -> flush(end, random);
            case 12 ->
                layer(end, random).outputWatermark(new Watermark(random.nextInt(10), 10 + random.nextInt(5_000)));
            default -> {
                if (random.nextBoolean()) {
                    top.disableWriting();
                } else {
                    top.enableWriting();
                }
            }
        }
    }

    private void limit(BufferEvent layer, SplittableRandom random) {
        switch (random.nextInt(5)) {
            case 0 ->
                layer.rateLimits()
                        .limit(new TokenBucketConfig(500, 1_000, 700, 700, Duration.ofMillis(1 + random.nextInt(20))));
            case 1 -> layer.rateLimits().removeLimit();
            case 2 -> layer.rateLimits().join(group);
            case 3 -> layer.rateLimits().leave();
            default -> {
                layer.rateLimits().maxSingleRead(1 + random.nextInt(1_000));
                layer.rateLimits().maxSingleWrite(1 + random.nextInt(1_000));
            }
        }
    }

    private static void flush(End end, SplittableRandom random) {
        boolean writing = random.nextBoolean();
        FlushMode mode = FlushMode.values()[random.nextInt(3)];
        end.top.flush(writing ? Direction.WRITING : Direction.READING, mode);
        if (writing && mode == FlushMode.FINISHED && !(end.top instanceof SocketBufferEvent)) {
            end.outputEnded = true;
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

    // ---- the end ----

    @Override
    public void finish() {
        for (End end : ends) {
            if (!end.closed) {
                end.top.timeouts(Duration.ZERO, Duration.ZERO);
                end.top.inputWatermark(Watermark.DEFAULT_INPUT);
                end.top.enableReading();
                end.top.enableWriting();
                end.take();
            }
        }
        runFor(LONG_ENOUGH);
        check();
        for (End end : ends) {
            for (End other : ends) {
                if (other != end && other.link == end.link) {
                    checkReceived(end, other);
                }
            }
        }
        ends.forEach(end -> end.close(false));
        listeners.forEach(ConnectionListener::close);
        runFor(LONG_ENOUGH);
        check();
        assertThat(group.memberCount()).isZero();
        group.close();
        for (EventCount kind : EventCount.values()) {
            assertThat(base.eventCount(kind)).as("%s left over", kind).isZero();
        }
        assertThat(base.bufferBytesInUse()).as("bytes of buffers left over").isZero();
        assertThat(network.openCount()).as("descriptors left over").isZero();
    }

    private void checkReceived(End end, End other) {
        if (!losesConnections && !end.closed && !other.closed) {
            assertThat(end.failure).as("failure of %s", end).isNull();
        }
        if (end.broken || other.broken) {
            assertThat(end.received).as("bytes received by %s", end).isLessThanOrEqualTo(other.sent);
        } else {
            assertThat(end.received).as("bytes received by %s", end).isEqualTo(other.sent);
        }
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
