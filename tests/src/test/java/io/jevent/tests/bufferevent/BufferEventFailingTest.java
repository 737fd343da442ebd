package io.jevent.tests.bufferevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.LoopResult;
import io.jevent.testkit.ConnectAnswer;
import io.jevent.testkit.ScriptedBackend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Resets, refusals, and callbacks that throw. */
class BufferEventFailingTest extends BufferEventCase {
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
        assertThat(peer().receivedText()).as("what could not be sent before").isEqualTo("x");
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
