package io.jevent.tests.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.Relay;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.backend.BackendUnderTest;
import io.jevent.tests.flavor.TlsCase;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** TLS to the relay, and in clear behind it, where TLS is of the version that knows no end of one direction. */
class TlsRelayTest {
    private final LoopRig rig = BackendUnderTest.SIMULATED.open();
    private final List<String> log = new ArrayList<>();
    private final List<Relay.End> ended = new ArrayList<>();
    private TlsBufferEvent client;
    private BufferEvent server;

    @BeforeEach
    void open() throws IOException {
        TlsContext old = TlsContext.builder()
                .trust(TlsCase.IDENTITY.certificate())
                .protocols("TLSv1.2")
                .taskExecutor(Runnable::run)
                .build();
        PairBufferEvent outer = PairBufferEvent.create(rig.base());
        PairBufferEvent inner = PairBufferEvent.create(rig.base());
        client = TlsBufferEvent.client(outer, old, TlsCase.HOST, 443, BufferEventOption.CLOSE_ON_FREE);
        TlsBufferEvent terminating =
                TlsBufferEvent.server(outer.partner().orElseThrow(), TlsCase.SERVER, BufferEventOption.CLOSE_ON_FREE);
        server = inner.partner().orElseThrow();
        logged("client", client);
        logged("server", server);
        Relay.between(terminating, inner, Duration.ofSeconds(5), (_, end) -> ended.add(end));
        rig.run(Duration.ofSeconds(1));
        log.clear();
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        rig.close();
    }

    private void logged(String name, BufferEvent bufferEvent) {
        bufferEvent.enableReading();
        bufferEvent.onCondition((it, condition) -> log.add(name + " "
                + (condition instanceof Condition.Failed failed
                        ? failed.toString()
                        : condition.getClass().getSimpleName())
                + " behind "
                + it.input().removeString(US_ASCII)));
    }

    @Test
    void anAnswerThatEndsIsAWholeAnswer() {
        client.output().addAscii("question");
        rig.run(Duration.ofSeconds(1));
        server.output().addAscii("answer");
        server.shutdownOutput();
        rig.run(Duration.ofSeconds(1));
        assertThat(log).containsExactlyInAnyOrder("client Eof behind answer", "server Eof behind question");
        assertThat(ended).singleElement().satisfies(end -> {
            assertThat(end.failed()).isFalse();
            assertThat(end.oneToOther()).isEqualTo("question".length());
            assertThat(end.otherToOne()).isEqualTo("answer".length());
        });
    }

    @Test
    void aClientThatEndsHasEndedForTheServer() {
        client.output().addAscii("bye");
        client.closeAfterFlush(Duration.ofSeconds(1));
        rig.run(Duration.ofSeconds(1));
        assertThat(log).containsExactly("server Eof behind bye");
        server.shutdownOutput();
        rig.run(Duration.ofSeconds(1));
        assertThat(ended)
                .singleElement()
                .satisfies(end -> assertThat(end.failed()).isFalse());
    }
}
