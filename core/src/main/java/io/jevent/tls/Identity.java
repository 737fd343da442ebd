package io.jevent.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A certificate, those that lead from it towards a trusted one, and its private key. */
final class Identity {
    /** The tag of a name in the list of a certificate's names. */
    private static final int DNS_NAME = 2;

    private final List<X509Certificate> chain;
    private final PrivateKey key;

    /** In small letters; may begin with {@code *.}. */
    private final Set<String> names;

    private Identity(List<X509Certificate> chain, PrivateKey key) {
        this.chain = List.copyOf(chain);
        this.key = key;
        this.names = names(chain.getFirst());
    }

    /** Checks that the key is that of the certificate. */
    static Identity of(List<X509Certificate> chain, PrivateKey key) throws IOException, GeneralSecurityException {
        X509Certificate own = chain.getFirst();
        if (!own.getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
            throw new IOException("the certificate of " + own.getSubjectX500Principal() + " is for a key of the kind "
                    + own.getPublicKey().getAlgorithm() + ", got one of " + key.getAlgorithm());
        }
        if (!KeyMatch.of(key, own.getPublicKey())) {
            throw new IOException("the private key is not that of the certificate of " + own.getSubjectX500Principal());
        }
        return new Identity(chain, key);
    }

    /** All that a store has; its keys are taken out once, and not in each handshake. */
    static List<Identity> allOf(KeyStore store, char[] password) throws IOException, GeneralSecurityException {
        List<Identity> all = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias) && store.getKey(alias, password) instanceof PrivateKey key) {
                List<X509Certificate> chain = new ArrayList<>();
                for (Certificate certificate : store.getCertificateChain(alias)) {
                    if (certificate instanceof X509Certificate known) {
                        chain.add(known);
                    }
                }
                if (!chain.isEmpty()) {
                    all.add(of(chain, key));
                }
            }
        }
        return all;
    }

    private static Set<String> names(X509Certificate certificate) {
        Set<String> names = new HashSet<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all != null) {
                for (List<?> name : all) {
                    if (name.get(0).equals(DNS_NAME)) {
                        names.add(String.valueOf(name.get(1)).toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException _) {
            // It is for no name that can be asked for.
        }
        return names;
    }

    List<X509Certificate> chain() {
        return chain;
    }

    PrivateKey key() {
        return key;
    }

    /** Whether it is one of those, as the JDK names them: {@code EC}, {@code RSA}, or {@code EC_RSA} for who has signed it. */
    boolean isOf(String keyType) {
        return keyType.equals(key.getAlgorithm()) || keyType.startsWith(key.getAlgorithm() + "_");
    }

    /** Whether its certificate is for a host: by name, or by one star in place of the first label. */
    boolean isFor(String host) {
        String asked = host.toLowerCase(Locale.ROOT);
        int dot = asked.indexOf('.');
        return names.contains(asked) || (dot > 0 && names.contains("*" + asked.substring(dot)));
    }

    /** Whether one of those has signed it, or one on the way to it. */
    boolean isIssuedBy(Principal... issuers) {
        for (X509Certificate certificate : chain) {
            for (Principal issuer : issuers) {
                if (certificate.getIssuerX500Principal().equals(issuer)) {
                    return true;
                }
            }
        }
        return false;
    }
}
