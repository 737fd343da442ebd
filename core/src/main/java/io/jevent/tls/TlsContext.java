package io.jevent.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What TLS connections have in common: certificates and keys, whom to trust, protocols and ciphers, and the limits of a
 * handshake. Make one for all connections of a kind: sessions are resumed within it.
 *
 * <pre>{@code
 * TlsContext server = TlsContext.builder().certificate(Path.of("chain.pem"), Path.of("key.pem")).build();
 * TlsContext client = TlsContext.builder().trust(Path.of("ca.pem")).build();
 * }</pre>
 *
 * <p>Without more it speaks TLS 1.3 and 1.2, trusts whom the JDK trusts, and, as a client, checks that the certificate is for
 * the host that was asked for. <em>Difference</em>: libevent leaves all of that to the program, and its samples check by hand.
 *
 * <p>{@link #reload()} reads the files again and swaps what new connections use, if all is good; a {@code TlsReloader} does that
 * by itself when they change. Sessions from before are then not resumed.
 *
 * <p>Threading: share freely.
 *
 * @see "libevent SSL_CTX"
 */
public final class TlsContext {
    /** How long a handshake may take, unless told otherwise: 10 s. */
    public static final Duration DEFAULT_HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

    private static final List<String> DEFAULT_PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    private final Builder settings;
    private final FileWatch files;
    private volatile SSLContext current;

    private TlsContext(Builder settings) throws IOException {
        this.settings = settings;
        this.files = new FileWatch(settings.files);
        this.current = settings.open();
        if (settings.ciphers.isEmpty()) {
            settings.ciphers = modern(current.createSSLEngine().getEnabledCipherSuites());
        }
    }

    /** Those that encrypt and authenticate in one, and whose keys are gone with the connection; all where there is none. */
    private static List<String> modern(String[] suites) {
        List<String> modern = Arrays.stream(suites)
                .filter(name -> name.endsWith("_SHA256") || name.endsWith("_SHA384"))
                .filter(name -> name.contains("_GCM_") || name.contains("_CHACHA20_POLY1305_"))
                .filter(name -> name.startsWith("TLS_ECDHE_") || !name.contains("_WITH_"))
                .toList();
        return modern.isEmpty() ? List.of(suites) : modern;
    }

    /**
     * {@return a builder with every default}
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads certificates, keys and the trusted again, and uses them for connections that are made from now on. Those that are
     * there go on as they are. It reads files, so do not call it on a loop's thread.
     *
     * @throws IOException if something cannot be read or used; then nothing changes
     */
    public synchronized void reload() throws IOException {
        files.take();
        current = settings.open();
    }

    /**
     * Does what {@link #reload()} does if a file is no longer the one that was read or tried last (by time, length or
     * identity), and has stayed as it is since the last call of this: who replaces a certificate writes two files or more.
     *
     * @return whether they were read again
     * @throws IOException if something cannot be read or used; then nothing changes, and it is not tried again before the next
     *     change
     */
    public synchronized boolean reloadIfChanged() throws IOException {
        if (!files.hasSettledOnAnother()) {
            return false;
        }
        reload();
        return true;
    }

    /**
     * {@return the files that this was made of; none where the program gave all by itself}
     */
    public List<Path> files() {
        return settings.files;
    }

    /**
     * {@return the context of the JDK that new connections use}
     *
     * @see "libevent SSL_CTX"
     */
    public SSLContext sslContext() {
        return current;
    }

    /**
     * {@return how long a handshake may take}
     */
    public Duration handshakeTimeout() {
        return settings.handshakeTimeout;
    }

    /**
     * {@return where the long calculations of handshakes run}
     */
    public Executor taskExecutor() {
        return settings.taskExecutor;
    }

    /**
     * {@return a new engine for the client's end of a connection}
     *
     * @param host the server's name, or its address as text
     * @param port the server's port, by which sessions are found again
     */
    public SSLEngine clientEngine(String host, int port) {
        SSLEngine engine = current.createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = settings.parameters(engine);
        if (!isLiteral(host)) {
            parameters.setServerNames(List.of(new SNIHostName(host)));
        }
        if (settings.verifiesHost) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /**
     * {@return a new engine for the server's end of a connection}
     */
    public SSLEngine serverEngine() {
        SSLEngine engine = current.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = settings.parameters(engine);
        switch (settings.clientAuthentication) {
            case NONE -> parameters.setWantClientAuth(false);
            case WANTED -> parameters.setWantClientAuth(true);
            case NEEDED -> parameters.setNeedClientAuth(true);
        }
        parameters.setUseCipherSuitesOrder(true);
        engine.setSSLParameters(parameters);
        return engine;
    }

    private static boolean isLiteral(String host) {
        if (host.indexOf(':') < 0 && !host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'))) {
            return false; // Most are names, and the exception for each would be a twentieth of a resumed handshake.
        }
        try {
            InetAddress.ofLiteral(host);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "TlsContext[" + current.getProvider().getName() + ", " + settings.protocols + "]";
    }

    /** Certificates and their keys, from wherever they come. */
    @FunctionalInterface
    private interface Source {
        List<Identity> open() throws IOException, GeneralSecurityException;
    }

    /** Certificates of the trusted, from wherever they come. */
    @FunctionalInterface
    private interface Trusted {
        void addTo(KeyStore store, int number) throws IOException, GeneralSecurityException;
    }

    /** Collects settings; each setter returns the builder. */
    public static final class Builder {
        private final List<Source> identities = new ArrayList<>();
        private final List<Trusted> trusted = new ArrayList<>();
        private List<Path> files = new ArrayList<>();
        private @Nullable SSLContext given;
        private boolean trustsEverybody;
        private boolean verifiesHost = true;
        private List<String> protocols = DEFAULT_PROTOCOLS;
        private List<String> ciphers = List.of();
        private List<String> applicationProtocols = List.of();
        private ClientAuthentication clientAuthentication = ClientAuthentication.NONE;
        private Duration handshakeTimeout = DEFAULT_HANDSHAKE_TIMEOUT;
        private Executor taskExecutor = TaskThreads.SHARED;

        private Builder() {}

        private Builder copy() {
            Builder copy = new Builder();
            copy.identities.addAll(identities);
            copy.trusted.addAll(trusted);
            copy.files = files.stream().distinct().toList();
            copy.given = given;
            copy.trustsEverybody = trustsEverybody;
            copy.verifiesHost = verifiesHost;
            copy.protocols = protocols;
            copy.ciphers = ciphers;
            copy.applicationProtocols = applicationProtocols;
            copy.clientAuthentication = clientAuthentication;
            copy.handshakeTimeout = handshakeTimeout;
            copy.taskExecutor = taskExecutor;
            return copy;
        }

        /**
         * Adds a certificate, with those that lead from it towards a trusted one, and its key, from PEM files: RSA, EC, Ed25519
         * or Ed448, in PKCS #8 or in the older forms. Of several, a server shows the one that fits the name its client asks for
         * (SNI), else the first.
         *
         * @param chain the certificate, followed by the others
         * @param key its private key; it may be the same file
         * @return this builder
         * @see "libevent SSL_CTX_use_certificate_chain_file(), SSL_CTX_use_PrivateKey_file()"
         */
        public Builder certificate(Path chain, Path key) {
            identities.add(() -> List.of(Identity.of(Pem.certificates(chain), Pem.privateKey(key, null))));
            return reading(chain, key);
        }

        /**
         * Adds a certificate whose key is encrypted, see {@link #certificate(Path, Path)}.
         *
         * @param chain the certificate, followed by the others
         * @param key its private key, in PKCS #8; one that wants the password hashed more than 10,000,000 times is refused
         * @param password of the key
         * @return this builder
         * @see "libevent SSL_CTX_set_default_passwd_cb()"
         */
        public Builder certificate(Path chain, Path key, char[] password) {
            char[] copy = password.clone();
            identities.add(() -> List.of(Identity.of(Pem.certificates(chain), Pem.privateKey(key, copy))));
            return reading(chain, key);
        }

        /**
         * Adds a certificate that the program has, see {@link #certificate(Path, Path)}.
         *
         * @param chain the certificate, followed by the others
         * @param key its private key
         * @return this builder
         */
        public Builder certificate(List<X509Certificate> chain, PrivateKey key) {
            List<X509Certificate> copy = List.copyOf(chain);
            if (copy.isEmpty()) {
                throw new IllegalArgumentException("need at least one certificate");
            }
            identities.add(() -> List.of(Identity.of(copy, key)));
            return this;
        }

        /**
         * Adds the certificates and keys of a key store.
         *
         * @param store the store, loaded
         * @param password of its keys
         * @return this builder
         */
        public Builder certificates(KeyStore store, char[] password) {
            char[] copy = password.clone();
            identities.add(() -> Identity.allOf(store, copy));
            return this;
        }

        /**
         * Adds the certificates and keys of a key store's file.
         *
         * @param store the file, PKCS #12 or JKS
         * @param password of the store and its keys
         * @return this builder
         */
        public Builder certificates(Path store, char[] password) {
            char[] copy = password.clone();
            identities.add(() -> Identity.allOf(KeyStore.getInstance(store.toFile(), copy), copy));
            return reading(store);
        }

        private Builder reading(Path... paths) {
            files.addAll(List.of(paths));
            return this;
        }

        private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        }

        /**
         * Trusts whom the certificates of a PEM file sign, and no longer whom the JDK trusts.
         *
         * @param authorities the file
         * @return this builder
         * @see "libevent SSL_CTX_load_verify_locations()"
         */
        public Builder trust(Path authorities) {
            trusted.add((store, number) -> {
                int i = 0;
                for (X509Certificate certificate : Pem.certificates(authorities)) {
                    store.setCertificateEntry(number + "." + i++, certificate);
                }
            });
            return reading(authorities);
        }

        /**
         * Trusts whom a certificate signs, or itself, and no longer whom the JDK trusts.
         *
         * @param authority the certificate
         * @return this builder
         */
        public Builder trust(X509Certificate authority) {
            trusted.add((store, number) -> store.setCertificateEntry(String.valueOf(number), authority));
            return this;
        }

        /**
         * Trusts everybody and does not look at names: whoever is in between can read and change everything. For trying things
         * out.
         *
         * @return this builder
         * @see "libevent SSL_CTX_set_verify(SSL_VERIFY_NONE)"
         */
        public Builder trustEverybody() {
            trustsEverybody = true;
            verifiesHost = false;
            return this;
        }

        /**
         * Sets whether a client checks that the certificate is for the host it asked for; it does by default.
         *
         * @param verifies whether it does
         * @return this builder
         */
        public Builder verifyHost(boolean verifies) {
            verifiesHost = verifies;
            return this;
        }

        /**
         * Uses a context as it is, of any provider: certificates, keys and the trusted are its own.
         *
         * @param context the context
         * @return this builder
         */
        public Builder context(SSLContext context) {
            given = Objects.requireNonNull(context);
            return this;
        }

        /**
         * Sets the protocols, by the names the JDK gives them; by default {@code TLSv1.3} and {@code TLSv1.2}.
         *
         * @param names one or more
         * @return this builder
         * @see "libevent SSL_CTX_set_min_proto_version()"
         */
        public Builder protocols(String... names) {
            if (names.length == 0) {
                throw new IllegalArgumentException("need at least one protocol");
            }
            protocols = List.of(names);
            return this;
        }

        /**
         * Sets the cipher suites, best first, by the names the JDK gives them. By default those of the provider that are of
         * TLS 1.3, or encrypt and authenticate in one (AES-GCM, ChaCha20-Poly1305) with a key exchange of each connection's own
         * (ECDHE); no CBC, no RSA key exchange.
         *
         * @param names one or more
         * @return this builder
         * @see "libevent SSL_CTX_set_cipher_list()"
         */
        public Builder ciphers(String... names) {
            if (names.length == 0) {
                throw new IllegalArgumentException("need at least one cipher suite");
            }
            ciphers = List.of(names);
            return this;
        }

        /**
         * Sets the application protocols (ALPN), best first; by default none is negotiated. A server refuses clients that offer
         * none of these, but not those that offer nothing.
         *
         * @param names such as {@code http/1.1}
         * @return this builder
         * @see "libevent SSL_CTX_set_alpn_protos(), SSL_CTX_set_alpn_select_cb()"
         */
        public Builder applicationProtocols(String... names) {
            applicationProtocols = List.of(names);
            return this;
        }

        /**
         * Sets whether a server asks its clients for certificates; it does not by default.
         *
         * @param asks whether it does
         * @return this builder
         */
        public Builder clientAuthentication(ClientAuthentication asks) {
            clientAuthentication = Objects.requireNonNull(asks);
            return this;
        }

        /**
         * Sets how long a handshake may take, from the connection on.
         *
         * @param timeout above 0
         * @return this builder
         */
        public Builder handshakeTimeout(Duration timeout) {
            if (timeout.isZero() || timeout.isNegative()) {
                throw new IllegalArgumentException("need a handshake timeout > 0, got " + timeout);
            }
            handshakeTimeout = timeout;
            return this;
        }

        /**
         * Sets where the long calculations of handshakes run. By default as many threads as there are processors share them, for
         * all contexts, and at most 4096 wait; a handshake for which there is no room fails.
         *
         * @param executor runs them, or throws {@link java.util.concurrent.RejectedExecutionException}; {@code Runnable::run}
         *     runs them on the loop
         * @return this builder
         */
        public Builder taskExecutor(Executor executor) {
            taskExecutor = Objects.requireNonNull(executor);
            return this;
        }

        /**
         * {@return a context with these settings}
         *
         * @throws IOException if a file cannot be read, or what is in it cannot be used
         * @throws IllegalArgumentException if a protocol or cipher suite does not exist
         */
        public TlsContext build() throws IOException {
            TlsContext made = new TlsContext(copy());
            SSLEngine trial = made.current.createSSLEngine();
            trial.setSSLParameters(made.settings.parameters(trial)); // So that a wrong name is found now.
            return made;
        }

        private SSLParameters parameters(SSLEngine engine) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setProtocols(protocols.toArray(String[]::new));
            parameters.setCipherSuites(ciphers.toArray(String[]::new));
            parameters.setApplicationProtocols(applicationProtocols.toArray(String[]::new));
            return parameters;
        }

        private SSLContext open() throws IOException {
            SSLContext present = given;
            if (present != null) {
                return present;
            }
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(keyManagers(), trustManagers(), null);
                return context;
            } catch (GeneralSecurityException | RuntimeException e) {
                throw new IOException("cannot set TLS up: " + e.getMessage(), e);
            }
        }

        private KeyManager @Nullable [] keyManagers() throws IOException, GeneralSecurityException {
            if (identities.isEmpty()) {
                return null;
            }
            List<Identity> all = new ArrayList<>();
            for (Source source : identities) {
                all.addAll(source.open());
            }
            return new KeyManager[] {new Identities(all)};
        }

        private TrustManager[] trustManagers() throws IOException, GeneralSecurityException {
            if (trustsEverybody) {
                return new TrustManager[] {new TrustingEverybody()};
            }
            KeyStore store = trusted.isEmpty() ? null : trustedStore();
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store); // Null stands for whom the JDK trusts.
            TrustManager[] managers = factory.getTrustManagers();
            for (int i = 0; i < managers.length; i++) {
                if (managers[i] instanceof X509ExtendedTrustManager judge) {
                    managers[i] = new ExplainingTrust(judge);
                }
            }
            return managers;
        }

        private KeyStore trustedStore() throws IOException, GeneralSecurityException {
            KeyStore store = emptyStore();
            int number = 0;
            for (Trusted some : trusted) {
                some.addTo(store, number++);
            }
            return store;
        }
    }
}
