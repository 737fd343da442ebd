package io.jevent.tests.tls;

import io.jevent.tests.flavor.TlsCase;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.util.SplittableRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Contexts that remember no session of an earlier run and draw the same numbers in each, so that a run can be repeated. */
final class FuzzedTls {
    private static final KeyManager[] KEYS;
    private static final TrustManager[] TRUST;

    static {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "own", TlsCase.IDENTITY.key(), new char[0], new Certificate[] {TlsCase.IDENTITY.certificate()});
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(store, new char[0]);
            KEYS = keys.getKeyManagers();
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("own", TlsCase.IDENTITY.certificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            TRUST = trust.getTrustManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private FuzzedTls() {}

    /** For either end. */
    static TlsContext context(String protocol) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(KEYS, TRUST, new SameEachTime());
            return TlsContext.builder()
                    .context(context)
                    .protocols(protocol)
                    .taskExecutor(Runnable::run)
                    .build();
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What it is not, is secure. */
    private static final class SameEachTime extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final transient SplittableRandom random = new SplittableRandom(1);

        @Override
        public void nextBytes(byte[] bytes) {
            random.nextBytes(bytes);
        }
    }
}
