package io.jevent.tests.bufferevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Transport;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.Event;
import io.jevent.testkit.ConnectAnswer;
import io.jevent.testkit.ScriptedBackend;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When nothing moves for too long. */
class BufferEventTimeoutsTest extends BufferEventCase {
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
