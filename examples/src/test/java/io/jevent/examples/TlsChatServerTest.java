package io.jevent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import io.jevent.tls.SelfSigned;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TlsChatServerTest {
    private static final SelfSigned IDENTITY = SelfSigned.forHosts("chat.test");

    private static TlsBufferEvent join(LoopRig rig, TlsChatServer server) throws IOException {
        TlsContext serving = TlsContext.builder()
                .certificate(List.of(IDENTITY.certificate()), IDENTITY.key())
                .taskExecutor(Runnable::run)
                .build();
        TlsContext trusting = TlsContext.builder()
                .trust(IDENTITY.certificate())
                .taskExecutor(Runnable::run)
                .build();
        LoopRig.Pair pair = rig.connectedPair();
        server.join(TlsBufferEvent.server(pair.far(), serving, BufferEventOption.CLOSE_ON_FREE));
        TlsBufferEvent member =
                TlsBufferEvent.client(pair.near(), trusting, "chat.test", 9884, BufferEventOption.CLOSE_ON_FREE);
        member.enableReading();
        return member;
    }

    private static String heard(TlsBufferEvent member) {
        return member.input().removeString(UTF_8);
    }

    @Test
    void linesReachAllTheOthersAndWhoLeavesIsMissedByNobody() throws IOException {
        try (LoopRig rig = LoopRig.simulated(1, Faults.mild())) {
            TlsChatServer server = new TlsChatServer();
            TlsBufferEvent one = join(rig, server);
            TlsBufferEvent two = join(rig, server);
            TlsBufferEvent three = join(rig, server);
            rig.run(Duration.ofSeconds(1));
            one.output().addUtf8("hello, Zoë\n");
            rig.run(Duration.ofSeconds(1));
            assertThat(heard(one)).isEmpty();
            assertThat(heard(two)).isEqualTo("hello, Zoë\n");
            assertThat(heard(three)).isEqualTo("hello, Zoë\n");
            three.close();
            two.output().addUtf8("x".repeat(2000));
            rig.run(Duration.ofSeconds(1));
            one.output().addUtf8("anybody?\n");
            rig.run(Duration.ofSeconds(1));
            assertThat(heard(two)).as("it was shown out for its long line").isEmpty();
            one.close();
            two.close();
            rig.run(Duration.ofSeconds(30));
        }
    }
}
