package io.jevent.tests.bufferevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.testkit.ScriptedBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** In which order callbacks run. */
class BufferEventOrderTest extends BufferEventCase {
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
        assertThat(pollsAtRead.getLast()).as("the rest waits for the next turn").isGreaterThan(pollsAtRead.getFirst());
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
