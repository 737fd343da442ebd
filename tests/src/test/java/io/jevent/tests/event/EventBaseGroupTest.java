package io.jevent.tests.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.AcceptedSocket;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.EventBaseGroup;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several bases that run as one. */
@Timeout(60)
class EventBaseGroupTest {
    private static final EventBaseConfig CONFIG = EventBaseConfig.builder().build();

    /** Of groups made with {@link #threadOf}. */
    private final List<Thread> threads = new ArrayList<>();

    private final ConcurrentLinkedQueue<Throwable> uncaught = new ConcurrentLinkedQueue<>();

    private Thread threadOf(Runnable task) {
        Thread thread = new Thread(task);
        thread.setUncaughtExceptionHandler((self, error) -> uncaught.add(error));
        threads.add(thread);
        return thread;
    }

    @Test
    void eachBaseRunsOnAThreadOfItsOwnUntilTheGroupStops() throws InterruptedException {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        EventBaseGroup group = EventBaseGroup.create(3, CONFIG);
        group.start();
        CountDownLatch done = new CountDownLatch(6);
        for (int i = 0; i < 6; i++) {
            group.next().execute(() -> {
                threads.add(Thread.currentThread());
                done.countDown();
            });
        }
        done.await();
        assertThat(threads).hasSize(3).allMatch(thread -> thread.getName().startsWith("jevent-"));
        assertThat(group.stop(Duration.ofSeconds(10)))
                .as("there was nothing to wait for")
                .isTrue();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThatThrownBy(() -> group.next().execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThat(group.stop(Duration.ZERO)).isTrue();
        assertThatThrownBy(group::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void beforeTheStartTheBasesAreTheMakers() throws InterruptedException {
        CountDownLatch fired = new CountDownLatch(2);
        try (EventBaseGroup group = EventBaseGroup.create(2, CONFIG)) {
            for (EventBase base : group.bases()) {
                Event.once(base, Duration.ofMillis(1), (event, triggers) -> fired.countDown());
            }
            group.start();
            fired.await();
            assertThatThrownBy(group.next()::nanoTime).isInstanceOf(WrongThreadException.class);
        }
    }

    @Test
    void theNextBaseComesInTurn() {
        try (EventBaseGroup group = EventBaseGroup.create(2, CONFIG)) {
            List<EventBase> bases = group.bases();
            assertThat(List.of(group.next(), group.next(), group.next()))
                    .containsExactly(bases.get(0), bases.get(1), bases.get(0));
        }
    }

    @Test
    void workUnderWayMayGoOnForTheGraceAndNoLonger() throws InterruptedException {
        CountDownLatch worked = new CountDownLatch(1);
        EventBaseGroup group = EventBaseGroup.create(1, CONFIG);
        Event.once(group.next(), Duration.ofMillis(50), (event, triggers) -> worked.countDown());
        group.start();
        assertThat(group.stop(Duration.ofSeconds(30))).isTrue();
        assertThat(worked.getCount()).isZero();

        EventBaseGroup stuck = EventBaseGroup.create(1, CONFIG);
        Event.once(stuck.next(), Duration.ofDays(1), (event, triggers) -> {});
        stuck.start();
        assertThat(stuck.stop(Duration.ofMillis(20))).as("something was left").isFalse();
    }

    @Test
    void aThreadOfTheGroupCannotWaitForItselfNotEvenWhileAnotherDoes() throws InterruptedException {
        EventBaseGroup group = EventBaseGroup.create(1, CONFIG);
        Thread stopper = Thread.ofPlatform().daemon().unstarted(() -> group.stop(Duration.ofDays(1)));
        ConcurrentLinkedQueue<Throwable> thrown = new ConcurrentLinkedQueue<>();
        CountDownLatch refused = new CountDownLatch(1);
        group.start();
        group.next().execute(() -> {
            stopper.start();
            spinUntilItWaits(stopper); // For this very thread.
            try {
                group.stop(Duration.ZERO);
            } catch (IllegalStateException e) {
                thrown.add(e);
            }
            refused.countDown();
        });
        refused.await();
        stopper.join();
        assertThat(thrown).singleElement().satisfies(it -> assertThat(it).hasMessageContaining("itself"));
    }

    @Test
    void aLoopThatAnErrorEndedDidNotEndForWantOfWork() throws InterruptedException {
        EventBaseGroup group = EventBaseGroup.create(1, CONFIG, this::threadOf);
        group.start();
        group.next().execute(() -> {
            throw new AssertionError("on purpose");
        });
        threads.getFirst().join();
        assertThat(uncaught).hasSize(1);
        assertThat(group.stop(Duration.ofDays(1))).isFalse();
    }

    @Test
    void aLoopThatWasBrokenDidNotEndForWantOfWork() throws InterruptedException {
        EventBaseGroup group = EventBaseGroup.create(1, CONFIG, this::threadOf);
        EventBase base = group.next();
        group.start();
        base.execute(base::breakLoop);
        threads.getFirst().join();
        assertThat(group.stop(Duration.ofDays(1))).isFalse();
    }

    @Test
    void anErrorInOneLoopEndsThemAll() throws InterruptedException {
        EventBaseGroup group = EventBaseGroup.create(2, CONFIG, this::threadOf);
        group.start();
        group.next().execute(() -> {
            throw new AssertionError("on purpose");
        });
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(uncaught).singleElement().satisfies(it -> assertThat(it).hasMessage("on purpose"));
        group.close();
    }

    @Test
    void aGroupNeedsABase() {
        assertThatThrownBy(() -> EventBaseGroup.create(0, CONFIG)).hasMessage("need baseCount >= 1, got 0");
    }

    @Test
    @Tag("socket")
    void connectionsAreHandedOverAndServedByAllBases() throws IOException {
        Set<Thread> serving = ConcurrentHashMap.newKeySet();
        try (EventBase base = EventBase.create();
                EventBaseGroup group = EventBaseGroup.create(2, CONFIG)) {
            group.start();
            ConnectionListener listener = ConnectionListener.bind(
                    base,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    (self, socket) -> group.handOver(socket, (its, accepted) -> {
                        SocketBufferEvent connection = SocketBufferEvent.create(its, accepted);
                        serving.add(Thread.currentThread());
                        connection.onRead(buffer -> buffer.write(buffer.input()));
                        connection.enableReading();
                    }));
            Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < 4; i++) {
                        echoOnce((InetSocketAddress) listener.localAddress());
                    }
                } finally {
                    base.execute(base::exit);
                }
            });
            base.dispatch();
        }
        assertThat(serving).hasSize(2);
    }

    private static void echoOnce(InetSocketAddress address) {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(42);
            assertThat(socket.getInputStream().read()).isEqualTo(42);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Tag("socket")
    void aConnectionThatNobodyTakesIsClosed() throws IOException, InterruptedException {
        ConcurrentLinkedQueue<AcceptedSocket> accepted = new ConcurrentLinkedQueue<>();
        EventBaseGroup stopped = EventBaseGroup.create(1, CONFIG);
        stopped.start();
        stopped.close();
        try (EventBase base = EventBase.create()) {
            ConnectionListener listener = ConnectionListener.bind(
                    base, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (self, socket) -> {
                        accepted.add(socket);
                        assertThat(stopped.handOver(socket, (its, given) -> {})).isFalse();
                        base.exit();
                    });
            try (Socket socket = new Socket(
                    InetAddress.getLoopbackAddress(), ((InetSocketAddress) listener.localAddress()).getPort())) {
                socket.setSoTimeout(20_000);
                base.dispatch();
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
        }
        assertThat(accepted).hasSize(1);
    }

    @Test
    @Tag("socket")
    void aConnectionThatIsHandedOverBetweenTheEndOfALoopAndTheCloseOfItsBaseIsClosed() throws Exception {
        EventBaseGroup group = EventBaseGroup.create(2, CONFIG, this::threadOf);
        CountDownLatch handedOver = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        group.start();
        group.bases().get(1).execute(() -> await(handedOver));
        Thread stopper = Thread.ofPlatform().start(() -> group.stop(Duration.ofDays(1)));
        // The first loop has ended; the second keeps the group from closing the bases.
        threads.getFirst().join();
        try (EventBase base = EventBase.create();
                Socket client = new Socket()) {
            ConnectionListener listener = ConnectionListener.bind(
                    base, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (self, socket) -> {
                        assertThat(group.handOver(socket, (its, accepted) -> taken.countDown()))
                                .isTrue();
                        base.exit();
                    });
            client.connect(listener.localAddress());
            base.dispatch();
            handedOver.countDown();
            stopper.join();
            client.setSoTimeout(20_000);
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(taken.getCount()).as("nobody took it").isEqualTo(1);
        }
    }

    private static void spinUntilItWaits(Thread thread) {
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TERMINATED) {
            Thread.onSpinWait();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Tag("socket")
    void aConnectionWhoseCallbackThrowsIsClosed() throws IOException {
        EventBaseConfig quiet =
                EventBaseConfig.builder().errorHandler((source, thrown) -> {}).build();
        try (EventBaseGroup group = EventBaseGroup.create(1, quiet);
                EventBase base = EventBase.create();
                Socket client = new Socket()) {
            group.start();
            ConnectionListener listener = ConnectionListener.bind(
                    base, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (self, socket) -> {
                        assertThat(group.handOver(socket, (its, accepted) -> {
                                    throw new IllegalStateException("on purpose");
                                }))
                                .isTrue();
                        base.exit();
                    });
            client.connect(listener.localAddress());
            base.dispatch();
            client.setSoTimeout(20_000);
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void anInterruptOfWhoStopsItIsToldAfterwards() throws InterruptedException {
        EventBaseGroup group = EventBaseGroup.create(1, CONFIG, this::threadOf);
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        group.start();
        group.next().execute(() -> {
            busy.countDown();
            await(interrupted);
        });
        busy.await();
        List<Boolean> answers = new ArrayList<>();
        Thread stopper = Thread.ofPlatform().unstarted(() -> {
            Thread.currentThread().interrupt();
            group.stop(Duration.ZERO);
            answers.add(Thread.currentThread().isInterrupted());
        });
        stopper.start();
        spinUntilItWaits(stopper);
        interrupted.countDown();
        stopper.join();
        assertThat(answers).containsExactly(true);
        assertThat(threads.getFirst().isAlive()).isFalse();
        assertThat(group).hasToString("EventBaseGroup[1 bases]");
    }

    @Test
    void aThreadFactoryThatThrowsLeavesNoBaseOpen() {
        List<Runnable> tasks = new ArrayList<>();
        assertThatThrownBy(() -> EventBaseGroup.create(2, CONFIG, task -> {
                    tasks.add(task);
                    throw new IllegalStateException("no threads");
                }))
                .hasMessage("no threads");
        assertThatThrownBy(tasks.getFirst()::run).hasMessageContaining("closed");
    }
}
