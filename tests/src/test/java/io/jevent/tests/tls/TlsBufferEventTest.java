package io.jevent.tests.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Direction;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.FlushMode;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.bufferevent.TlsFacts;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.backend.BackendUnderTest;
import io.jevent.tests.flavor.TlsCase;
import io.jevent.tls.ClientAuthentication;
import io.jevent.tls.SelfSigned;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What TLS adds to a buffer event; what it has in common with the others is in the contract of the flavors. */
class TlsBufferEventTest {
    private final LoopRig rig = BackendUnderTest.SIMULATED.open();
    private final List<String> log = new ArrayList<>();
    private final List<BufferEvent> opened = new ArrayList<>();
    private BufferEvent clientBelow;
    private BufferEvent serverBelow;

    @AfterEach
    void close() {
        opened.forEach(BufferEvent::close);
        rig.close();
    }

    private void pair() {
        PairBufferEvent one = PairBufferEvent.create(rig.base());
        clientBelow = one;
        serverBelow = one.partner().orElseThrow();
        opened.add(clientBelow);
        opened.add(serverBelow);
    }

    private TlsBufferEvent client(TlsContext context, String host) {
        return logged(
                "client", TlsBufferEvent.client(clientBelow, context, host, 443, BufferEventOption.CLOSE_ON_FREE));
    }

    private TlsBufferEvent server(TlsContext context) {
        return logged("server", TlsBufferEvent.server(serverBelow, context, BufferEventOption.CLOSE_ON_FREE));
    }

    private TlsBufferEvent logged(String name, TlsBufferEvent made) {
        opened.addFirst(made);
        made.onCondition((_, condition) -> log.add(name + " " + describe(condition)));
        return made;
    }

    private static String describe(Condition condition) {
        return switch (condition) {
            case Condition.Connected _ -> "connected";
            case Condition.Eof _ -> "eof";
            case Condition.TimedOut timedOut -> "timed out " + timedOut.direction();
            case Condition.Failed failed ->
                "failed " + failed.direction() + ": " + failed.cause().getMessage();
        };
    }

    private void settle() {
        rig.run(Duration.ofSeconds(1));
    }

    private static TlsContext.Builder serving(SelfSigned identity) {
        return TlsContext.builder()
                .certificate(List.of(identity.certificate()), identity.key())
                .taskExecutor(Runnable::run);
    }

    private static TlsContext.Builder trusting(SelfSigned identity) {
        return TlsContext.builder().trust(identity.certificate()).taskExecutor(Runnable::run);
    }

    @Test
    @Tag("parity") // regress_openssl.c: bufferevent_filter
    void connectedIsReportedOnceTheHandshakeHasEndedAndWhatWasWrittenBeforeLeavesThen() {
        pair();
        TlsBufferEvent client = client(TlsCase.CLIENT, TlsCase.HOST);
        client.output().addAscii("written before");
        settle();
        assertThat(log).isEmpty();
        TlsBufferEvent server = server(TlsCase.SERVER);
        server.enableReading();
        settle();
        assertThat(log).containsExactlyInAnyOrder("client connected", "server connected");
        assertThat(server.input().removeString(US_ASCII)).isEqualTo("written before");
    }

    @Test
    @Tag("parity") // regress_openssl.c: bufferevent_socketpair, bufferevent_filter_startopen
    void tlsBeginsWhenTheSocketBelowHasConnected() throws IOException {
        LoopRig.Pair pair = rig.connectedPair();
        clientBelow = pair.near();
        serverBelow = pair.far();
        TlsBufferEvent client = client(TlsCase.CLIENT, TlsCase.HOST);
        TlsBufferEvent server = server(TlsCase.SERVER);
        client.enableReading();
        server.output().addAscii("hello");
        rig.runUntil(() -> client.input().length() == 5);
        assertThat(log).containsExactlyInAnyOrder("client connected", "server connected");
    }

