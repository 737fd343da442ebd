package io.jevent.tests.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.LoopOption;
import io.jevent.event.LoopResult;
import io.jevent.event.LoopWatcher;
import io.jevent.event.SocketAddresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 5, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventEdgeTest {
    @Test
    void removeWithdrawsAnActivationFromAnotherThread() throws InterruptedException {
        EventBase base = EventBase.create();
        List<String> log = new ArrayList<>();
        Event event = Event.user(base, (it, triggers) -> log.add("called " + triggers));
        Thread other = new Thread(event::activate);
        other.start();
        other.join();
        event.remove();
        base.loop(LoopOption.NONBLOCK);
        base.close();
        assertThat(log).isEmpty();
    }

    @Test
    void removeWithdrawsASignal() throws InterruptedException {
        EventBase base = EventBase.create();
        List<String> log = new ArrayList<>();
        Event event = Event.signal(base, "USR2", (it, triggers) -> log.add("called " + triggers));
        event.add();
        ProcessHandle self = ProcessHandle.current();
        try {
            new ProcessBuilder("kill", "-USR2", "" + self.pid()).start().waitFor();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        Thread.sleep(300);
        event.remove();
        base.loop(LoopOption.NONBLOCK);
        base.close();
        assertThat(log).isEmpty();
    }

    @Test
    void aPrepareWatcherThatRemovesTheLastEventEndsTheLoop() {
        EventBase base = EventBase.create();
        Event event = Event.timer(base, (it, triggers) -> {});
        event.add(Duration.ofDays(1));
        LoopWatcher.prepare(base, (watcher, timeout) -> event.close());
        assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
        base.close();
    }

    @Test
    void aPrepareWatcherMayBreakTheLoop() {
        EventBase base = EventBase.create();
        LoopWatcher.prepare(base, (watcher, timeout) -> base.breakLoop());
        assertThat(base.loop(LoopOption.NO_EXIT_ON_EMPTY)).isEqualTo(LoopResult.BREAK);
        base.close();
    }

    @Test
    void aFinalizerMayCloseAnotherEventWithAFinalizerWhileTheBaseCloses() {
        List<String> log = new ArrayList<>();
        EventBase base = EventBase.create(EventBaseConfig.builder()
                .errorHandler((source, e) -> log.add(e.toString()))
                .build());
        Event never = Event.user(base, (it, triggers) -> {});
        Event closed = Event.user(base, (it, triggers) -> {});
        closed.close(it -> never.close(other -> log.add("second")));
        base.close();
        assertThat(log).containsExactly("second");
    }

    @Test
    void visitingSeesEachEventOnceThoughItRearmsItself() {
        EventBase base = EventBase.create();
        Event one = Event.timer(base, (it, triggers) -> {});
        Event two = Event.timer(base, (it, triggers) -> {});
        one.add(Duration.ofDays(1));
        two.add(Duration.ofDays(1));
        int[] count = {0};
        base.forEachEvent(event -> {
            event.remove();
            event.add(Duration.ofDays(1));
            return ++count[0] < 100;
        });
        base.close();
        assertThat(count[0]).isEqualTo(2);
    }

    @Test
    void busyPollingIsNoSlowCallback() {
        List<String> warnings = new CopyOnWriteArrayList<>();
        Handler handler = handler(warnings, false);
        Logger logger = Logger.getLogger("io.jevent.health");
        logger.addHandler(handler);
        EventBase base = EventBase.create(EventBaseConfig.builder()
                .slowCallbackThreshold(Duration.ofMillis(40))
                .build());
        Event event = Event.timer(base, (it, triggers) -> {});
        event.add(Duration.ofDays(1));
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1000);
        while (System.nanoTime() - end < 0) {
            base.loop(LoopOption.NONBLOCK);
        }
        base.close();
        logger.removeHandler(handler);
        assertThat(warnings).isEmpty();
    }

    @Test
    void aLogHandlerThatThrowsDoesNotEndTheWatch() throws InterruptedException {
        List<String> warnings = new CopyOnWriteArrayList<>();
        Handler handler = handler(warnings, true);
        Logger logger = Logger.getLogger("io.jevent.health");
        logger.addHandler(handler);
        EventBase base = EventBase.create(EventBaseConfig.builder()
                .slowCallbackThreshold(Duration.ofMillis(40))
                .build());
        for (int i = 0; i < 2; i++) {
            Event.once(base, Duration.ofMillis(1), (it, triggers) -> sleep(300));
            base.dispatch();
            Thread.sleep(50);
        }
        base.close();
        logger.removeHandler(handler);
        assertThat(warnings).hasSize(2);
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Handler handler(List<String> warnings, boolean throwsFirst) {
        return new Handler() {
            @Override
            public void publish(LogRecord record) {
                warnings.add("" + record.getThrown());
                if (throwsFirst && warnings.size() == 1) {
                    throw new IllegalStateException("disk full");
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }

    @Test
    void addressesAreWrittenAsDocumented() throws java.net.UnknownHostException {
        assertThat(SocketAddresses.format(new InetSocketAddress(InetAddress.getByName("::1"), 80)))
                .isEqualTo("[::1]:80");
    }

    @Test
    void addressesAreStrict() {
        List<String> taken = new ArrayList<>();
        for (String text : List.of(
                "::ffff:010.2.3.4",
                "::1.2.3",
                "::ffff:1.2",
                "::1%",
                "fe80::1%",
                "::00001",
                "1::2::3",
                ":::",
                ":1",
                "::1%99999",
                "::ffff:0x1.2.3.4",
                "::1/64",
                "%lo",
                "::%")) {
            try {
                taken.add(text + " -> " + SocketAddresses.parseAddress(text));
            } catch (IllegalArgumentException e) {
                // as promised
            }
        }
        assertThat(taken).isEmpty();
    }
}
