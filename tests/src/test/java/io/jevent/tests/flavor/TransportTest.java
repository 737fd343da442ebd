package io.jevent.tests.flavor;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Direction;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A buffer event over a transport that a program wrote: here one that sends back what it is sent, in upper case. */
class TransportTest {
    private final LoopRig rig = LoopRig.simulated(1, Faults.none());
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void nothingIsLeftOver() {
        rig.close();
    }

    private static final class Shouting implements Transport {
        private final TransportHandler handler;
        private final boolean connected;
        private EvBuffer target;
        private EvBuffer source;
        private long admitted;
        private boolean ended;
        private boolean connects;
        private int closedCount;

        Shouting(TransportHandler handler, boolean connected) {
            this.handler = handler;
            this.connected = connected;
        }

        void connects() {
            connects = true;
            handler.onReady();
        }

        @Override
        public boolean isConnected() {
            return connected;
        }

        @Override
        public boolean waitsForOutside() {
            return false;
        }

        @Override
        public void deliver() {
            if (connects) {
                connects = false;
                handler.onConnected();
            }
            if (source != null && admitted > 0) {
                EvBuffer from = source;
                source = null;
                from.unfreeze(EvBuffer.End.START);
                byte[] bytes = from.removeAll();
                from.freeze(EvBuffer.End.START);
                target.unfreeze(EvBuffer.End.END);
                target.addAscii(new String(bytes, US_ASCII).toUpperCase(Locale.ROOT));
                target.freeze(EvBuffer.End.END);
                handler.onSent(bytes.length);
                handler.onReceived(bytes.length);
            }
            if (ended && source == null) {
                ended = false;
                handler.onEnd();
            }
        }

        @Override
        public void receive(EvBuffer target, long admittedBytes) {
            this.target = target;
            this.admitted = admittedBytes;
            handler.onReady();
        }

        @Override
        public void send(EvBuffer source, long admittedBytes) {
            this.source = source;
            handler.onReady();
        }

        @Override
        public void stopSending() {
            source = null;
        }

        @Override
        public void shutdownOutput() {
            ended = true;
            handler.onReady();
        }

        @Override
        public void close() {
            closedCount++;
        }
    }

    @Test
    void aTransportOfTheProgramsMovesBytesAsAnyOther() {
        Shouting[] made = new Shouting[1];
        BufferEvent bufferEvent = BufferEvent.over(rig.base(), handler -> made[0] = new Shouting(handler, true));
        bufferEvent.onRead(it -> log.add(it.input().removeString(US_ASCII)));
        bufferEvent.onCondition((_, condition) -> log.add(condition.toString()));
        bufferEvent.enableReading();
        bufferEvent.output().addAscii("hello");
        bufferEvent.shutdownOutput();
        rig.run(Duration.ofMillis(1));
        assertThat(log).containsExactly("HELLO", "Eof[direction=READING]");
        bufferEvent.close();
        assertThat(made[0].closedCount).isEqualTo(1);
    }

    @Test
    void oneThatIsNotConnectedYetIsWaitedFor() {
        Shouting[] made = new Shouting[1];
        BufferEvent bufferEvent = BufferEvent.over(rig.base(), handler -> made[0] = new Shouting(handler, false));
        bufferEvent.onRead(it -> log.add(it.input().removeString(US_ASCII)));
        bufferEvent.onCondition((_, condition) -> log.add(condition.toString()));
        bufferEvent.enableReading();
        bufferEvent.output().addAscii("early");
        rig.run(Duration.ofMillis(1));
        assertThat(log).isEmpty();
        made[0].connects();
        rig.run(Duration.ofMillis(1));
        assertThat(log).containsExactly("Connected[]", "EARLY");
        bufferEvent.close();
    }

    @Test
    void oneThatFailsSaysSoOnceAndWhatIsForSocketsIsRefused() {
        TransportHandler[] handlers = new TransportHandler[1];
        BufferEvent bufferEvent = BufferEvent.over(rig.base(), handler -> {
            handlers[0] = handler;
            return new Shouting(handler, true);
        });
        bufferEvent.onCondition((_, condition) -> log.add(condition.getClass().getSimpleName()));
        handlers[0].onFailed(Direction.READING, new IOException("gone"));
        rig.run(Duration.ofMillis(1));
        assertThat(log).containsExactly("Failed");
        bufferEvent.close();
        Transport plain = new Shouting(handlers[0], true);
        assertThatThrownBy(() -> plain.option(StandardSocketOptions.TCP_NODELAY, true))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("not a socket");
        assertThat(plain.channel()).isEmpty();
        assertThat(plain.localAddress()).isEmpty();
    }

    @Test
    void aMakerThatThrowsLeavesNothingBehind() {
        assertThatThrownBy(() -> BufferEvent.over(rig.base(), _ -> {
                    throw new IllegalStateException("no transport today");
                }))
                .hasMessage("no transport today");
    }
}
