package io.jevent.tests.socket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.backend.Direction;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.LoopOption;
import io.jevent.listener.ConnectionListener;
import io.jevent.tests.backend.BackendUnderTest;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections that hop between the loops of two threads while bytes flow both ways: none is lost, doubled or out of order. */
@Tag("socket")
@Timeout(120)
@SuppressWarnings("try") // what closes earlier is what is tested
class MoveSocketTest {
    private static final int BYTE_COUNT = 4_000_000;
    private static final int HOPS = 1_000;

    private final ConcurrentLinkedQueue<Throwable> thrown = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Condition> ends = new ConcurrentLinkedQueue<>();
    private final AtomicInteger hops = new AtomicInteger();

    /** When a connection moves on. */
    private enum Moment {
        /** In the read callback, with its bytes taken into the output. */
        AFTER_READING,
        /** In the read callback, with its bytes unread. */
        BEFORE_READING,
        /** In the write callback. */
        WHEN_WRITTEN,
        /** In a task, whatever is under way. */
        AT_ANY_TIME
    }

    private EventBase newBase(BackendUnderTest backend) {
        return EventBase.create(EventBaseConfig.builder()
                .backend(backend.name().toLowerCase(Locale.ROOT))
                .errorHandler((source, error) -> thrown.add(error))
                .build());
    }

    private final class Hopping implements AutoCloseable {
        private final List<EventBase> bases = new ArrayList<>();
        private final List<Thread> threads = new ArrayList<>();
        private final InetSocketAddress address;
        private final Moment moment;
        private final boolean isLimited;

        Hopping(BackendUnderTest backend, Moment moment, boolean isLimited)
                throws ExecutionException, InterruptedException {
            this.moment = moment;
            this.isLimited = isLimited;
            for (int i = 0; i < 2; i++) {
                EventBase base = newBase(backend);
                bases.add(base);
                threads.add(Thread.ofPlatform().start(() -> base.loop(LoopOption.NO_EXIT_ON_EMPTY)));
            }
            CompletableFuture<InetSocketAddress> bound = new CompletableFuture<>();
            bases.getFirst().execute(() -> {
                try {
                    bound.complete((InetSocketAddress) ConnectionListener.bind(
                                    bases.getFirst(),
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                    (self, socket) -> serve(SocketBufferEvent.create(self.base(), socket)))
                            .localAddress());
                } catch (IOException e) {
                    bound.completeExceptionally(e);
                }
            });
            address = bound.get();
        }

        private void serve(SocketBufferEvent bufferEvent) {
            bufferEvent.onRead(self -> {
                boolean moves = hops.get() < HOPS;
                if (moment == Moment.BEFORE_READING && moves && self.input().length() % 3 != 0) {
                    move(bufferEvent);
                    return;
                }
                self.output().addBuffer(self.input());
                if (moment == Moment.AFTER_READING && moves) {
                    move(bufferEvent);
                }
            });
            bufferEvent.onWrite(self -> {
                if (moment == Moment.WHEN_WRITTEN && hops.get() < HOPS) {
                    move(bufferEvent);
                }
            });
            bufferEvent.onCondition((self, condition) -> {
                ends.add(condition);
                if (condition instanceof Condition.Eof) {
                    self.output().addBuffer(self.input());
                    self.closeAfterFlush(Duration.ofSeconds(30));
                } else {
                    self.close();
                }
            });
            if (isLimited) {
                bufferEvent.inputWatermark(new Watermark(0, 10_000));
            }
            bufferEvent.enableReading();
            if (moment == Moment.AT_ANY_TIME && hops.get() < HOPS) {
                bufferEvent.base().execute(() -> move(bufferEvent));
            }
        }

        private void move(SocketBufferEvent bufferEvent) {
            if (!bufferEvent.isClosed()) {
                hops.incrementAndGet();
                EventBase other = bases.get(bufferEvent.base() == bases.get(0) ? 1 : 0);
                bufferEvent.moveTo(other, this::serve);
            }
        }

        /** Waits until both have all their memory back. */
        void awaitAllReturned() throws ExecutionException, InterruptedException {
            for (EventBase base : bases) {
                long left;
                do {
                    left = CompletableFuture.supplyAsync(base::bufferBytesInUse, base)
                            .get();
                } while (left > 0);
            }
        }

        @Override
        public void close() throws InterruptedException {
            for (EventBase base : bases) {
                base.execute(base::exit);
            }
            for (Thread thread : threads) {
                thread.join();
            }
            bases.forEach(EventBase::close);
        }
    }

