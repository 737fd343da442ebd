package io.jevent.tests.bufferevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Transport;
import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.LoopResult;
import io.jevent.testkit.ConnectAnswer;
import io.jevent.testkit.ScriptedBackend;
import io.jevent.testkit.ScriptedPeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The policy of buffer events: flow, marks, timeouts, order and end. Time and the peer are the script's. */
class BufferEventTest {
    private final ScriptedBackend script = new ScriptedBackend();
    private final EventBase base = script.newBase();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void nothingIsLeftOpen() {
        base.close();
        assertThat(script.openCount()).as("connections still open").isZero();
    }

    /** A connected buffer event that logs everything; its own connect is not in the log. */
    private SocketBufferEvent connected(BufferEventOption... options) {
        SocketBufferEvent bufferEvent = SocketBufferEvent.create(base, options);
        bufferEvent.connect(ScriptedBackend.ADDRESS);
        base.dispatch();
        logging(bufferEvent);
        return bufferEvent;
    }

    private void logging(SocketBufferEvent bufferEvent) {
        bufferEvent.onRead(b -> log.add("read " + b.input().length()));
        bufferEvent.onWrite(b -> log.add("write " + b.output().length()));
        bufferEvent.onCondition((_, condition) -> log.add(nameOf(condition)));
    }

    private static String nameOf(Condition condition) {
        return switch (condition) {
            case Condition.Connected _ -> "Connected";
            case Condition.Eof eof -> "Eof " + eof.direction();
            case Condition.TimedOut timedOut -> "TimedOut " + timedOut.direction();
            case Condition.Failed failed ->
                "Failed " + failed.direction() + ": " + failed.cause().getMessage();
        };
    }

    private ScriptedPeer peer() {
        return script.peer(script.peerCount() - 1);
    }

    private String inputOf(BufferEvent bufferEvent) {
        return new String(bufferEvent.input().removeAll(), UTF_8);
    }

    private void at(int millis, Runnable step) {
        script.after(Duration.ofMillis(millis), step);
    }

    @Nested
    class Reading {
        @Test
        void readingStartsOffAndWritingOn() {
            SocketBufferEvent bufferEvent = connected();
            assertThat(bufferEvent.isReadingEnabled()).isFalse();
            assertThat(bufferEvent.isWritingEnabled()).isTrue();
            peer().sends("unread");
            assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
            assertThat(peer().unreadBytes()).isEqualTo(6);
        }

        @Test
        void bytesCallBackOnceTheyReachTheLowMarkAndAreNotAnnouncedTwice() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.inputWatermark(new Watermark(5, Watermark.UNLIMITED));
            bufferEvent.enableReading();
            at(1, () -> peer().sends("abc"));
            at(2, () -> peer().sends("de"));
            at(3, () -> peer().sends("f"));
            at(4, () -> peer().ends());
            base.dispatch();
            assertThat(log).containsExactly("read 5", "read 6", "Eof READING");
            assertThat(inputOf(bufferEvent)).isEqualTo("abcdef");
        }

