package io.jevent.tests.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.flavor.TlsCase;

/** Another TLS connection on the same loop, on which one byte goes to and fro. */
final class EchoNeighbour implements AutoCloseable {
    private final LoopRig rig;
    private final TlsBufferEvent client;
    private final TlsBufferEvent server;
    private int left;
    private int rounds;

    EchoNeighbour(LoopRig rig) {
        this.rig = rig;
        LoopRig.Pair pair = rig.connectedPair();
        client = TlsBufferEvent.client(pair.near(), TlsCase.CLIENT, TlsCase.HOST, 443, BufferEventOption.CLOSE_ON_FREE);
        server = TlsBufferEvent.server(pair.far(), TlsCase.SERVER, BufferEventOption.CLOSE_ON_FREE);
        server.onRead(it -> it.write(it.input()));
        client.onRead(it -> {
            rounds++;
            if (--left > 0) {
                it.write(it.input());
            } else {
                it.input().drain(Long.MAX_VALUE);
            }
        });
        client.onCondition((_, condition) -> mustBeFine(condition));
        server.onCondition((_, condition) -> mustBeFine(condition));
        client.enableReading();
        server.enableReading();
        echoes(1);
    }

    private static void mustBeFine(Condition condition) {
        assertThat(condition).as("of a neighbour").isInstanceOf(Condition.Connected.class);
    }

    /** Begins to echo, so many times at most. */
    void begin(int most) {
        left = most;
        rounds = 0;
        client.output().addAscii("x");
    }

    /** Ends what was begun; gives how often it has echoed. */
    int stop() {
        left = 0;
        return rounds;
    }

    /** Echoes so often, now. */
    void echoes(int count) {
        begin(count);
        rig.runUntil(() -> rounds == count);
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
