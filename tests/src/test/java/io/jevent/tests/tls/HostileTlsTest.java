package io.jevent.tests.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.event.Event;
import io.jevent.tests.flavor.TlsCase;
import io.jevent.tls.ClientAuthentication;
import io.jevent.tls.SelfSigned;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Peers that mean harm, or are broken: whatever they send, one failure says why, little memory is held for them, another
 * connection of the loop goes on, and nothing is left.
 */
@Timeout(300)
class HostileTlsTest {
    /** Which end is ours, and the version. */
    enum Case {
        SERVER_13("TLSv1.3", true),
        SERVER_12("TLSv1.2", true),
        CLIENT_13("TLSv1.3", false),
        CLIENT_12("TLSv1.2", false);

        private final String protocol;
        private final boolean oursServes;

        Case(String protocol, boolean oursServes) {
            this.protocol = protocol;
            this.oursServes = oursServes;
        }

        private TamperedTls open(TamperedTls.Tampering tampering) {
            TlsContext context = FuzzedTls.context(protocol);
            return new TamperedTls(context, TlsCase.HOST, oursServes, tampering);
        }
    }

    /** What can be held for one connection: its share of the loop's chunks, and no more for whatever is sent. */
    private static final long HELD_BYTES = 200_000;

    private static byte[] numbered(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) ((i * 31) >> 3);
        }
        return bytes;
    }

    /** Cuts what is in clear into records of one byte of content. */
    private static List<byte[]> inSingleBytes(byte[] record) {
        return record[0] == HandMadeTlsClient.HANDSHAKE && record.length > 45
                ? RawTlsPeer.fragments(record, 1)
                : List.of(record);
    }

    @ParameterizedTest
    @EnumSource
    void recordsOfOneByteWorkAndANeighbourHasItsTurns(Case ours) {
        byte[] bytes = numbered(20_000);
        try (TamperedTls ends = ours.open(HostileTlsTest::inSingleBytes);
                EchoNeighbour neighbour = new EchoNeighbour(ends.rig)) {
            ends.settle();
            assertThat(ends.log).containsExactly("connected");
            int[] most = {0}; // Records between two turns of another event.
            int[] seen = {0};
            Event other = Event.user(ends.rig.base(), (self, _) -> {
                most[0] = Math.max(most[0], ends.read.size() - seen[0]);
                seen[0] = ends.read.size();
                if (!ends.hasRead(bytes.length)) {
                    self.activate();
                }
            });
            other.activate();
            for (int i = 0; i < bytes.length; i++) {
                int at = i;
                ends.sendFrom(peer -> List.of(peer.data(bytes, at, 1)));
            }
            ends.rig.runUntil(() -> ends.hasRead(bytes.length));
            other.close();
            assertThat(most[0]).as("records between two turns of another event").isBetween(1, 64);
            assertThat(ends.read.toByteArray()).isEqualTo(bytes);
            assertThat(ends.log).containsExactly("connected");
            neighbour.echoes(3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandshakeThatDribblesFailsAtItsDeadline(Case ours) {
        List<byte[]> kept = new ArrayList<>();
        try (TamperedTls ends = ours.open(record -> {
                    kept.add(record);
                    return List.of();
                });
                EchoNeighbour neighbour = new EchoNeighbour(ends.rig)) {
            ends.settle();
            byte[] flight = RawTlsPeer.joined(kept);
            for (int i = 0; i < 19; i++) {
                ends.send(new byte[] {flight[i]});
                ends.rig.run(Duration.ofMillis(500));
                neighbour.echoes(1);
                assertThat(ends.log).isEmpty();
            }
            ends.rig.run(Duration.ofSeconds(1));
            assertThat(ends.log).containsExactly("failed CONNECTING: the TLS handshake took longer than 10000 ms");
            neighbour.echoes(1);
        }
    }

    /** Each is begun by what makes it plausible, and then goes on and on. */
    private static byte[] flood(String what) {
        return switch (what) {
            case "empty handshake records" -> RawTlsPeer.record(22);
            case "empty data records" -> RawTlsPeer.record(23);
            case "changes of ciphers" -> RawTlsPeer.record(20, (byte) 1);
            case "warnings" -> RawTlsPeer.record(21, (byte) 1, (byte) 90);
            default -> RawTlsPeer.record(22, (byte) 0, (byte) 0, (byte) 0, (byte) 0); // Hello, again?
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SERVER_13 | empty handshake records",
                "SERVER_12 | empty handshake records",
                "CLIENT_13 | empty handshake records",
                "CLIENT_12 | empty handshake records",
                "SERVER_13 | empty data records",
                "SERVER_12 | empty data records",
                "CLIENT_13 | empty data records",
                "CLIENT_12 | empty data records",
                "SERVER_13 | changes of ciphers",
                "SERVER_12 | changes of ciphers",
                "CLIENT_13 | changes of ciphers",
                "CLIENT_12 | changes of ciphers",
                "SERVER_13 | warnings",
                "SERVER_12 | warnings",
                "CLIENT_13 | warnings",
                "CLIENT_12 | warnings",
                "CLIENT_13 | requests",
                "CLIENT_12 | requests"
            })
    void aFloodInsteadOfAHandshakeIsOneFailure(Case ours, String what) {
        byte[] record = flood(what);
        try (TamperedTls ends = ours.open(_ -> List.of());
                EchoNeighbour neighbour = new EchoNeighbour(ends.rig)) {
            for (int i = 0; i < 1300 && !ends.hasFailed(); i++) {
                for (int k = 0; k < 100; k++) {
                    ends.send(record);
                }
                ends.rig.run(Duration.ofMillis(5)); // All of it ends long before the deadline.
            }
            neighbour.echoes(1);
            assertThat(ends.log).hasSize(1).first().asString().startsWith("failed CONNECTING: ");
            assertThat(ends.mostBytes).isLessThan(HELD_BYTES);
        }
    }

    @Test
    void recordsOfNothingThatAProviderTakesAreNoDataAndTheirFloodIsOneFailure() throws IOException {
        TlsContext lenient = TlsContext.builder()
                .context(new OtherContext(TlsCase.SERVER.sslContext(), LenientEngine::new))
                .protocols("TLSv1.2")
                .taskExecutor(Runnable::run)
                .build();
        try (TamperedTls ends = new TamperedTls(lenient, TlsCase.CLIENT, TlsCase.HOST, true, List::of);
                EchoNeighbour neighbour = new EchoNeighbour(ends.rig)) {
            ends.settle();
            for (int i = 0; i < 100; i++) {
                ends.send(LenientEngine.EMPTY);
                ends.sendData(numbered(10));
            }
            ends.settle();
            assertThat(ends.log).containsExactly("connected");
            assertThat(ends.read.size()).isEqualTo(1000);
            for (int i = 0; i < 1000; i++) {
                ends.send(LenientEngine.EMPTY);
            }
            ends.settle();
            assertThat(ends.log)
                    .containsExactly("connected", "failed READING: the peer has sent 65 records without data in a row");
            assertThat(ends.mostBytes).isLessThan(HELD_BYTES);
            neighbour.echoes(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 400 Bad Request\r\n\r\n", "220 mail.test ready\r\n", "SSH-2.0-any\r\n"})
    void aTlsClientOnAPlainPortNamesWhatItGot(String greeting) {
        try (TamperedTls ends = Case.CLIENT_13.open(_ -> List.of());
                EchoNeighbour neighbour = new EchoNeighbour(ends.rig)) {
            ends.send(greeting.getBytes(US_ASCII));
            ends.settle();
            String shown = greeting.substring(0, 8);
            assertThat(ends.log)
                    .containsExactly("failed CONNECTING: the peer does not speak TLS: it sent \"" + shown + "\""
                            + (shown.startsWith("HTTP") ? ", which looks like plain HTTP" : ""));
            neighbour.echoes(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER_12", "CLIENT_12"})
    void anotherHandshakeIsRefusedOnTls12(Case ours) {
        try (TamperedTls ends = ours.open(List::of);
                EchoNeighbour neighbour = new EchoNeighbour(ends.rig)) {
            ends.settle();
            ends.sendData(numbered(10));
            ends.settle();
            ends.sendFrom(RawTlsPeer::beginAgain);
            ends.sendData(numbered(10));
            ends.settle();
            assertThat(ends.log)
                    .containsExactly(
                            "connected",
                            "failed READING: the peer asks for another handshake (renegotiation), which is refused");
            assertThat(ends.read.toByteArray()).isEqualTo(numbered(10));
            neighbour.echoes(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void garbageBehindTheHandshakeIsOneFailure(Case ours) {
        for (byte[] garbage : List.of(
                "GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII),
                RawTlsPeer.record(23, new byte[40]),
                RawTlsPeer.record(22, new byte[40]),
                RawTlsPeer.record(20, (byte) 1),
                RawTlsPeer.record(21, (byte) 1, (byte) 0), // close_notify, in clear
                RawTlsPeer.record(24, new byte[3]),
                new byte[] {23, 3, 3, 0x7f, 0})) {
            try (TamperedTls ends = ours.open(List::of);
                    EchoNeighbour neighbour = new EchoNeighbour(ends.rig)) {
                ends.settle();
                ends.sendData(numbered(10));
                ends.send(garbage);
                ends.sendData(numbered(10));
                ends.settle();
                assertThat(ends.log).hasSize(2).last().asString().startsWith("failed READING: ");
                assertThat(ends.log.getLast()).doesNotEndWith("exception");
                assertThat(ends.read.toByteArray()).isEqualTo(numbered(10));
                neighbour.echoes(1);
            }
        }
    }

    /** A first message with a name of the server's in it, in as many records as it needs. */
    private static List<byte[]> helloAskingFor(byte[] name) throws Exception {
        byte[] message = new HandMadeTlsClient().hello(name);
        return RawTlsPeer.fragments(RawTlsPeer.record(HandMadeTlsClient.HANDSHAKE, message), 1 << 14);
    }

    @Test
    void aNameOfAServerThatIsNoneIsOneFailure() throws Exception {
        for (byte[] name : List.of(
                numbered(60_000), numbered(300), new byte[300], new byte[0], "a\0b".getBytes(US_ASCII), new byte[] {
                    -1, -2
                })) {
            try (TamperedTls ends = Case.SERVER_13.open(_ -> List.of());
                    EchoNeighbour neighbour = new EchoNeighbour(ends.rig)) {
                helloAskingFor(name).forEach(ends::send);
                ends.settle();
                ends.waitLong();
                assertThat(ends.log).hasSize(1).first().asString().startsWith("failed CONNECTING: ");
                assertThat(ends.log.getFirst())
                        .as("what the peer sent is not let loose on whoever reads the log")
                        .hasSizeLessThan(400)
                        .doesNotMatch("(?s).*\\p{Cntrl}.*");
                assertThat(ends.mostBytes).isLessThan(HELD_BYTES);
                neighbour.echoes(1);
            }
        }
    }

    @Test
    void aMessageThatAnnouncesTooMuchIsRefusedAtItsHead() {
        for (Case ours : Case.values()) {
            try (TamperedTls ends = ours.open(_ -> List.of());
                    EchoNeighbour neighbour = new EchoNeighbour(ends.rig)) {
                byte[] head = {(byte) (ours.oursServes ? 1 : 2), 1, 0, 0};
                ends.send(RawTlsPeer.record(HandMadeTlsClient.HANDSHAKE, head));
                ends.settle();
                assertThat(ends.log)
                        .containsExactly("failed CONNECTING: The size of the handshake message (65536) exceeds the"
                                + " maximum allowed size (32768)");
                neighbour.echoes(1);
            }
        }
    }

    /** Many certificates, each of the same name, so that each seems to be signed by the next. */
    private static TlsContext.Builder showing(int count, String... names) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        SelfSigned own = SelfSigned.forHosts(names);
        chain.add(own.certificate());
        for (int i = 1; i < count; i++) {
            chain.add(SelfSigned.forHosts(names).certificate());
        }
        return TlsContext.builder()
                .certificate(chain, own.key())
                .trustEverybody()
                .taskExecutor(Runnable::run);
    }

    private static String[] manyNames() {
        String[] names = new String[400];
        Arrays.setAll(names, i -> i == 0 ? TlsCase.HOST : "name-number-" + i + ".of.a.very.long.certificate.test");
        return names;
    }

    @ParameterizedTest
    @EnumSource
    void tooManyCertificatesOrTooLargeOnesAreOneFailure(Case ours) throws IOException {
        TlsContext own = showing(1, TlsCase.HOST)
                .protocols(ours.protocol)
                .clientAuthentication(ClientAuthentication.NEEDED)
                .build();
        for (TlsContext.Builder builder : List.of(showing(20, TlsCase.HOST), showing(5, manyNames()))) {
            TlsContext context = builder.protocols(ours.protocol).build();
            try (TamperedTls ends = new TamperedTls(own, context, TlsCase.HOST, ours.oursServes, List::of);
                    EchoNeighbour neighbour = new EchoNeighbour(ends.rig)) {
                ends.settle();
                assertThat(ends.log)
                        .hasSize(1)
                        .first()
                        .asString()
                        .matches("failed CONNECTING: The (certificate chain length|size of the handshake message)"
                                + " \\(\\d+\\) exceeds the maximum allowed (length|size) \\(\\d+\\)");
                assertThat(ends.mostBytes).isLessThan(HELD_BYTES);
                neighbour.echoes(1);
            }
        }
    }
}