        @Test
        @Tag("parity") // regress_bufferevent.c: bufferevent
        void eightThousandBytesArriveWholeOnceTheLowMarkIsReached() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.inputWatermark(new Watermark(8333, Watermark.UNLIMITED));
            bufferEvent.enableReading();
            for (int i = 0; i < 8333; i += 641) {
                byte[] piece = new byte[641];
                at(i, () -> peer().sends(piece));
            }
            at(9000, () -> peer().ends());
            bufferEvent.write(new byte[8333]);
            base.dispatch();
            assertThat(log).containsExactly("write 0", "read 8333", "Eof READING");
            assertThat(peer().received()).hasSize(8333);
        }

        @Test
        void readingPausesAtTheHighMarkAndResumesOnceDrained() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.inputWatermark(new Watermark(4, 8));
            bufferEvent.enableReading();
            peer().sends("0123456789ab");
            assertThat(base.dispatch())
                    .as("a paused reader is nothing to wait for")
                    .isEqualTo(LoopResult.EMPTY);
            assertThat(bufferEvent.input().length())
                    .as("never beyond the high mark")
                    .isEqualTo(8);
            assertThat(peer().unreadBytes()).isEqualTo(4);
            assertThat(log).containsExactly("read 8");

            bufferEvent.input().drain(7);
            at(1, () -> peer().ends());
            base.dispatch();
            assertThat(inputOf(bufferEvent)).isEqualTo("789ab");
            assertThat(log).containsExactly("read 8", "read 5", "Eof READING");
        }

        @Test
        void drainingInTheReadCallbackKeepsReadingGoing() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.inputWatermark(new Watermark(0, 4));
            StringBuilder all = new StringBuilder();
            bufferEvent.onRead(b -> all.append(inputOf(b)));
            bufferEvent.enableReading();
            peer().sends("a longer message than four bytes");
            peer().ends();
            base.dispatch();
            assertThat(all).hasToString("a longer message than four bytes");
            assertThat(log).containsExactly("Eof READING");
        }

        @Test
        void removingTheHighMarkResumesReading() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.inputWatermark(new Watermark(0, 4));
            bufferEvent.enableReading();
            peer().sends("12345678");
            base.dispatch();
            bufferEvent.inputWatermark(Watermark.DEFAULT_INPUT);
            at(1, () -> peer().ends());
            base.dispatch();
            assertThat(log).containsExactly("read 4", "read 8", "Eof READING");
        }

        @Test
        void disablingInTheReadCallbackStopsAtOnceAndEnablingGoesOn() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.onRead(b -> {
                log.add("read " + b.input().length());
                b.disableReading();
            });
            bufferEvent.enableReading();
            peer().sends("one");
            peer().sends("two");
            assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
            assertThat(log).containsExactly("read 3");
            bufferEvent.enableReading();
            base.dispatch();
            assertThat(log).containsExactly("read 3", "read 6");
        }

        @Test
        void theEndOfInputComesAfterTheBytesAndLeavesWritingOn() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.enableReading();
            peer().sends("last");
            peer().ends();
            base.dispatch();
            assertThat(log).containsExactly("read 4", "Eof READING");
            assertThat(bufferEvent.isReadingEnabled()).isFalse();
            assertThat(bufferEvent.isWritingEnabled()).isTrue();
            bufferEvent.write("answer".getBytes(UTF_8));
            base.dispatch();
            assertThat(peer().receivedText()).isEqualTo("answer");
            assertThat(inputOf(bufferEvent)).as("still there").isEqualTo("last");
            bufferEvent.enableReading();
            assertThat(base.dispatch()).as("no second end").isEqualTo(LoopResult.EMPTY);
            assertThat(log).containsExactly("read 4", "Eof READING", "write 0");
        }

        @Test
        void usersCanOnlyTakeFromTheInput() {
            SocketBufferEvent bufferEvent = connected();
            assertThatThrownBy(() -> bufferEvent.input().addAscii("x")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> bufferEvent.output().prepend(new byte[1]))
                    .isInstanceOf(IllegalStateException.class);
            bufferEvent.output().addAscii("x");
            assertThatThrownBy(() -> bufferEvent.output().drain(1)).isInstanceOf(IllegalStateException.class);
        }

        @Test
        void readMovesOrCopiesTheInput() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.enableReading();
            peer().sends("abcdef");
            peer().ends();
            base.dispatch();
            byte[] two = new byte[2];
            assertThat(bufferEvent.read(two, 0, 2)).isEqualTo(2);
            assertThat(two).asString().isEqualTo("ab");
            try (EvBuffer rest = base.newBuffer()) {
                assertThat(bufferEvent.read(rest)).isEqualTo(4);
                assertThat(rest.removeAll()).asString().isEqualTo("cdef");
            }
        }
    }

    @Nested
    class Writing {
        @Test
        void allWritesOfATurnLeaveInOneCallAfterTheCallbacks() {
            SocketBufferEvent bufferEvent = connected();
            Event.user(base, (event, triggers) -> {
                        for (int i = 0; i < 10; i++) {
                            bufferEvent.write(new byte[100]);
                        }
                        assertThat(peer().received()).as("inside the callback").isEmpty();
                    })
                    .activate();
            base.dispatch();
            assertThat(peer().received()).hasSize(1000);
            assertThat(peer().writeCount()).isEqualTo(1);
            assertThat(log).containsExactly("write 0");
        }

        @Test
        void theFlushAlsoRunsInsideALongTurn() {
            SocketBufferEvent bufferEvent = connected();
            List<Integer> sentBefore = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                Event.user(base, (event, triggers) -> {
                            sentBefore.add(peer().received().length);
                            bufferEvent.write(new byte[1]);
                        })
                        .activate();
            }
            base.dispatch();
            assertThat(sentBefore.get(63)).as("in the first 64 callbacks").isZero();
            assertThat(sentBefore.get(64)).as("after 64 callbacks").isEqualTo(64);
            assertThat(peer().received()).hasSize(100);
            assertThat(peer().writeCount()).isEqualTo(2);
        }

        @Test
        void theFlushRunsEarlyAfter256KiBOfNewOutput() {
            SocketBufferEvent bufferEvent = connected();
            List<Integer> sentBefore = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Event.user(base, (event, triggers) -> {
                            sentBefore.add(peer().received().length);
                            bufferEvent.write(new byte[256 * 1024]);
                        })
                        .activate();
            }
            base.dispatch();
            assertThat(sentBefore).containsExactly(0, 256 * 1024, 512 * 1024);
        }

        @Test
        void outputIsFlushedBeforeTheLoopReturnsForWhateverReason() {
            SocketBufferEvent bufferEvent = connected();
            for (Runnable end : List.<Runnable>of(base::exit, base::breakLoop)) {
                Event.user(base, (event, triggers) -> {
                            bufferEvent.write(new byte[1]);
                            end.run();
                        })
                        .activate();
                base.dispatch();
            }
            assertThat(peer().received()).hasSize(2);
        }

        @Test
        void aShortWriteGoesOnWhenThereIsRoom() {
            SocketBufferEvent bufferEvent = connected();
            peer().window(3);
            bufferEvent.write("abcdef".getBytes(UTF_8));
            at(5, () -> peer().window(2));
            at(9, () -> peer().window(100));
            base.dispatch();
            assertThat(peer().receivedText()).isEqualTo("abcdef");
            assertThat(peer().writeCount()).isEqualTo(3);
            assertThat(log).as("called back when all is sent").containsExactly("write 0");
            assertThat(script.clock().elapsed()).isEqualTo(Duration.ofMillis(9));
        }

        @Test
        void whatIsWrittenWhileTheSystemIsFullFollowsInOrder() {
            SocketBufferEvent bufferEvent = connected();
            peer().window(0);
            bufferEvent.write("first ".getBytes(UTF_8));
            at(1, () -> base.execute(() -> bufferEvent.write("second".getBytes(UTF_8))));
            at(2, () -> peer().window(Transport.UNLIMITED));
            base.dispatch();
            assertThat(peer().receivedText()).isEqualTo("first second");
        }

        @Test
        void theWriteCallbackRunsAtOrBelowTheLowMark() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.outputWatermark(new Watermark(4, 100));
            peer().maxBytesPerWrite(3);
            bufferEvent.write("0123456789".getBytes(UTF_8));
            base.dispatch();
            assertThat(log).containsExactly("write 4", "write 1", "write 0");
        }

        @Test
        void theWriteCallbackMayWriteMoreWithoutBeingReentered() {
            SocketBufferEvent bufferEvent = connected();
            int[] depth = {0};
            int[] rounds = {0};
            bufferEvent.onWrite(b -> {
                assertThat(depth[0]++).as("nested calls").isZero();
                if (rounds[0]++ < 100) {
                    b.write(new byte[10]);
                }
                depth[0]--;
            });
            bufferEvent.write(new byte[10]);
            base.dispatch();
            assertThat(peer().received()).hasSize(1010);
        }

        @Test
        void disabledWritingGathersOutputAndEnablingSendsIt() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.disableWriting();
            bufferEvent.write("later".getBytes(UTF_8));
            assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
            assertThat(peer().received()).isEmpty();
            bufferEvent.enableWriting();
            base.dispatch();
            assertThat(peer().receivedText()).isEqualTo("later");
        }

        @Test
        void disablingWritingStopsAWriteThatWaitsForRoom() {
            SocketBufferEvent bufferEvent = connected();
            peer().window(1);
            bufferEvent.write("abc".getBytes(UTF_8));
            at(1, () -> base.execute(bufferEvent::disableWriting));
            at(2, () -> peer().window(100));
            at(3, () -> base.execute(base::exit));
            base.dispatch();
            assertThat(peer().receivedText()).isEqualTo("a");
            bufferEvent.enableWriting();
            base.dispatch();
            assertThat(peer().receivedText()).isEqualTo("abc");
        }

        @Test
        void outputBeyondItsBoundEndsTheConnectionOnce() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.maxOutputBytes(1000);
            bufferEvent.enableReading();
            peer().window(0);
            bufferEvent.write(new byte[1000]);
            at(
                    1,
                    () -> base.execute(() -> {
                        bufferEvent.write(new byte[1]);
                        bufferEvent.write(new byte[1]);
                        assertThat(log).as("not inside the call").isEmpty();
                    }));
            base.dispatch();
            assertThat(log).containsExactly("Failed WRITING: unsent output passed 1000 bytes; the peer does not read");
            assertThat(peer().isOpen()).isFalse();
        }

        @Test
        void outputBeyondItsBoundIsReportedAfterTheCallbackThatWroteIt() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.maxOutputBytes(10);
            bufferEvent.onRead(b -> {
                b.write(new byte[11]);
                log.add("written");
            });
            bufferEvent.enableReading();
            peer().sends("x");
            base.dispatch();
            assertThat(log).hasSize(2).startsWith("written");
        }

        @Test
        void theOutputBoundsDefaultIs64MiB() {
            assertThat(BufferEvent.DEFAULT_MAX_OUTPUT_BYTES).isEqualTo(64L << 20);
        }
    }

    @Nested
    class Failing {
        @Test
        void aResetIsReportedOnceAndEndsBothDirections() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.enableReading();
            peer().sends("before");
            peer().resets();
            base.dispatch();
            bufferEvent.write("after".getBytes(UTF_8));
            bufferEvent.enableReading();
            bufferEvent.enableWriting();
            assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
            assertThat(log).containsExactly("read 6", "Failed READING: Connection reset");
            assertThat(inputOf(bufferEvent)).isEqualTo("before");
        }

        @Test
        void aResetInTheMiddleOfAWriteIsReportedOnce() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.enableReading();
            peer().window(3);
            bufferEvent.write("abcdef".getBytes(UTF_8));
            at(1, () -> peer().nextWriteFails("Broken pipe"));
            at(1, () -> peer().window(9));
            base.dispatch();
            assertThat(log).containsExactly("Failed WRITING: Broken pipe");
        }

        @Test
        @Tag("parity") // regress_bufferevent.c: bufferevent_connect_fail, bufferevent_connect_fail_eventcb,
        // bufferevent_connect_fail_eventcb_defer
        void aFailedConnectIsReportedExactlyOnceDeferredOrNot() {
            for (BufferEventOption[] options :
                    List.of(new BufferEventOption[0], new BufferEventOption[] {BufferEventOption.DEFER_CALLBACKS})) {
                for (ConnectAnswer answer : List.of(ConnectAnswer.REFUSED, ConnectAnswer.REFUSED_AT_ONCE)) {
                    log.clear();
                    script.connects(answer);
                    SocketBufferEvent bufferEvent = SocketBufferEvent.create(base, options);
                    logging(bufferEvent);
                    bufferEvent.enableReading();
                    bufferEvent.connect(ScriptedBackend.ADDRESS);
                    base.dispatch();
                    assertThat(log).containsExactly("Failed CONNECTING: Connection refused");
                }
            }
        }

        @Test
        void afterAFailedConnectTheOutputIsKeptForTheNextOne() {
            script.connects(ConnectAnswer.REFUSED, ConnectAnswer.SUCCEEDS);
            SocketBufferEvent bufferEvent = SocketBufferEvent.create(base);
            logging(bufferEvent);
            bufferEvent.write("patience".getBytes(UTF_8));
            bufferEvent.connect(ScriptedBackend.ADDRESS);
            base.dispatch();
            bufferEvent.connect(ScriptedBackend.ADDRESS);
            base.dispatch();
            assertThat(log).containsExactly("Failed CONNECTING: Connection refused", "Connected", "write 0");
            assertThat(peer().receivedText()).isEqualTo("patience");
        }

        @Test
        void aNewConnectionIsReadThoughTheOldOneHadEnded() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.enableReading();
            peer().ends();
            base.dispatch();
            peer().nextWriteFails("Broken pipe");
            bufferEvent.write("x".getBytes(UTF_8));
            base.dispatch();
            assertThat(log).containsExactly("Eof READING", "Failed WRITING: Broken pipe");
            bufferEvent.enableReading();
            bufferEvent.enableWriting();
            bufferEvent.connect(ScriptedBackend.ADDRESS);
            peer().sends("again");
            peer().ends();
            base.dispatch();
            assertThat(log).contains("Connected", "read 5").endsWith("Eof READING");
            assertThat(peer().receivedText())
                    .as("what could not be sent before")
                    .isEqualTo("x");
        }

        @Test
        void aCallbackThatThrowsHarmsNobody() {
            List<String> errors = new ArrayList<>();
            try (EventBase tolerant = script.newBase(
                    EventBaseConfig.builder().errorHandler((source, thrown) -> errors.add(thrown.getMessage())))) {
                SocketBufferEvent bufferEvent = SocketBufferEvent.create(tolerant);
                bufferEvent.connect(ScriptedBackend.ADDRESS);
                bufferEvent.onRead(b -> {
                    throw new IllegalStateException("in read");
                });
                bufferEvent.onCondition((b, condition) -> {
                    log.add(nameOf(condition));
                    throw new IllegalStateException("in condition");
                });
                bufferEvent.enableReading();
                at(1, () -> peer().sends("x"));
                at(2, () -> peer().ends());
                tolerant.dispatch();
                assertThat(errors).containsExactly("in condition", "in read", "in condition");
                assertThat(log).containsExactly("Connected", "Eof READING");
            }
        }
    }

    @Nested
    class Timeouts {
        @Test
        void aSilentPeerTimesOutAfterExactlyTheTimeout() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.timeouts(Duration.ofSeconds(3), Duration.ZERO);
            bufferEvent.enableReading();
            at(2000, () -> peer().sends("a"));
            at(4000, () -> peer().sends("b"));
            base.dispatch();
            assertThat(log).containsExactly("read 1", "read 2", "TimedOut READING");
            assertThat(script.clock().elapsed()).isEqualTo(Duration.ofSeconds(7));
            assertThat(bufferEvent.isReadingEnabled()).isFalse();
        }

        @Test
        void readingMayBeEnabledAgainAfterATimeout() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.timeouts(Duration.ofSeconds(1), Duration.ZERO);
            bufferEvent.enableReading();
            base.dispatch();
            bufferEvent.enableReading();
            at(500, () -> peer().sends("late"));
            base.dispatch();
            assertThat(log).containsExactly("TimedOut READING", "read 4", "TimedOut READING");
        }

        @Test
        void theReadClockStandsStillWhileTheHighMarkPausesReading() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.inputWatermark(new Watermark(0, 2));
            bufferEvent.timeouts(Duration.ofSeconds(1), Duration.ZERO);
            bufferEvent.enableReading();
            peer().sends("ab");
            at(5000, () -> base.execute(() -> bufferEvent.input().drain(2)));
            Event.timer(base, (event, triggers) -> {}).add(Duration.ofSeconds(5));
            base.dispatch();
            assertThat(log).containsExactly("read 2", "TimedOut READING");
            assertThat(script.clock().elapsed()).isEqualTo(Duration.ofSeconds(6));
        }

        @Test
        void aStalledWriteTimesOutAndEveryByteRestartsItsClock() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.timeouts(Duration.ZERO, Duration.ofSeconds(3));
            peer().window(0);
            bufferEvent.write("abc".getBytes(UTF_8));
            at(2000, () -> peer().window(1));
            at(4000, () -> peer().window(1));
            base.dispatch();
            assertThat(log).containsExactly("TimedOut WRITING");
            assertThat(script.clock().elapsed()).isEqualTo(Duration.ofSeconds(7));
            assertThat(bufferEvent.isWritingEnabled()).isFalse();
            peer().window(Transport.UNLIMITED);
            bufferEvent.enableWriting();
            base.dispatch();
            assertThat(peer().receivedText()).isEqualTo("abc");
        }

        @Test
        void aWriterWithNothingToSendHasNoClock() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.timeouts(Duration.ZERO, Duration.ofSeconds(1));
            bufferEvent.enableReading();
            at(10_000, () -> peer().ends());
            base.dispatch();
            assertThat(log).containsExactly("Eof READING");
        }

        @Test
        void aConnectThatHangsTimesOutAndMayBeTriedAgain() {
            script.connects(ConnectAnswer.HANGS);
            SocketBufferEvent bufferEvent = SocketBufferEvent.create(base);
            logging(bufferEvent);
            bufferEvent.timeouts(Duration.ZERO, Duration.ofSeconds(2));
            bufferEvent.connect(ScriptedBackend.ADDRESS);
            base.dispatch();
            assertThat(script.clock().elapsed()).isEqualTo(Duration.ofSeconds(2));
            assertThat(script.peer(0).isOpen()).isFalse();
            bufferEvent.connect(ScriptedBackend.ADDRESS);
            base.dispatch();
            assertThat(log).containsExactly("TimedOut CONNECTING", "Connected");
        }

        @Test
        void bytesThatCameInTheSameTurnAsTheTimeoutCount() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.timeouts(Duration.ofSeconds(1), Duration.ZERO);
            bufferEvent.enableReading();
            // A callback that takes longer than the timeout, while bytes arrive.
            Event.user(base, (event, triggers) -> {
                        script.clock().advance(Duration.ofSeconds(3));
                        peer().sends("in time");
                    })
                    .activate();
            base.dispatch();
            assertThat(log).containsExactly("read 7", "TimedOut READING");
            assertThat(script.clock().elapsed()).isEqualTo(Duration.ofSeconds(4));
        }

        @Test
        void changingATimeoutStartsARunningClockOver() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.timeouts(Duration.ofSeconds(10), Duration.ZERO);
            bufferEvent.enableReading();
            at(1000, () -> base.execute(() -> bufferEvent.timeouts(Duration.ofSeconds(2), Duration.ZERO)));
            base.dispatch();
            assertThat(script.clock().elapsed()).isEqualTo(Duration.ofSeconds(3));
            assertThatThrownBy(() -> bufferEvent.timeouts(Duration.ofNanos(-1), Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void manyBytesTouchTheTimerOncePerTimeoutNotOncePerByte() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.timeouts(Duration.ofSeconds(10), Duration.ZERO);
            bufferEvent.enableReading();
            for (int i = 1; i <= 50; i++) {
                at(i * 500, () -> peer().sends("x"));
            }
            base.dispatch();
            assertThat(log).hasSize(51).endsWith("TimedOut READING");
            assertThat(script.clock().elapsed()).isEqualTo(Duration.ofSeconds(35));
        }
    }

    @Nested
    class Order {
        @Test
        void deferredCallbacksRunConnectedReadWriteConditionsHoweverTheyCameAbout() {
            SocketBufferEvent bufferEvent = SocketBufferEvent.create(base, BufferEventOption.DEFER_CALLBACKS);
            logging(bufferEvent);
            bufferEvent.connect(ScriptedBackend.ADDRESS);
            bufferEvent.enableReading();
            bufferEvent.write("out".getBytes(UTF_8));
            peer().sends("in");
            peer().ends();
            base.dispatch();
            assertThat(log).containsExactly("Connected", "read 2", "write 0", "Eof READING");
        }

        @Test
        @Tag("parity") // regress_bufferevent.c: bufferevent_connect, bufferevent_connect_defer
        void connectedComesBeforeDataAndTheTotalsMatch() {
            for (BufferEventOption[] options :
                    List.of(new BufferEventOption[0], new BufferEventOption[] {BufferEventOption.DEFER_CALLBACKS})) {
                List<List<String>> logs = List.of(new ArrayList<>(), new ArrayList<>());
                for (List<String> own : logs) {
                    SocketBufferEvent client = SocketBufferEvent.create(base, options);
                    client.onRead(b -> own.add("read " + b.input().length()));
                    client.onCondition((_, condition) -> own.add(nameOf(condition)));
                    client.enableReading();
                    client.connect(ScriptedBackend.ADDRESS);
                    peer().sends("x".repeat(2048));
                    peer().ends();
                }
                base.dispatch();
                assertThat(logs)
                        .allSatisfy(own -> assertThat(own).containsExactly("Connected", "read 2048", "Eof READING"));
            }
        }

        @Test
        void atMost32DeferredCallbacksBeginInATurnSoThatTimersAreNotStarved() {
            List<SocketBufferEvent> many = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                many.add(connected(BufferEventOption.DEFER_CALLBACKS));
            }
            List<Integer> pollsAtRead = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                many.get(i).onRead(_ -> pollsAtRead.add(script.pollCount()));
                many.get(i).enableReading();
                script.peer(i).sends("x");
            }
            base.exit(Duration.ofMillis(1));
            base.dispatch();
            assertThat(pollsAtRead).hasSize(100);
            assertThat(pollsAtRead.getLast())
                    .as("the rest waits for the next turn")
                    .isGreaterThan(pollsAtRead.getFirst());
            assertThat(pollsAtRead.stream()
                            .filter(poll -> poll.equals(pollsAtRead.getFirst()))
                            .count())
                    .isLessThanOrEqualTo(32);
        }

        @Test
        void aBetterPriorityIsServedFirst() {
            try (EventBase two = script.newBase(EventBaseConfig.builder().priorityCount(2))) {
                for (int priority : new int[] {1, 0}) {
                    SocketBufferEvent bufferEvent = SocketBufferEvent.create(two);
                    bufferEvent.priority(priority);
                    bufferEvent.connect(ScriptedBackend.ADDRESS);
                    bufferEvent.onRead(b -> log.add("priority " + b.priority()));
                    bufferEvent.enableReading();
                    peer().sends("x");
                }
                two.exit(Duration.ofMillis(1));
                two.dispatch();
                assertThat(log).containsExactly("priority 0", "priority 1");
            }
        }
    }

    @Nested
    class Closing {
        @Test
        void closingInsideEachCallbackIsSafeAndNothingIsCalledAfterwards() {
            for (String where : List.of("Connected", "read", "write", "Eof")) {
                log.clear();
                SocketBufferEvent bufferEvent = SocketBufferEvent.create(base);
                bufferEvent.onRead(b -> closeIf(b, "read", where));
                bufferEvent.onWrite(b -> closeIf(b, "write", where));
                bufferEvent.onCondition(
                        (b, condition) -> closeIf(b, condition.getClass().getSimpleName(), where));
                bufferEvent.enableReading();
                bufferEvent.write("out".getBytes(UTF_8));
                bufferEvent.connect(ScriptedBackend.ADDRESS);
                ScriptedPeer peer = peer();
                peer.sends("in");
                peer.ends();
                base.dispatch();
                assertThat(log).endsWith(where);
                assertThat(bufferEvent.isClosed()).isTrue();
                assertThat(peer.isOpen()).isFalse();
            }
        }

        private void closeIf(BufferEvent bufferEvent, String what, String where) {
            log.add(what);
            if (what.equals(where)) {
                bufferEvent.close();
                bufferEvent.close();
            }
        }

        @Test
        void closingInsideABuffersChangeCallbackIsSafe() {
            SocketBufferEvent reader = connected();
            reader.input().addChangeCallback((buffer, before, added, drained) -> reader.close());
            reader.enableReading();
            peer().sends("x");
            SocketBufferEvent writer = connected();
            writer.output().addChangeCallback((buffer, before, added, drained) -> {
                if (drained > 0) {
                    writer.close();
                }
            });
            writer.write("x".getBytes(UTF_8));
            base.dispatch();
            assertThat(reader.isClosed()).isTrue();
            assertThat(writer.isClosed()).isTrue();
            assertThat(log).isEmpty();
        }

        @Test
        void closingDropsUnsentBytesAndCallbacksThatAreDue() {
            SocketBufferEvent bufferEvent = connected(BufferEventOption.DEFER_CALLBACKS);
            bufferEvent.enableReading();
            peer().sends("x");
            bufferEvent.onRead(_ -> log.add("must not run"));
            Event.user(base, (event, triggers) -> {
                        bufferEvent.write("dropped".getBytes(UTF_8));
                        bufferEvent.close();
                    })
                    .activate();
            base.dispatch();
            assertThat(log).isEmpty();
            assertThat(peer().received()).isEmpty();
            assertThatThrownBy(bufferEvent::enableReading).hasMessageContaining("closed");
            assertThatThrownBy(() -> bufferEvent.write(new byte[1])).hasMessageContaining("closed");
        }

        @Test
        void shutdownOutputComesAfterTheBytesAndReadingGoesOn() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.enableReading();
            peer().window(2);
            bufferEvent.write("bytes".getBytes(UTF_8));
            bufferEvent.shutdownOutput();
            bufferEvent.shutdownOutput();
            assertThatThrownBy(() -> bufferEvent.write(new byte[1])).isInstanceOf(IllegalStateException.class);
            at(1, () -> assertThat(peer().sawEnd()).isFalse());
            at(2, () -> peer().window(100));
            at(3, () -> assertThat(peer().sawEnd()).isTrue());
            at(4, () -> peer().sends("answer"));
            at(5, () -> peer().ends());
            base.dispatch();
            assertThat(peer().receivedText()).isEqualTo("bytes");
            assertThat(log).containsExactly("write 0", "read 6", "Eof READING");
        }

        @Test
        void shutdownOutputBeforeTheConnectEndsTakesEffectAfterIt() {
            script.connects(ConnectAnswer.HANGS);
            SocketBufferEvent bufferEvent = SocketBufferEvent.create(base);
            bufferEvent.connect(ScriptedBackend.ADDRESS);
            bufferEvent.write("hi".getBytes(UTF_8));
            bufferEvent.shutdownOutput();
            at(1, () -> peer().accepts());
            base.dispatch();
            assertThat(peer().receivedText()).isEqualTo("hi");
            assertThat(peer().sawEnd()).isTrue();
        }

        @Test
        void closeAfterFlushSendsEverythingThenWaitsForThePeersEnd() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.enableReading();
            peer().window(1);
            bufferEvent.write("everything".getBytes(UTF_8));
            bufferEvent.closeAfterFlush(Duration.ofSeconds(10));
            assertThat(bufferEvent.isClosed()).isTrue();
            at(1000, () -> peer().window(Transport.UNLIMITED));
            at(1500, () -> peer().sends("ignored"));
            at(2000, () -> {
                assertThat(peer().isOpen()).as("until the peer ends").isTrue();
                peer().ends();
            });
            assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
            assertThat(peer().receivedText()).isEqualTo("everything");
            assertThat(peer().sawEnd()).isTrue();
            assertThat(peer().isOpen()).isFalse();
            assertThat(log).as("nobody is called back").isEmpty();
            assertThat(script.clock().elapsed()).isEqualTo(Duration.ofSeconds(2));
        }

        @Test
        void closeAfterFlushGivesUpAtItsDeadline() {
            SocketBufferEvent bufferEvent = connected();
            peer().window(0);
            bufferEvent.write("stuck".getBytes(UTF_8));
            bufferEvent.closeAfterFlush(Duration.ofSeconds(10));
            base.dispatch();
            assertThat(script.clock().elapsed()).isEqualTo(Duration.ofSeconds(10));
            assertThat(peer().isOpen()).isFalse();
        }

        @Test
        void closingInAChangeCallbackInsideCloseAfterFlushEndsTheMatter() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.enableReading();
            peer().sends("unread");
            base.exit(Duration.ofMillis(1));
            base.dispatch();
            bufferEvent.input().addChangeCallback((buffer, before, added, drained) -> bufferEvent.close());
            bufferEvent.closeAfterFlush(Duration.ofSeconds(10));
            assertThat(base.dispatch()).isEqualTo(LoopResult.EMPTY);
            assertThat(peer().isOpen()).isFalse();
            assertThat(script.clock().elapsed()).isLessThan(Duration.ofSeconds(1));
        }

        @Test
        void whatWaitsToBeSaidOfAnOldConnectionIsNotSaidOfANewOne() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.write("x".getBytes(UTF_8));
            peer().nextWriteFails("Broken pipe");
            // The write fails in the flush before the first turn; tasks come before what it queues.
            base.execute(() -> bufferEvent.connect(ScriptedBackend.ADDRESS));
            base.dispatch();
            assertThat(log).doesNotContain("Failed WRITING: Broken pipe").contains("Connected");
        }

        @Test
        void closeAfterFlushDuringAConnectSendsOnceItSucceeds() {
            script.connects(ConnectAnswer.HANGS);
            SocketBufferEvent bufferEvent = SocketBufferEvent.create(base);
            bufferEvent.connect(ScriptedBackend.ADDRESS);
            bufferEvent.write("hi".getBytes(UTF_8));
            bufferEvent.closeAfterFlush(Duration.ofSeconds(10));
            at(1, () -> peer().accepts());
            at(2, () -> peer().ends());
            base.dispatch();
            assertThat(peer().receivedText()).isEqualTo("hi");
            assertThat(peer().isOpen()).isFalse();
        }

        @Test
        void closeAfterFlushOnADeadOrUnconnectedBufferEventClosesAtOnce() {
            SocketBufferEvent unconnected = SocketBufferEvent.create(base);
            unconnected.closeAfterFlush(Duration.ofSeconds(1));
            assertThat(unconnected.isClosed()).isTrue();
            SocketBufferEvent dead = connected();
            dead.enableReading();
            peer().resets();
            base.dispatch();
            dead.closeAfterFlush(Duration.ofSeconds(1));
            assertThat(peer().isOpen()).isFalse();
            SocketBufferEvent alive = connected();
            assertThatThrownBy(() -> alive.closeAfterFlush(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void closingTheBaseClosesEveryConnectionSilently() {
            SocketBufferEvent bufferEvent = connected();
            bufferEvent.enableReading();
            bufferEvent.write("never sent".getBytes(UTF_8));
            base.close();
            assertThat(bufferEvent.isClosed()).isTrue();
            assertThat(log).isEmpty();
        }
    }

    @Nested
    class Settings {
        @Test
        void everyDefaultIsWhatItsDocumentationSays() {
            SocketBufferEvent bufferEvent = SocketBufferEvent.create(base);
            assertThat(bufferEvent.inputWatermark()).isEqualTo(new Watermark(0, Watermark.UNLIMITED));
            assertThat(bufferEvent.outputWatermark()).isEqualTo(new Watermark(0, 64 * 1024));
            assertThat(bufferEvent.priority()).isZero();
            assertThat(bufferEvent.base()).isSameAs(base);
        }

        @Test
        void badValuesSayWhatIsNeededAndWhatCame() {
            assertThatThrownBy(() -> new Watermark(9, 4)).hasMessageContaining("got low=9 high=4");
            assertThatThrownBy(() -> new Watermark(0, 0)).isInstanceOf(IllegalArgumentException.class);
            SocketBufferEvent bufferEvent = SocketBufferEvent.create(base);
            assertThatThrownBy(() -> bufferEvent.priority(7)).hasMessage("need 0 <= priority < 1, got 7");
            assertThatThrownBy(() -> bufferEvent.maxOutputBytes(0)).isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void theBuffersBelongToTheLoopsThread() throws InterruptedException {
            SocketBufferEvent bufferEvent = connected();
            List<Throwable> thrown = new ArrayList<>();
            EvBuffer output = bufferEvent.output();
            Thread other = Thread.ofPlatform().start(() -> {
                for (Runnable call : List.<Runnable>of(
                        bufferEvent::enableReading,
                        bufferEvent::close,
                        bufferEvent::input,
                        () -> output.addAscii("x"),
                        () -> bufferEvent.write(new byte[1]))) {
                    try {
                        call.run();
                    } catch (WrongThreadException e) {
                        thrown.add(e);
                    }
                }
            });
            other.join();
            assertThat(thrown).hasSize(5);
        }
    }
}