    @Test
    void aRecordThatIsBeingTakenApartStaysWholeWhileACallbackMakesAnotherConnectionsRecord() {
        pair();
        TlsBufferEvent other = client(TlsCase.CLIENT, TlsCase.HOST);
        TlsBufferEvent otherEnd = server(TlsCase.SERVER);
        otherEnd.enableReading();
        pair();
        TlsBufferEvent client = client(TlsCase.CLIENT, TlsCase.HOST);
        TlsBufferEvent server = server(TlsCase.SERVER);
        server.enableReading();
        settle();
        serverBelow.input().addChangeCallback((_, _, _, drained) -> {
            if (drained > 0) {
                other.output().addAscii("another");
                other.flush(Direction.WRITING, FlushMode.FLUSH);
            }
        });
        client.output().addAscii("message");
        settle();
        assertThat(server.input().removeString(US_ASCII)).isEqualTo("message");
        assertThat(otherEnd.input().removeString(US_ASCII)).isEqualTo("another");
    }

    @Test
    void aCertificateForAnotherHostIsRefusedAndBothLearnWhy() {
        pair();
        TlsBufferEvent client = client(TlsCase.CLIENT, "other.test");
        server(TlsCase.SERVER);
        settle();
        assertThat(log).hasSize(2);
        client.rateLimits().removeLimit(); // Can be asked for, whatever has happened.
        assertThat(log)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("client failed CONNECTING: ")
                        .contains("; expected one for other.test, got CN=server.test for server.test, signed by itself,"
                                + " valid from 20"));
        assertThat(log)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("server failed CONNECTING: ")
                        .contains("certificate_unknown"));
    }

    @Test
    void aCertificateThatNobodyTrustedHasSignedIsRefused() throws IOException {
        pair();
        client(trusting(SelfSigned.forHosts("another.test")).build(), TlsCase.HOST);
        server(TlsCase.SERVER);
        settle();
        assertThat(log).hasSize(2).allMatch(line -> line.contains(" failed CONNECTING: "));
        assertThat(log)
                .anyMatch(line ->
                        line.contains("nobody trusted has signed the certificate; expected one for server.test,"));
    }

    @Test
    void whoTrustsEverybodyDoesNotLookAtNames() throws IOException {
        pair();
        client(TlsContext.builder().trustEverybody().taskExecutor(Runnable::run).build(), "other.test");
        server(TlsCase.SERVER);
        settle();
        assertThat(log).containsExactlyInAnyOrder("client connected", "server connected");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Tag("parity") // regress_openssl.c: bufferevent_socketpair_dirty_shutdown, bufferevent_filter_dirty_shutdown,
    // bufferevent_socketpair_startopen_dirty_shutdown, bufferevent_filter_startopen_dirty_shutdown
    void anEndWithoutCloseNotifyIsAFailureUnlessItIsAllowed(boolean allowed) {
        pair();
        TlsBufferEvent client = client(TlsCase.CLIENT, TlsCase.HOST);
        TlsBufferEvent server = server(TlsCase.SERVER);
        server.allowTruncation(allowed);
        assertThat(server.allowsTruncation()).isEqualTo(allowed);
        server.enableReading();
        client.enableReading(); // Or a ticket of the server's would wait for it, and be lost.
        client.output().addAscii("cut");
        settle();
        log.clear();
        client.close();
        settle();
        assertThat(server.input().removeString(US_ASCII)).isEqualTo("cut");
        assertThat(log)
                .containsExactly(
                        allowed
                                ? "server eof"
                                : "server failed READING: the connection ended without close_notify: what came last may"
                                        + " have been cut off");
    }

    @Test
    @Tag("parity") // regress_openssl.c: bufferevent_socketpair_timeout
    void aHandshakeThatDoesNotEndFailsAtItsDeadline() throws IOException {
        pair();
        server(serving(TlsCase.IDENTITY)
                .handshakeTimeout(Duration.ofMillis(300))
                .build());
        rig.run(Duration.ofMillis(299));
        assertThat(log).isEmpty();
        rig.run(Duration.ofMillis(2));
        assertThat(log).containsExactly("server failed CONNECTING: the TLS handshake took longer than 300 ms");
    }

    @Test
    void aPeerThatGoesInTheMidstOfTheHandshakeIsAFailure() {
        pair();
        server(TlsCase.SERVER);
        clientBelow.close();
        settle();
        assertThat(log)
                .containsExactly(
                        "server failed CONNECTING: the peer closed the connection in the midst of the handshake");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET / HTTP/1.1 | 'the peer does not speak TLS: it sent \"GET / HT\", which looks like plain HTTP'",
                "hello there | 'the peer does not speak TLS: it sent \"hello th\"'"
            })
    void plainTextOnATlsPortIsNamed(String sent, String told) {
        pair();
        server(TlsCase.SERVER);
        clientBelow.output().addAscii(sent);
        settle();
        assertThat(log).containsExactly("server failed CONNECTING: " + told);
    }

    @Test
    void garbageBehindTheHandshakeIsAFailureAndWhatCameBeforeIsKept() {
        pair();
        TlsBufferEvent client = client(TlsCase.CLIENT, TlsCase.HOST);
        TlsBufferEvent server = server(TlsCase.SERVER);
        server.enableReading();
        client.output().addAscii("good");
        settle();
        log.clear();
        clientBelow.output().add(new byte[] {23, 3, 3, 0, 40});
        clientBelow.output().add(new byte[40]);
        settle();
        assertThat(log).first().asString().startsWith("server failed READING: ");
        assertThat(log).filteredOn(line -> line.startsWith("server")).hasSize(1);
        assertThat(server.input().removeString(US_ASCII)).isEqualTo("good");
    }

    @Test
    void aRecordThatAnnouncesTooMuchIsRefusedAtItsHeader() {
        pair();
        server(TlsCase.SERVER);
        clientBelow.output().add(new byte[] {22, 3, 1, (byte) 0xff, (byte) 0xff});
        settle();
        assertThat(log)
                .containsExactly(
                        "server failed CONNECTING: a record may have 18432 bytes, the peer announces one of 65535");
    }

    @Test
    void theFactsTellWhatWasAgreedOn() throws IOException {
        pair();
        SelfSigned visitor = SelfSigned.forHosts("visitor.test");
        TlsBufferEvent client = client(
                trusting(TlsCase.IDENTITY)
                        .certificate(List.of(visitor.certificate()), visitor.key())
                        .applicationProtocols("h2", "http/1.1")
                        .build(),
                TlsCase.HOST);
        TlsBufferEvent server = server(serving(TlsCase.IDENTITY)
                .trust(visitor.certificate())
                .clientAuthentication(ClientAuthentication.NEEDED)
                .applicationProtocols("http/1.1")
                .build());
        assertThat(client.facts()).isEmpty();
        settle();
        TlsFacts atClient = client.facts().orElseThrow();
        TlsFacts atServer = server.facts().orElseThrow();
        assertThat(atClient.protocol()).isEqualTo("TLSv1.3");
        assertThat(atClient.cipherSuite()).isEqualTo(atServer.cipherSuite()).startsWith("TLS_");
        assertThat(atClient.applicationProtocol()).contains("http/1.1");
        assertThat(atServer.applicationProtocol()).contains("http/1.1");
        assertThat(atServer.serverName()).contains(TlsCase.HOST);
        assertThat(atClient.peerChain()).containsExactly(TlsCase.IDENTITY.certificate());
        assertThat(atServer.peerChain()).containsExactly(visitor.certificate());
    }

    @Test
    void aClientWithoutTheNeededCertificateIsRefused() throws IOException {
        pair();
        TlsBufferEvent client = client(TlsCase.CLIENT, TlsCase.HOST);
        client.enableReading();
        server(serving(TlsCase.IDENTITY)
                .trust(TlsCase.IDENTITY.certificate())
                .clientAuthentication(ClientAuthentication.NEEDED)
                .build());
        settle();
        assertThat(log).anySatisfy(line -> assertThat(line).startsWith("server failed CONNECTING: "));
        assertThat(log).anySatisfy(line -> assertThat(line).startsWith("client failed READING: "));
    }

    @Test
    void noCommonApplicationProtocolIsAFailure() throws IOException {
        pair();
        client(trusting(TlsCase.IDENTITY).applicationProtocols("h2").build(), TlsCase.HOST);
        server(serving(TlsCase.IDENTITY).applicationProtocols("http/1.1").build());
        settle();
        assertThat(log).hasSize(2).allMatch(line -> line.contains(" failed CONNECTING: "));
    }

    @Test
    void theCertificateIsChosenByTheNameThatTheClientAsksFor() throws IOException {
        SelfSigned one = SelfSigned.forHosts("one.test");
        SelfSigned two = SelfSigned.forHosts("two.test");
        TlsContext both = TlsContext.builder()
                .certificate(List.of(one.certificate()), one.key())
                .certificate(List.of(two.certificate()), two.key())
                .taskExecutor(Runnable::run)
                .build();
        for (SelfSigned wanted : List.of(two, one)) {
            pair();
            TlsBufferEvent client = client(trusting(wanted).build(), wanted == one ? "one.test" : "two.test");
            server(both);
            settle();
            assertThat(client.facts().orElseThrow().peerChain()).containsExactly(wanted.certificate());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "rsa.test, CN=rsa.test",
        "a.wild.test, CN=rsa.test",
        "b.a.wild.test, CN=one.test",
        "wild.test, CN=one.test",
        "ONE.test, CN=one.test",
        "stranger.test, CN=one.test"
    })
    void theNameCountsForMoreThanTheKindOfKeyThatTheClientLikesBest(String asked, String shown, @TempDir Path folder)
            throws IOException {
        Path rsa = Files.writeString(folder.resolve("rsa.pem"), PemFixture.RSA_IDENTITY);
        pair();
        TlsBufferEvent client = client(
                TlsContext.builder()
                        .trustEverybody()
                        .taskExecutor(Runnable::run)
                        .build(),
                asked);
        server(serving(SelfSigned.forHosts("one.test")).certificate(rsa, rsa).build());
        settle();
        assertThat(client.facts().orElseThrow().peerChain().getFirst().getSubjectX500Principal())
                .hasToString(shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aClientShowsACertificateThatTheServerTrusts(String protocol) throws IOException {
        SelfSigned wrong = SelfSigned.forHosts("wrong.test");
        SelfSigned right = SelfSigned.forHosts("right.test");
        pair();
        client(
                trusting(TlsCase.IDENTITY)
                        .certificate(List.of(wrong.certificate()), wrong.key())
                        .certificate(List.of(right.certificate()), right.key())
                        .protocols(protocol)
                        .build(),
                TlsCase.HOST);
        TlsBufferEvent server = server(serving(TlsCase.IDENTITY)
                .trust(right.certificate())
                .clientAuthentication(ClientAuthentication.NEEDED)
                .build());
        settle();
        assertThat(server.facts().orElseThrow().peerChain()).containsExactly(right.certificate());
    }

    @Test
    void sessionsAreResumed() {
        long first = 0;
        for (int i = 0; i < 3; i++) {
            pair();
            TlsBufferEvent client = client(TlsCase.CLIENT, TlsCase.HOST);
            TlsBufferEvent server = server(TlsCase.SERVER);
            client.enableReading();
            server.output().addAscii("x");
            settle();
            long created = client.sslEngine().getSession().getCreationTime();
            if (i == 0) {
                first = created;
            }
            assertThat(created).isEqualTo(first);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void onlyOneDirectionEndsWhereTheProtocolCanDoThat(String protocol) throws IOException {
        pair();
        TlsBufferEvent client =
                client(trusting(TlsCase.IDENTITY).protocols(protocol).build(), TlsCase.HOST);
        TlsBufferEvent server = server(TlsCase.SERVER);
        client.enableReading();
        server.enableReading();
        settle();
        log.clear();
        if (protocol.equals("TLSv1.2")) {
            assertThatThrownBy(client::shutdownOutput)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("on TLSv1.2 an end of the output ends the connection; closeAfterFlush() does that");
            client.output().addAscii("bye");
            client.closeAfterFlush(Duration.ofSeconds(1));
            settle();
            assertThat(log).containsExactly("server eof");
            assertThat(server.input().removeString(US_ASCII)).isEqualTo("bye");
            return;
        }
        client.shutdownOutput();
        settle();
        assertThat(log).containsExactly("server eof");
        server.output().addAscii("still here");
        settle();
        assertThat(client.input().removeString(US_ASCII)).isEqualTo("still here");
    }

    @Test
    @Tag("parity") // regress_openssl.c: bufferevent_socketpair_batch_write
    void whatIsWrittenInOneTurnLeavesInOneRecord() {
        pair();
        TlsBufferEvent client = client(TlsCase.CLIENT, TlsCase.HOST);
        server(TlsCase.SERVER);
        client.enableReading();
        settle();
        for (int i = 0; i < 100; i++) {
            client.output().addAscii("0123456789");
        }
        settle();
        assertThat(clientBelow.output().length() + serverBelow.input().length())
                .as("with what is around one record")
                .isBetween(1000L, 1060L);
    }

    @Test
    void keysAreRenewedWhileBytesFlow() {
        pair();
        TlsBufferEvent client = client(TlsCase.CLIENT, TlsCase.HOST);
        TlsBufferEvent server = server(TlsCase.SERVER);
        client.enableReading();
        server.enableReading();
        settle();
        byte[] bytes = new byte[50_000];
        for (int i = 0; i < 5; i++) {
            client.write(bytes);
            client.renewKeys();
            server.write(bytes);
            settle();
        }
        assertThat(server.input().length()).isEqualTo(250_000);
        assertThat(client.input().length()).isEqualTo(250_000);
        assertThat(log).containsExactlyInAnyOrder("client connected", "server connected");
    }

    @Test
    void aPeerThatRenewsKeysWithoutEndIsCutOff() {
        pair();
        TlsBufferEvent client = client(TlsCase.CLIENT, TlsCase.HOST);
        TlsBufferEvent server = server(TlsCase.SERVER);
        client.enableReading();
        server.enableReading();
        settle();
        log.clear();
        for (int i = 0; i < 100 && log.isEmpty(); i++) {
            client.renewKeys();
            settle();
        }
        assertThat(log)
                .first()
                .asString()
                .matches("(server|client) failed READING: the peer has sent \\d+ records without data in a row");
    }

    @Test
    void tlsBeginsOnAConnectionThatRunsInClearAndEndsBeforeIt() {
        pair();
        clientBelow.enableReading();
        serverBelow.enableReading();
        clientBelow.output().addAscii("STARTTLS\n");
        settle();
        assertThat(serverBelow.input().removeString(US_ASCII)).isEqualTo("STARTTLS\n");
        TlsBufferEvent client = logged("client", TlsBufferEvent.client(clientBelow, TlsCase.CLIENT, TlsCase.HOST, 25));
        settle(); // Its first record waits in the input of the other.
        TlsBufferEvent server = logged("server", TlsBufferEvent.server(serverBelow, TlsCase.SERVER));
        client.enableReading();
        server.enableReading();
        client.output().addAscii("secret");
        settle();
        assertThat(server.input().removeString(US_ASCII)).isEqualTo("secret");
        log.clear();
        client.shutdownOutput();
        server.shutdownOutput();
        settle();
        assertThat(log).containsExactlyInAnyOrder("client eof", "server eof");
        client.close();
        clientBelow.output().addAscii("in clear again");
        settle();
        server.close();
        serverBelow.enableReading();
        settle();
        assertThat(serverBelow.input().removeString(US_ASCII)).isEqualTo("in clear again");
    }

    @Test
    void rateLimitsAreThoseOfTheWire() {
        pair();
        TlsBufferEvent client = client(TlsCase.CLIENT, TlsCase.HOST);
        assertThat(client.rateLimits()).isSameAs(clientBelow.rateLimits());
    }

    @Test
    void aProgramThatDoesNotReadHoldsThePeerBack() {
        pair();
        TlsBufferEvent client = client(TlsCase.CLIENT, TlsCase.HOST);
        TlsBufferEvent server = server(TlsCase.SERVER);
        settle();
        client.write(new byte[10_000_000]);
        settle();
        assertThat(server.input().length() + serverBelow.input().length()).isLessThan(200_000);
        assertThat(client.output().length()).isGreaterThan(9_000_000);
        server.onRead(it -> it.input().drain(Long.MAX_VALUE));
        server.enableReading();
        rig.runUntil(() -> client.unsent() == 0);
        assertThat(client.output().isEmpty()).isTrue();
    }

    @Test
    void onTls12NothingCanBeSentBehindThePeersEnd() throws IOException {
        pair();
        TlsBufferEvent client =
                client(trusting(TlsCase.IDENTITY).protocols("TLSv1.2").build(), TlsCase.HOST);
        TlsBufferEvent server = server(TlsCase.SERVER);
        client.enableReading();
        server.enableReading();
        settle();
        log.clear();
        client.closeAfterFlush(Duration.ofSeconds(1));
        settle();
        server.output().addAscii("too late");
        settle();
        assertThat(log)
                .containsExactly(
                        "server eof",
                        "server failed WRITING: the peer has ended the connection; on TLS 1.2 nothing can be sent after"
                                + " that");
    }
}
