package io.jevent.tests.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.PairBufferEvent;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A provider throws what it should not, at every of its calls. */
class FaultyProviderTest {
    /** More calls than a handshake and one message take; with this none is faulty. */
    private static final int ENOUGH = 200;

    private final LoopRig rig = BackendUnderTest.SIMULATED.open();
    private final List<String> faulty = new ArrayList<>();
    private final List<String> sound = new ArrayList<>();

    @AfterEach
    void close() {
        rig.close();
    }

    private TlsBufferEvent logged(List<String> log, TlsBufferEvent made) {
        made.onCondition((_, condition) -> {
            if (!(condition instanceof Condition.Connected)) {
                log.add(
                        condition instanceof Condition.Failed failed
                                ? failed.cause().getMessage()
                                : "eof");
            }
        });
        made.enableReading();
        return made;
    }

    private static TlsContext faulty(TlsContext context, int call, String protocol) throws IOException {
        return TlsContext.builder()
                .context(new OtherContext(context.sslContext(), engine -> new FaultyEngine(engine, call)))
                .protocols(protocol)
                .taskExecutor(Runnable::run)
                .build();
    }

    /** One connection of which an end is faulty; returns what came back of what was sent. */
    private long converse(TlsContext client, TlsContext server, boolean faultyClient) {
        PairBufferEvent near = PairBufferEvent.create(rig.base());
        try (TlsBufferEvent one = logged(
                        faultyClient ? faulty : sound,
                        TlsBufferEvent.client(near, client, TlsCase.HOST, 443, BufferEventOption.CLOSE_ON_FREE));
                TlsBufferEvent other = logged(
                        faultyClient ? sound : faulty,
                        TlsBufferEvent.server(near.partner().orElseThrow(), server, BufferEventOption.CLOSE_ON_FREE))) {
            other.onRead(it -> it.write(it.input()));
            one.output().addAscii("there and back");
            rig.run(Duration.ofSeconds(1));
            return one.input().length();
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, true", "TLSv1.3, false", "TLSv1.2, true", "TLSv1.2, false"})
    void whateverItThrowsEndsItsConnectionAndNoOther(String protocol, boolean faultyClient) throws IOException {
        int ended = 0;
        for (int call = 1; call <= ENOUGH; call++) {
            faulty.clear();
            sound.clear();
            TlsContext one = faultyClient ? faulty(TlsCase.CLIENT, call, protocol) : TlsCase.CLIENT;
            TlsContext other = faultyClient ? TlsCase.SERVER : faulty(TlsCase.SERVER, call, protocol);
            long back = converse(one, other, faultyClient);
            if (faulty.isEmpty() && back == "there and back".length()) {
                continue; // Over before that call.
            }
            ended++;
            assertThat(faulty)
                    .as("faulty call %s", call)
                    .containsExactly("the TLS provider failed: java.lang.IllegalStateException: a bug in the provider");
            assertThat(sound).as("faulty call %s", call).hasSizeLessThanOrEqualTo(1);
        }
        assertThat(ended).isBetween(5, ENOUGH - 1);
    }
}
