package io.jevent.bufferevent;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * What a handshake has agreed on.
 *
 * @param protocol such as {@code TLSv1.3}
 * @param cipherSuite such as {@code TLS_AES_256_GCM_SHA384}
 * @param applicationProtocol by ALPN, if one was agreed on
 * @param serverName the name that the client asked for (SNI), if it did
 * @param peerChain the peer's certificate, followed by those that lead from it towards a trusted one; empty if it showed none
 * @see "libevent SSL_get_version(), SSL_get_current_cipher(), SSL_get0_alpn_selected(), SSL_get_peer_cert_chain()"
 */
public record TlsFacts(
        String protocol,
        String cipherSuite,
        Optional<String> applicationProtocol,
        Optional<String> serverName,
        List<X509Certificate> peerChain) {
    /** Keeps a copy of the chain. */
    public TlsFacts {
        peerChain = List.copyOf(peerChain);
    }

    static TlsFacts of(SSLEngine engine) {
        SSLSession session = engine.getSession();
        String application = engine.getApplicationProtocol();
        return new TlsFacts(
                session.getProtocol(),
                session.getCipherSuite(),
                application == null || application.isEmpty() ? Optional.empty() : Optional.of(application),
                serverName(session),
                chain(session));
    }

    private static Optional<String> serverName(SSLSession session) {
        if (!(session instanceof ExtendedSSLSession extended)) {
            return Optional.empty();
        }
        return extended.getRequestedServerNames().stream()
                .filter(SNIHostName.class::isInstance)
                .map(name -> ((SNIHostName) name).getAsciiName())
                .findFirst();
    }

    private static List<X509Certificate> chain(SSLSession session) {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            for (Certificate certificate : session.getPeerCertificates()) {
                if (certificate instanceof X509Certificate known) {
                    chain.add(known);
                }
            }
        } catch (SSLPeerUnverifiedException _) {
            // It has shown none.
        }
        return chain;
    }
}
