package io.jevent.tool;

import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.bufferevent.TlsFacts;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How what a handshake has agreed on, or failed at, reads. */
final class TlsWords {
    private static final Pattern ALERT = Pattern.compile("Received fatal alert: (\\w+)");

    private TlsWords() {}

    /** Version and cipher suite, and what else was agreed on. */
    private static String summary(TlsFacts facts) {
        return facts.protocol().replaceFirst("^TLSv", "TLS ") + ", " + facts.cipherSuite()
                + facts.applicationProtocol().map(name -> ", ALPN " + name).orElse("")
                + facts.serverName().map(name -> ", for " + name).orElse("");
    }

    /** What to print once a handshake has ended. */
    static List<String> lines(TlsBufferEvent connection, boolean verbose) {
        List<String> lines = new ArrayList<>();
        connection.facts().ifPresent(facts -> {
            lines.add(summary(facts));
            if (verbose) {
                lines.addAll(chain(facts));
            }
        });
        return lines;
    }

    /** One certificate after the other, for people. */
    private static List<String> chain(TlsFacts facts) {
        List<String> lines = new ArrayList<>();
        int number = 1;
        for (X509Certificate certificate : facts.peerChain()) {
            lines.add(String.format(Locale.ROOT, "%3d  %s", number++, subject(certificate)));
            String names = names(certificate);
            if (!names.isEmpty()) {
                lines.add(row("for", names));
            }
            String issuer = certificate.getIssuerX500Principal().getName();
            lines.add(row("issuer", issuer.equals(subject(certificate)) ? "itself" : issuer));
            lines.add(row("valid", valid(certificate)));
            lines.add(row("key", key(certificate)));
            lines.add(row("SHA-256", fingerprint(certificate)));
        }
        if (lines.isEmpty()) {
            lines.add("     the peer has shown no certificate");
        }
        return lines;
    }

    private static String row(String name, String value) {
        return String.format(Locale.ROOT, "       %-8s %s", name, value);
    }

    private static String subject(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }

    private static String names(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all != null) {
                all.forEach(name -> names.add(String.valueOf(name.get(1))));
            }
        } catch (CertificateParsingException e) {
            names.add("names that cannot be read: " + e.getMessage());
        }
        return String.join(", ", names);
    }

    private static String valid(X509Certificate certificate) {
        long daysLeft =
                ChronoUnit.DAYS.between(Instant.now(), certificate.getNotAfter().toInstant());
        return date(certificate.getNotBefore()) + " to " + date(certificate.getNotAfter())
                + (daysLeft < 0 ? ", EXPIRED" : ", " + Words.counted(daysLeft, "day") + " left");
    }

    private static LocalDate date(Date when) {
        return LocalDate.ofInstant(when.toInstant(), ZoneOffset.UTC);
    }

    private static String key(X509Certificate certificate) {
        String bits = switch (certificate.getPublicKey()) {
            case RSAPublicKey rsa -> " " + rsa.getModulus().bitLength() + " bits";
            case ECPublicKey ec -> " " + ec.getParams().getOrder().bitLength() + " bits";
            default -> "";
        };
        return certificate.getPublicKey().getAlgorithm() + bits + ", signed by " + certificate.getSigAlgName();
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.ofDelimiter(":").formatHex(digest);
        } catch (GeneralSecurityException e) {
            return "cannot be computed: " + e.getMessage();
        }
    }

    /** Why there is no connection in TLS: what the other side said, or what we found. */
    static String of(IOException cause) {
        String message = String.valueOf(cause.getMessage());
        Matcher alert = ALERT.matcher(message);
        if (alert.find()) {
            return "the peer has refused: " + alert.group(1) + hint(alert.group(1));
        }
        return Words.of(new IOException(message.replaceFirst("^\\(\\w+\\) ", ""), cause));
    }

    private static String hint(String alert) {
        return switch (alert) {
            case "certificate_required" -> " (it wants a client certificate: --cert and --key)";
            case "bad_certificate" -> " (there was none, or not a good one: --cert and --key)";
            case "certificate_unknown", "unknown_ca" -> " (it does not trust the certificate that it was shown)";
            case "certificate_expired" -> " (the certificate that it was shown has expired)";
            case "protocol_version" -> " (it speaks other versions of TLS)";
            case "handshake_failure", "insufficient_security" ->
                " (nothing in common: versions, ciphers, or a client certificate is missing)";
            case "no_application_protocol" -> " (it knows none of the application protocols: --alpn)";
            case "unrecognized_name" -> " (it is not responsible for this name: --servername)";
            default -> "";
        };
    }
}
