package io.jevent.tests.bufferevent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Defaults, bad values, and the wrong thread. */
class BufferEventSettingsTest extends BufferEventCase {
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
