package io.jevent.benchmarks;

import io.jevent.tls.SelfSigned;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;

/**
 * What connections of one workload have in common: a key on P-256, its certificate, one protocol and one cipher suite. The
 * side of jevent hands them to {@link TlsContext} as programs do, the side of the engines makes its context with the JDK alone;
 * both make their engines with the same parameters.
 *
 * <p>Threading: one thread.
 */
final class TlsSetup {
    static final String HOST = "localhost";

    private static final int MAX_PORT = 65_535;

    private final TlsContext context;

    private int port = 1;

    private TlsSetup(TlsContext context) {
        this.context = context;
        // Of full handshakes no session is wanted again.
        context.sslContext().getClientSessionContext().setSessionCacheSize(2);
    }

    /** Protocol and cipher suite. */
    enum Kind {
        TLS13("TLSv1.3", "TLS_AES_128_GCM_SHA256"),
        TLS12("TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");

        private final String protocol;
        private final String cipher;

        Kind(String protocol, String cipher) {
            this.protocol = protocol;
            this.cipher = cipher;
        }

        /** {@return a setup with a context of the JDK's, for engines alone} */
        TlsSetup forEngines() {
            try {
                return made(TlsContext.builder().context(sslContext(SelfSigned.forHosts(HOST))));
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException(e);
            }
        }

        /**
         * {@return a setup as a program of jevent has it}
         *
         * @param tasks where handshakes calculate
         */
        TlsSetup forBufferEvents(Executor tasks) {
            SelfSigned own = SelfSigned.forHosts(HOST);
            return made(TlsContext.builder()
                    .certificate(List.of(own.certificate()), own.key())
                    .trust(own.certificate())
                    .taskExecutor(tasks));
        }

        private TlsSetup made(TlsContext.Builder settings) {
            try {
                return new TlsSetup(settings.protocols(protocol).ciphers(cipher).build());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static SSLContext sslContext(SelfSigned own) throws GeneralSecurityException, IOException {
        char[] password = new char[0];
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry("own", own.key(), password, new Certificate[] {own.certificate()});
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keyManagers.init(keys, password);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("own", own.certificate());
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trustManagers.init(trusted);
        SSLContext ssl = SSLContext.getInstance("TLS");
        ssl.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return ssl;
    }

    /** {@return where handshakes calculate if a program says nothing} */
    static Executor defaultTasks() {
        try {
            return TlsContext.builder().build().taskExecutor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TlsContext context() {
        return context;
    }

    /** {@return the port of the server, by which sessions are found again} */
    int port() {
        return port;
    }

    /** The next connection is to a server that has no session yet. */
    void forget() {
        port = port % MAX_PORT + 1;
    }

    SSLEngine client() {
        return context.clientEngine(HOST, port);
    }

    SSLEngine server() {
        return context.serverEngine();
    }

    /**
     * Checks that a handshake was full, or that it was resumed: then its session was made with the first of them.
     *
     * @param startMillis when it began
     */
    static void check(SSLSession session, boolean resumes, long startMillis) {
        boolean resumed = session.getCreationTime() < startMillis;
        if (resumed != resumes) {
            throw new IllegalStateException("need " + (resumes ? "a resumed handshake" : "a full handshake") + ", got "
                    + session + " of " + session.getCreationTime() + " at " + startMillis);
        }
    }
}
