package io.jevent.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/**
 * A certificate that nobody has signed but itself, and its key: to try things out, and for tests. A client has to be told to
 * trust it.
 *
 * @param certificate for the names it was made for, from an hour ago for 30 days
 * @param key its private key, on the curve P-256
 */
public record SelfSigned(X509Certificate certificate, PrivateKey key) {
    private static final Duration BACKWARDS = Duration.ofHours(1);
    private static final Duration FORWARDS = Duration.ofDays(30);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final byte[] ECDSA_WITH_SHA256 = Der.of(Der.SEQUENCE, Der.object(1, 2, 840, 10_045, 4, 3, 2));

    /** Tags among the alternative names. */
    private static final int DNS_NAME = Der.CONTEXT + 2;

    private static final int IP_ADDRESS = Der.CONTEXT + 7;

    /**
     * Makes one, with a new key.
     *
     * @param names of hosts, or addresses as text; at least one
     * @return certificate and key
     */
    public static SelfSigned forHosts(String... names) {
        if (names.length == 0) {
            throw new IllegalArgumentException("need at least one name");
        }
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair keys = generator.generateKeyPair();
            byte[] content = content(List.of(names), keys.getPublic().getEncoded());
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(content);
            byte[] whole = Der.of(Der.SEQUENCE, content, ECDSA_WITH_SHA256, bits(signature.sign()));
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole));
            return new SelfSigned(certificate, keys.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK cannot make a certificate", e);
        }
    }

    /**
     * {@return the certificate as PEM text, for those who are to trust it}
     */
    public String certificatePem() {
        try {
            return Pem.text("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read cannot be written", e);
        }
    }

    /**
     * {@return the private key as PEM text, PKCS #8, not encrypted}
     */
    public String keyPem() {
        return Pem.text("PRIVATE KEY", key.getEncoded());
    }

    private static byte[] content(List<String> names, byte[] publicKey) {
        Instant now = Instant.now();
        byte[] name = nameOf(names.getFirst());
        BigInteger serial = new BigInteger(63, new SecureRandom()).add(BigInteger.ONE);
        return Der.of(
                Der.SEQUENCE,
                Der.of(Der.CONTEXT_CONSTRUCTED, Der.of(Der.INTEGER, new byte[] {2})), // version 3
                Der.of(Der.INTEGER, serial.toByteArray()),
                ECDSA_WITH_SHA256,
                name,
                Der.of(Der.SEQUENCE, time(now.minus(BACKWARDS)), time(now.plus(FORWARDS))),
                name,
                publicKey,
                Der.of(Der.CONTEXT_CONSTRUCTED + 3, Der.of(Der.SEQUENCE, alternativeNames(names))));
    }

    private static byte[] nameOf(String host) {
        byte[] commonName = Der.of(Der.SEQUENCE, Der.object(2, 5, 4, 3), Der.of(Der.UTF8, host.getBytes(UTF_8)));
        return Der.of(Der.SEQUENCE, Der.of(Der.SET, commonName));
    }

    private static byte[] time(Instant instant) {
        return Der.of(Der.TIME, TIME.format(instant).getBytes(US_ASCII));
    }

    private static byte[] alternativeNames(List<String> names) {
        List<byte[]> encoded = new ArrayList<>();
        for (String name : names) {
            encoded.add(alternativeName(name));
        }
        byte[] all = Der.of(Der.SEQUENCE, encoded.toArray(byte[][]::new));
        return Der.of(Der.SEQUENCE, Der.object(2, 5, 29, 17), Der.of(Der.OCTETS, all));
    }

    private static byte[] alternativeName(String name) {
        try {
            return Der.of(IP_ADDRESS, InetAddress.ofLiteral(name).getAddress());
        } catch (IllegalArgumentException _) {
            return Der.of(DNS_NAME, name.getBytes(US_ASCII));
        }
    }

    private static byte[] bits(byte[] content) {
        return Der.of(Der.BITS, new byte[1], content);
    }
}
