package io.jevent.tests.bufferevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.backend.Transport;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.Event;
import io.jevent.event.LoopResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What goes out: flushing, short writes, bounds. */
class BufferEventWritingTest extends BufferEventCase {
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
