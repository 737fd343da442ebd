package io.jevent.tests.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.backend.AcceptedSocket;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.EventBaseGroup;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventBaseGroupEdgeTest {
    private static final EventBaseConfig CONFIG = EventBaseConfig.builder().build();

    /** stop() holds the lock while it joins; a loop that calls stop() waits for that lock for ever. */
    @Test
    void aLoopThatAlsoStopsTheGroupIsRefusedAndDoesNotHang() throws InterruptedException {
        EventBaseGroup group = EventBaseGroup.create(1, CONFIG);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        CountDownLatch began = new CountDownLatch(1);
        group.start();
        Thread stopper = new Thread(() -> {
            try {
                began.await();
            } catch (InterruptedException e) {
                return;
            }
            group.stop(Duration.ofSeconds(1));
        });
        stopper.setDaemon(true);
        stopper.start();
        group.next().execute(() -> {
            began.countDown();
            try {
                Thread.sleep(300);
                group.stop(Duration.ZERO);
            } catch (InterruptedException | IllegalStateException e) {
                thrown.set(e);
            }
        });
        stopper.join(5000);
        assertThat(stopper.isAlive()).as("stop() hangs").isFalse();
        assertThat(thrown.get()).isInstanceOf(IllegalStateException.class);
    }

    /** Between the end of one loop and the close of its base, what is handed over is dropped with its socket open. */
    @Test
    void whatIsHandedOverWhileTheGroupStopsIsServedOrClosed() throws Exception {
        List<Thread> threads = new ArrayList<>();
        EventBaseGroup group = EventBaseGroup.create(2, CONFIG, task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            threads.add(thread);
            return thread;
        });
        Event.once(group.bases().get(1), Duration.ofMillis(1500), (it, triggers) -> {});
        group.start();
        Thread stopper = new Thread(() -> group.stop(Duration.ofSeconds(5)));
        stopper.start();
        threads.get(0).join();
        List<String> log = new ArrayList<>();
        try (EventBase base = EventBase.create();
                Socket client = new Socket()) {
            ConnectionListener listener = ConnectionListener.bind(
                    base, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (self, socket) -> {
                        log.add("taken " + handOver(group, socket));
                        base.exit();
                    });
            client.connect(listener.localAddress());
            base.dispatch();
            stopper.join();
            client.setSoTimeout(1000);
            String seen;
            try {
                seen = "read " + client.getInputStream().read();
            } catch (SocketTimeoutException e) {
                seen = "still open";
            }
            assertThat(seen).as(log.toString()).isEqualTo("read -1");
        }
    }

    private static boolean handOver(EventBaseGroup group, AcceptedSocket socket) {
        return group.handOver(socket, (base, its) -> {
            throw new IllegalStateException("never called");
        });
    }

    @Test
    void aLoopThatAnErrorEndedDidNotEndForWantOfWork() throws InterruptedException, IOException {
        CountDownLatch died = new CountDownLatch(1);
        EventBaseGroup group = EventBaseGroup.create(1, CONFIG, task -> {
            Thread thread = new Thread(task);
            thread.setUncaughtExceptionHandler((self, error) -> died.countDown());
            return thread;
        });
        Event.once(group.bases().get(0), Duration.ofDays(1), (it, triggers) -> {});
        group.start();
        group.next().execute(() -> {
            throw new AssertionError("boom");
        });
        assertThat(died.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(group.stop(Duration.ofSeconds(1))).isFalse();
    }

    @Test
    void aLoopThatWasBrokenDidNotEndForWantOfWork() throws InterruptedException {
        EventBaseGroup group = EventBaseGroup.create(1, CONFIG);
        EventBase base = group.bases().get(0);
        Event.once(base, Duration.ofDays(1), (it, triggers) -> {});
        group.start();
        base.execute(base::breakLoop);
        Thread.sleep(200);
        assertThat(group.stop(Duration.ofMillis(200))).isFalse();
    }
}
