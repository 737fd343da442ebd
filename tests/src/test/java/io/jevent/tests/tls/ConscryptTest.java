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
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.conscrypt.Conscrypt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Another provider than the JDK's: BoringSSL, through Conscrypt. */
@EnabledOnOs(architectures = "amd64", disabledReason = "Conscrypt has no library for it")
class ConscryptTest {
    private static final Provider CONSCRYPT = Conscrypt.newProvider();
    private static final int BYTES = 300_000;

    private final LoopRig rig = BackendUnderTest.SIMULATED.open();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void close() {
        rig.close();
    }

    private static SSLContext sslContext() throws GeneralSecurityException, IOException {
        char[] none = new char[0];
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        Certificate own = TlsCase.IDENTITY.certificate();
        store.setKeyEntry("own", TlsCase.IDENTITY.key(), none, new Certificate[] {own});
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, none);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("own", own);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS", CONSCRYPT);
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static TlsContext context(String provider, TlsContext own, String protocol) throws Exception {
        return provider.equals("JDK")
                ? own
                : TlsContext.builder()
                        .context(sslContext())
                        .protocols(protocol)
                        .applicationProtocols("echo")
                        .taskExecutor(Runnable::run)
                        .build();
    }

    private TlsBufferEvent logged(String name, TlsBufferEvent made) {
        made.onCondition((_, condition) -> log.add(name + " "
                + (condition instanceof Condition.Failed failed
                        ? failed
                        : condition.getClass().getSimpleName())));
        made.enableReading();
        return made;
    }

    @ParameterizedTest
    @CsvSource({
        "Conscrypt, Conscrypt, TLSv1.3",
        "Conscrypt, Conscrypt, TLSv1.2",
        "Conscrypt, JDK, TLSv1.3",
        "JDK, Conscrypt, TLSv1.3",
        "Conscrypt, JDK, TLSv1.2",
        "JDK, Conscrypt, TLSv1.2"
    })
    void bytesPassBothWaysAndTheEndIsClean(String client, String server, String protocol) throws Exception {
        byte[] sent = new byte[BYTES];
        new SplittableRandom(1).nextBytes(sent);
        PairBufferEvent near = PairBufferEvent.create(rig.base());
        TlsContext asking = context(client, TlsCase.CLIENT, protocol);
        TlsContext answering = context(server, TlsCase.SERVER, protocol);
        try (TlsBufferEvent one = logged(
                        "client",
                        TlsBufferEvent.client(near, asking, TlsCase.HOST, 443, BufferEventOption.CLOSE_ON_FREE));
                TlsBufferEvent other = logged(
                        "server",
                        TlsBufferEvent.server(
                                near.partner().orElseThrow(), answering, BufferEventOption.CLOSE_ON_FREE))) {
            other.onRead(it -> it.write(it.input()));
            one.write(sent);
            rig.runUntil(() -> one.input().length() == BYTES || log.size() > 2);
            assertThat(log).containsExactlyInAnyOrder("client Connected", "server Connected");
            assertThat(one.input().removeAll()).isEqualTo(sent);
            assertThat(one.facts().orElseThrow().protocol()).isEqualTo(protocol);
            one.closeAfterFlush(Duration.ofSeconds(5));
            rig.run(Duration.ofSeconds(1));
            assertThat(log).endsWith("server Eof").hasSize(3);
        }
    }
}
