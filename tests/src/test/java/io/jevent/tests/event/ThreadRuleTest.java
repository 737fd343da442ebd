package io.jevent.tests.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.EvBuffer;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventCount;
import io.jevent.event.LoopWatcher;
import io.jevent.event.Trigger;
import io.jevent.event.UdpSocket;
import io.jevent.testkit.SimulatedNetwork;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What belongs to a loop is refused on other threads, and most of it when the base, or the thing itself, is closed. */
class ThreadRuleTest {
    private static final InetSocketAddress NOWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);

    private final SimulatedNetwork network = new SimulatedNetwork();
    private final EventBase base = network.newBase();

    /** What the operations are tried on. */
    private record Things(EventBase base, Event event, UdpSocket socket, LoopWatcher watcher) {}

    private Things things;

    @BeforeEach
    void open() throws IOException {
        UdpSocket socket = UdpSocket.bind(base, network.address(7), (self, datagram, from) -> {});
        Event event = Event.timer(base, (self, triggers) -> {});
        LoopWatcher watcher = LoopWatcher.check(base, self -> {});
        things = new Things(base, event, socket, watcher);
    }

    @AfterEach
    void close() {
        base.close();
    }

    @FunctionalInterface
    private interface Action {
        void apply(Things things) throws Exception;
    }

    /** Until when an operation is allowed. */
    enum Until {
        /** Always. */
        EVER,
        BASE_CLOSED,
        /** The event or socket is. */
        ITSELF_CLOSED
    }

    enum Operation {
        EXIT_LATER(Until.BASE_CLOSED, it -> it.base.exit(Duration.ofSeconds(1))),
        EXIT(Until.BASE_CLOSED, it -> it.base.exit()),
        BREAK(Until.BASE_CLOSED, it -> it.base.breakLoop()),
        CONTINUE(Until.BASE_CLOSED, it -> it.base.continueLoop()),
        GOT_EXIT(Until.EVER, it -> it.base.gotExit()),
        GOT_BREAK(Until.EVER, it -> it.base.gotBreak()),
        NANO_TIME(Until.EVER, it -> it.base.nanoTime()),
        NOW(Until.EVER, it -> it.base.now()),
        UPDATE_TIME(Until.BASE_CLOSED, it -> it.base.updateCachedTime()),
        COMMON_TIMEOUT(Until.BASE_CLOSED, it -> it.base.commonTimeout(Duration.ofSeconds(1))),
        COUNT(Until.EVER, it -> it.base.eventCount(EventCount.ADDED)),
        HIGHEST_COUNT(Until.EVER, it -> it.base.highestEventCount(EventCount.ADDED)),
        CLEAR_COUNT(Until.EVER, it -> it.base.clearHighestEventCount(EventCount.ADDED)),
        VISIT(Until.EVER, it -> it.base.forEachEvent(event -> true)),
        EVENTS(Until.EVER, it -> it.base.events()),
        DUMP(Until.EVER, it -> it.base.dump()),
        ACTIVATE_SIGNAL(Until.BASE_CLOSED, it -> it.base.activateSignal("HUP")),
        RUNNING_EVENT(Until.EVER, it -> it.base.runningEvent()),
        BYTES_IN_USE(Until.EVER, it -> it.base.bufferBytesInUse()),
        NEW_TIMER(Until.BASE_CLOSED, it -> Event.timer(it.base, (self, triggers) -> {})),
        NEW_PREPARE(Until.BASE_CLOSED, it -> LoopWatcher.prepare(it.base, (self, timeoutNanos) -> {})),
        NEW_CHECK(Until.BASE_CLOSED, it -> LoopWatcher.check(it.base, self -> {})),
        CLOSE_WATCHER(Until.EVER, it -> it.watcher.close()),
        NEW_SOCKET(Until.BASE_CLOSED, it -> UdpSocket.bind(it.base, NOWHERE, (self, datagram, from) -> {})),
        ADD(Until.ITSELF_CLOSED, it -> it.event.add()),
        ADD_TIMEOUT(Until.ITSELF_CLOSED, it -> it.event.add(Duration.ofSeconds(1))),
        REMOVE(Until.EVER, it -> it.event.remove()),
        REMOVE_TIMEOUT(Until.ITSELF_CLOSED, it -> it.event.removeTimeout()),
        ACTIVATE_AS(Until.ITSELF_CLOSED, it -> it.event.activate(Set.of(Trigger.READ))),
        IS_PENDING(Until.EVER, it -> it.event.isPending()),
        PENDING_TRIGGERS(Until.EVER, it -> it.event.pendingTriggers()),
        IS_ACTIVE(Until.EVER, it -> it.event.isActive()),
        DEADLINE(Until.EVER, it -> it.event.deadlineNanos()),
        EXPIRES_AT(Until.EVER, it -> it.event.expiresAt()),
        INFO(Until.EVER, it -> it.event.info()),
        SET_PRIORITY(Until.ITSELF_CLOSED, it -> it.event.priority(0)),
        CLOSE_LAST_CALL(Until.ITSELF_CLOSED, it -> it.event.close(self -> {})),
        CONNECT(Until.ITSELF_CLOSED, it -> it.socket.connect(NOWHERE)),
        SEND(Until.ITSELF_CLOSED, it -> {
            try (EvBuffer datagram = EvBuffer.create()) {
                it.socket.send(datagram, NOWHERE);
            }
        }),
        PAUSE(Until.ITSELF_CLOSED, it -> it.socket.pause()),
        RESUME(Until.ITSELF_CLOSED, it -> it.socket.resume()),
        IS_PAUSED(Until.EVER, it -> it.socket.isPaused()),
        QUEUED(Until.EVER, it -> it.socket.queuedCount()),
        ON_DATAGRAM(Until.ITSELF_CLOSED, it -> it.socket.onDatagram((self, datagram, from) -> {})),
        ON_ERROR(Until.ITSELF_CLOSED, it -> it.socket.onError((self, direction, peer, cause) -> {})),
        ON_WRITABLE(Until.ITSELF_CLOSED, it -> it.socket.onWritable(self -> {})),
        CLOSE_SOCKET(Until.EVER, it -> it.socket.close());

        private final Until until;

        @SuppressWarnings("ImmutableEnumChecker") // the lambdas hold nothing
        private final Action action;

        Operation(Until until, Action action) {
            this.until = until;
            this.action = action;
        }
    }

    @ParameterizedTest
    @EnumSource
    void isRefusedOnAnotherThread(Operation operation) throws Exception {
        FutureTask<Void> task = new FutureTask<>(() -> {
            assertThatThrownBy(() -> operation.action.apply(things)).isInstanceOf(WrongThreadException.class);
            return null;
        });
        Thread.ofPlatform().start(task);
        task.get();
        operation.action.apply(things);
    }

    @ParameterizedTest
    @EnumSource
    void isAllowedOnAClosedBaseOnlyIfItOnlyAsksOrEnds(Operation operation) throws Exception {
        base.close();
        if (operation.until == Until.EVER) {
            operation.action.apply(things);
        } else {
            assertThatThrownBy(() -> operation.action.apply(things))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this event base is closed");
        }
    }

    @ParameterizedTest
    @EnumSource
    void isAllowedOnAClosedEventOrSocketOnlyIfItOnlyAsksOrEnds(Operation operation) throws Exception {
        things.event.close();
        things.socket.close();
        things.watcher.close();
        if (operation.until == Until.ITSELF_CLOSED) {
            assertThatThrownBy(() -> operation.action.apply(things))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageMatching("this (event|UDP socket) is closed");
        } else {
            operation.action.apply(things);
        }
        assertThat(base.isInLoop()).isTrue();
    }
}