    private void echoWhileHopping(BackendUnderTest backend, Moment moment, boolean isLimited)
            throws IOException, InterruptedException, ExecutionException {
        byte[] sent = new byte[BYTE_COUNT];
        new SplittableRandom(7).nextBytes(sent);
        try (Hopping server = new Hopping(backend, moment, isLimited);
                Socket client = new Socket(server.address.getAddress(), server.address.getPort())) {
            Thread writer = Thread.ofVirtual().start(() -> write(client, sent));
            byte[] echoed = new byte[BYTE_COUNT];
            new DataInputStream(client.getInputStream()).readFully(echoed);
            assertThat(Arrays.mismatch(sent, echoed))
                    .as("first byte that differs")
                    .isEqualTo(-1);
            writer.join();
            assertThat(client.getInputStream().read()).as("the end").isEqualTo(-1);
            client.close();
            server.awaitAllReturned();
        }
        assertThat(thrown).isEmpty();
        assertThat(ends).containsExactly(new Condition.Eof(Direction.READING));
        // How often there is something to read is the system's affair.
        assertThat(hops).hasValueGreaterThan(moment == Moment.AT_ANY_TIME ? 100 : 0);
    }

    private static void write(Socket client, byte[] bytes) {
        SplittableRandom random = new SplittableRandom(3);
        try {
            OutputStream out = client.getOutputStream();
            for (int done = 0; done < bytes.length; ) {
                int count = Math.min(bytes.length - done, 1 + random.nextInt(20_000));
                out.write(bytes, done, count);
                done += count;
            }
            client.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void movingAfterReading(BackendUnderTest backend) throws Exception {
        echoWhileHopping(backend, Moment.AFTER_READING, false);
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void movingWithBytesUnread(BackendUnderTest backend) throws Exception {
        echoWhileHopping(backend, Moment.BEFORE_READING, false);
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void movingWhenSomethingWasWritten(BackendUnderTest backend) throws Exception {
        echoWhileHopping(backend, Moment.WHEN_WRITTEN, false);
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void movingAtAnyTime(BackendUnderTest backend) throws Exception {
        echoWhileHopping(backend, Moment.AT_ANY_TIME, false);
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void movingAtAnyTimeWithAHighMark(BackendUnderTest backend) throws Exception {
        echoWhileHopping(backend, Moment.AT_ANY_TIME, true);
    }

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void aResetMeanwhileIsAFailureAndNoEnd(BackendUnderTest backend) throws Exception {
        for (int run = 0; run < 20; run++) {
            hops.set(0);
            ends.clear();
            try (Hopping server = new Hopping(backend, Moment.AT_ANY_TIME, run % 2 == 0)) {
                try (Socket client = new Socket(server.address.getAddress(), server.address.getPort())) {
                    client.setSoLinger(true, 0);
                    client.getOutputStream().write(new byte[run * 1_000 + 1]);
                    while (hops.get() < run * 10) {
                        Thread.onSpinWait();
                    }
                }
                while (ends.isEmpty() && thrown.isEmpty()) {
                    Thread.onSpinWait();
                }
                server.awaitAllReturned();
            }
            assertThat(thrown).isEmpty();
            assertThat(ends).hasSize(1).allMatch(Condition.Failed.class::isInstance);
        }
    }

    /** The peer says its last words and resets while our output is stuck; so the failed write is found before the words. */
    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void aFailureFoundBeforeTheLastBytesGoesAlongWithThem(BackendUnderTest backend) throws Exception {
        List<String> log = new ArrayList<>();
        try (EventBase here = newBase(backend);
                EventBase there = newBase(backend);
                ConnectionListener listener = ConnectionListener.bind(
                        here, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (self, accepted) -> {
                            SocketBufferEvent stuck = SocketBufferEvent.create(here, accepted);
                            stuck.onRead(it -> stuck.moveTo(there, moved -> {
                                log.add(moved.input().removeString(US_ASCII));
                                moved.disableWriting(); // A second write would fail, too.
                                moved.onCondition((_, condition) -> {
                                    log.add(condition.getClass().getSimpleName());
                                    there.exit();
                                });
                            }));
                            stuck.enableReading();
                            stuck.write(new byte[20_000_000]);
                            self.base().exit();
                        })) {
            try (Socket client = new Socket()) {
                client.connect(listener.localAddress());
                here.dispatch();
                here.loop(LoopOption.NONBLOCK);
                client.setSoLinger(true, 0);
                client.getOutputStream().write("last words".getBytes(US_ASCII));
            }
            listener.close();
            for (int turn = 0; turn < 10; turn++) {
                here.loop(LoopOption.NONBLOCK);
            }
            there.dispatch();
        }
        assertThat(log).containsExactly("last words", "Failed");
    }
}
