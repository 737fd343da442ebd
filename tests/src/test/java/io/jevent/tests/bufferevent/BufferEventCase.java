package io.jevent.tests.bufferevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.testkit.ScriptedBackend;
import io.jevent.testkit.ScriptedPeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A case about the policy of buffer events. Time and the peer are the script's. */
abstract class BufferEventCase {
    final ScriptedBackend script = new ScriptedBackend();
    final EventBase base = script.newBase();
    final List<String> log = new ArrayList<>();

    @AfterEach
    void nothingIsLeftOpen() {
        base.close();
        assertThat(script.openCount()).as("connections still open").isZero();
    }

    /** A connected buffer event that logs everything; its own connect is not in the log. */
    SocketBufferEvent connected(BufferEventOption... options) {
        SocketBufferEvent bufferEvent = SocketBufferEvent.create(base, options);
        bufferEvent.connect(ScriptedBackend.ADDRESS);
        base.dispatch();
        logging(bufferEvent);
        return bufferEvent;
    }

    void logging(SocketBufferEvent bufferEvent) {
        bufferEvent.onRead(b -> log.add("read " + b.input().length()));
        bufferEvent.onWrite(b -> log.add("write " + b.output().length()));
        bufferEvent.onCondition((_, condition) -> log.add(nameOf(condition)));
    }

    static String nameOf(Condition condition) {
        return switch (condition) {
            case Condition.Connected _ -> "Connected";
            case Condition.Eof eof -> "Eof " + eof.direction();
            case Condition.TimedOut timedOut -> "TimedOut " + timedOut.direction();
            case Condition.Failed failed ->
                "Failed " + failed.direction() + ": " + failed.cause().getMessage();
        };
    }

    ScriptedPeer peer() {
        return script.peer(script.peerCount() - 1);
    }

    String inputOf(BufferEvent bufferEvent) {
        return new String(bufferEvent.input().removeAll(), UTF_8);
    }

    void at(int millis, Runnable step) {
        script.after(Duration.ofMillis(millis), step);
    }
}
