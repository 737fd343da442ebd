package io.jevent.tests.bufferevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.LoopResult;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What comes in: callbacks, marks, pausing. */
class BufferEventReadingTest extends BufferEventCase {
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
        assertThat(base.dispatch()).as("a paused reader is nothing to wait for").isEqualTo(LoopResult.EMPTY);
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
        assertThatThrownBy(() -> bufferEvent.output().prepend(new byte[1])).isInstanceOf(IllegalStateException.class);
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
