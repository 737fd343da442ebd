package io.jevent.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.IntStream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows certificates: a server the one that fits the name its client asks for, else the first; a client the first that an
 * authority has signed which the server names.
 *
 * <p>The JDK's own ones take each key out of a store, and decrypt it, in each handshake.
 */
final class Identities extends X509ExtendedKeyManager {
    private final List<Identity> identities;

    Identities(List<Identity> identities) {
        this.identities = List.copyOf(identities);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        SSLSession session = engine.getHandshakeSession();
        String host = session instanceof ExtendedSSLSession extended ? askedFor(extended) : null;
        if (host == null) {
            return first(keyType);
        }
        for (int i = 0; i < identities.size(); i++) {
            if (identities.get(i).isOf(keyType) && identities.get(i).isFor(host)) {
                return "" + i;
            }
        }
        // One that fits may have a key of another kind, which is asked for next, if the client knows that kind.
        return fitsByAnotherKind(host, (ExtendedSSLSession) session) ? null : first(keyType);
    }

    private static @Nullable String askedFor(ExtendedSSLSession session) {
        for (SNIServerName name : session.getRequestedServerNames()) {
            if (name instanceof SNIHostName host) {
                return host.getAsciiName();
            }
        }
        return null;
    }

    private boolean fitsByAnotherKind(String host, ExtendedSSLSession session) {
        List<String> signatures = List.of(session.getPeerSupportedSignatureAlgorithms());
        return identities.stream()
                .filter(identity -> identity.isFor(host))
                .anyMatch(identity -> signatures.stream().anyMatch(name -> signs(identity, name)));
    }

    /** Whether a signature, such as {@code SHA256withECDSA}, is made with the key. */
    private static boolean signs(Identity identity, String signature) {
        return switch (identity.key().getAlgorithm()) {
            case "EC" -> signature.endsWith("withECDSA");
            case "RSA" -> signature.endsWith("withRSA") || signature.equals("RSASSA-PSS");
            case "RSASSA-PSS" -> signature.equals("RSASSA-PSS");
            default -> signature.startsWith("Ed");
        };
    }

    private @Nullable String first(String keyType) {
        for (int i = 0; i < identities.size(); i++) {
            if (identities.get(i).isOf(keyType)) {
                return "" + i;
            }
        }
        return null;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
        for (String keyType : keyTypes) {
            String[] fitting = getClientAliases(keyType, issuers);
            if (fitting != null) {
                return fitting[0];
            }
        }
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        String[] fitting = IntStream.range(0, identities.size())
                .filter(i -> identities.get(i).isOf(keyType))
                .filter(i -> issuers == null
                        || issuers.length == 0
                        || identities.get(i).isIssuedBy(issuers))
                .mapToObj(String::valueOf)
                .toArray(String[]::new);
        return fitting.length == 0 ? null : fitting;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return getClientAliases(keyType, null);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null; // Only engines are made.
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    private @Nullable Identity of(String alias) {
        for (int i = 0; i < identities.size(); i++) {
            if (alias.equals("" + i)) {
                return identities.get(i);
            }
        }
        return null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Identity identity = of(alias);
        return identity == null ? null : identity.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Identity identity = of(alias);
        return identity == null ? null : identity.key();
    }
}
