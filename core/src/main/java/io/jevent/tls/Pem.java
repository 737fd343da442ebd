package io.jevent.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Reads certificates and private keys from PEM files (RFC 7468): keys in PKCS #8, plain or encrypted, and the older forms of RSA
 * and EC keys that OpenSSL writes. What stands between the blocks is ignored; a block that is broken is an error that says which.
 */
final class Pem {
    /** Files are read whole, so there is a bound: 1 MiB. */
    static final int MAX_FILE_BYTES = 1 << 20;

    /** So often the password of a key is hashed at most: some seconds. */
    static final int MAX_ITERATIONS = 10_000_000;

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s*+([^-]*+)-----END ([A-Z0-9 ]+)-----");

    /** The algorithm of an RSA key in PKCS #8. */
    private static final byte[] RSA =
            Der.of(Der.SEQUENCE, Der.object(1, 2, 840, 113_549, 1, 1, 1), new byte[] {0x05, 0x00});

    /** That of an EC key, the curve left out. */
    private static final byte[] EC = Der.object(1, 2, 840, 10_045, 2, 1);

    private static final byte[] VERSION_0 = Der.of(Der.INTEGER, new byte[1]);

    /** Where the curve is in an EC key of the older form. */
    private static final int EC_CURVE = Der.CONTEXT_CONSTRUCTED;

    private static final int LINE_LENGTH = 64;

    private Pem() {}

    /** One block as text. */
    static String text(String label, byte[] content) {
        String body = Base64.getMimeEncoder(LINE_LENGTH, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    private static final class Block {
        final String label;
        final byte[] content;

        Block(String label, byte[] content) {
            this.label = label;
            this.content = content;
        }
    }

    /** All certificates of a file, in its order; at least one. */
    static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(file)) {
            if (block.label.equals("CERTIFICATE")) {
                try {
                    certificates.add((X509Certificate) CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(block.content)));
                } catch (CertificateException e) {
                    throw new IOException(
                            file + ": certificate " + (certificates.size() + 1) + " is broken: " + e.getMessage(), e);
                }
            }
        }
        if (certificates.isEmpty()) {
            throw new IOException(file + ": there is no certificate in it");
        }
        return certificates;
    }

    /**
     * The one private key of a file.
     *
     * @param password of an encrypted key; null if there is none
     */
    static PrivateKey privateKey(Path file, char @Nullable [] password) throws IOException {
        List<Block> keys = blocks(file).stream()
                .filter(block -> block.label.endsWith("PRIVATE KEY"))
                .toList();
        if (keys.size() != 1) {
            throw new IOException(file + ": need one private key, got " + keys.size());
        }
        Block block = keys.getFirst();
        try {
            return switch (block.label) {
                case "PRIVATE KEY" -> decoded(block.content);
                case "ENCRYPTED PRIVATE KEY" -> decoded(decrypted(file, block.content, password));
                case "RSA PRIVATE KEY" ->
                    decoded(Der.of(Der.SEQUENCE, VERSION_0, RSA, Der.of(Der.OCTETS, block.content)));
                case "EC PRIVATE KEY" ->
                    decoded(Der.of(
                            Der.SEQUENCE,
                            VERSION_0,
                            Der.of(Der.SEQUENCE, EC, curveOf(block.content)),
                            Der.of(Der.OCTETS, block.content)));
                default -> throw new IOException(file + ": cannot read a key of the kind " + block.label);
            };
        } catch (GeneralSecurityException | IndexOutOfBoundsException e) {
            throw new IOException(file + ": the private key is broken: " + e.getMessage(), e);
        }
    }

    private static String text(Path file) throws IOException {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(MAX_FILE_BYTES + 1);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new IOException(file + ": it may not be read", e);
        } catch (IOException e) {
            throw new IOException(file + ": cannot be read: " + e.getMessage(), e);
        }
        if (content.length > MAX_FILE_BYTES) {
            throw new IOException(file + ": need at most " + MAX_FILE_BYTES + " bytes, got more");
        }
        return new String(content, ISO_8859_1);
    }

    private static List<Block> blocks(Path file) throws IOException {
        String text = text(file);
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            String label = matcher.group(1);
            if (!label.equals(matcher.group(3))) {
                throw new IOException(file + ": " + label + " ends as " + matcher.group(3));
            }
            String content = matcher.group(2);
            if (content.contains("Proc-Type:")) {
                throw new IOException(
                        file + ": cannot read a key encrypted in OpenSSL's old way; openssl pkcs8 -topk8 converts it");
            }
            try {
                blocks.add(new Block(label, Base64.getMimeDecoder().decode(content)));
            } catch (IllegalArgumentException e) {
                throw new IOException(file + ": " + label + " is no base64: " + e.getMessage(), e);
            }
        }
        return blocks;
    }

    private static byte[] decrypted(Path file, byte[] content, char @Nullable [] password)
            throws IOException, GeneralSecurityException {
        if (password == null) {
            throw new IOException(file + ": the private key is encrypted, need its password");
        }
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(content);
        checkIterations(file, info);
        // PBES2 names itself only together with what it uses.
        String algorithm = info.getAlgParameters() == null
                ? info.getAlgName()
                : info.getAlgParameters().toString();
        PBEKeySpec secret = new PBEKeySpec(password);
        try {
            Key key = SecretKeyFactory.getInstance(algorithm).generateSecret(secret);
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters());
            return info.getKeySpec(cipher).getEncoded();
        } catch (InvalidKeySpecException e) {
            throw new IOException(file + ": the password of the private key is wrong", e);
        } finally {
            secret.clearPassword();
        }
    }

    /** A broken or hostile file must not keep a processor busy for hours. */
    private static void checkIterations(Path file, EncryptedPrivateKeyInfo info)
            throws IOException, GeneralSecurityException {
        AlgorithmParameters parameters = info.getAlgParameters();
        int iterations = parameters == null
                ? 0
                : parameters.getParameterSpec(PBEParameterSpec.class).getIterationCount();
        if (iterations > MAX_ITERATIONS) {
            throw new IOException(file + ": the private key is encrypted with " + iterations + " iterations, at most "
                    + MAX_ITERATIONS + " are accepted");
        }
    }

    /** PKCS #8 says what kind of key it is, but only to whom asks for that kind. */
    private static PrivateKey decoded(byte[] pkcs8) throws GeneralSecurityException {
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(pkcs8);
        for (String kind : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(kind).generatePrivate(spec);
            } catch (InvalidKeySpecException _) {
                // Of another kind, or broken.
            }
        }
        throw new InvalidKeySpecException("it is no RSA, EC, Ed25519 or Ed448 key");
    }

    /** The curve's object identifier, out of version, key, [0] curve, [1] public key. */
    private static byte[] curveOf(byte[] key) throws InvalidKeySpecException {
        int at = Der.contentOf(key, 0);
        while (at < key.length) {
            int content = Der.contentOf(key, at);
            int end = content + Der.lengthOf(key, at);
            if ((key[at] & 0xff) == EC_CURVE) {
                return Arrays.copyOfRange(key, content, end);
            }
            at = end;
        }
        throw new InvalidKeySpecException("it does not say its curve");
    }
}
