package io.jevent.tls;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Decides as another does, and says of a certificate that it refuses what was expected and what came. */
final class ExplainingTrust extends X509ExtendedTrustManager {
    /** A certificate may have hundreds of names. */
    private static final int MAX_NAMES_LENGTH = 200;

    private final X509ExtendedTrustManager judge;

    ExplainingTrust(X509ExtendedTrustManager judge) {
        this.judge = judge;
    }

    /** What the other says. */
    @FunctionalInterface
    private interface Judgement {
        void pass() throws CertificateException;
    }

    private static void explained(X509Certificate[] chain, @Nullable String host, Judgement judgement)
            throws CertificateException {
        try {
            judgement.pass();
        } catch (CertificateException e) {
            throw new CertificateException(explanation(chain, host, e), e);
        }
    }

    private static String explanation(X509Certificate[] chain, @Nullable String host, CertificateException refusal) {
        String expected = host == null ? "expected one of a trusted issuer" : "expected one for " + host;
        return reason(refusal) + "; " + expected + ", got " + (chain.length == 0 ? "none" : describe(chain[0]));
    }

    /** The innermost reason: those around it say that there is one. */
    private static String reason(Throwable refusal) {
        Throwable innermost = refusal;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        String message = innermost.getMessage();
        if (message == null) {
            return innermost.toString();
        }
        return message.startsWith("unable to find valid certification path")
                ? "nobody trusted has signed the certificate"
                : message.replaceFirst("\\.$", "");
    }

    private static String describe(X509Certificate certificate) {
        String subject = certificate.getSubjectX500Principal().getName();
        String issuer = certificate.getIssuerX500Principal().getName();
        String names = names(certificate);
        return (names.isEmpty() ? subject : subject + " for " + names)
                + (subject.equals(issuer) ? ", signed by itself" : ", signed by " + issuer)
                + ", valid from " + date(certificate.getNotBefore()) + " to " + date(certificate.getNotAfter());
    }

    private static LocalDate date(java.util.Date when) {
        return LocalDate.ofInstant(when.toInstant(), ZoneOffset.UTC);
    }

    private static String names(X509Certificate certificate) {
        StringBuilder names = new StringBuilder();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all != null) {
                for (List<?> name : all) {
                    names.append(names.isEmpty() ? "" : ", ").append(name.get(1));
                }
            }
        } catch (CertificateException _) {
            return "names that cannot be read";
        }
        return names.length() > MAX_NAMES_LENGTH ? names.substring(0, MAX_NAMES_LENGTH) + "..." : names.toString();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) throws CertificateException {
        boolean looksAtNames = engine.getSSLParameters().getEndpointIdentificationAlgorithm() != null;
        String host = looksAtNames ? engine.getPeerHost() : null;
        explained(chain, host, () -> judge.checkServerTrusted(chain, kind, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) throws CertificateException {
        explained(chain, null, () -> judge.checkClientTrusted(chain, kind, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) throws CertificateException {
        explained(chain, null, () -> judge.checkServerTrusted(chain, kind, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) throws CertificateException {
        explained(chain, null, () -> judge.checkClientTrusted(chain, kind, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        explained(chain, null, () -> judge.checkServerTrusted(chain, kind));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
        explained(chain, null, () -> judge.checkClientTrusted(chain, kind));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return judge.getAcceptedIssuers();
    }
}
