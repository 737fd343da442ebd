package io.jevent.tests.bufferevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Transport;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.Event;
import io.jevent.event.LoopResult;
import io.jevent.testkit.ConnectAnswer;
import io.jevent.testkit.ScriptedBackend;
import io.jevent.testkit.ScriptedPeer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a buffer event ends. */
class BufferEventClosingTest extends BufferEventCase {
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
