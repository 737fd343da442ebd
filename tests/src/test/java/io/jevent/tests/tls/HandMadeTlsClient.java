package io.jevent.tests.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A client of TLS 1.3 made by hand (RFC 8446), because no engine makes the records that this has to send: empty ones, some of
 * nothing but padding, messages of any kind. It knows one suite, TLS_AES_128_GCM_SHA256 on X25519, and trusts everybody.
 */
final class HandMadeTlsClient {
    static final int ALERT = 21;
    static final int HANDSHAKE = 22;
    static final int DATA = 23;
    private static final int HASH_BYTES = 32;
    private static final int HEADER_BYTES = 5;
    private static final int FINISHED = 20;

    /** Of a public key on X25519. */
    private static final int CURVE_BYTES = 32;

    private final KeyPair keys;
    private final MessageDigest transcript = MessageDigest.getInstance("SHA-256");
    private final ByteArrayOutputStream unread = new ByteArrayOutputStream();
    private final ByteArrayOutputStream messages = new ByteArrayOutputStream();
    private byte[] handshakeSecret = {};
    private Half receiving;
    private Half sending;
    private boolean finished;

    HandMadeTlsClient() throws GeneralSecurityException {
        keys = KeyPairGenerator.getInstance("X25519").generateKeyPair();
    }

    /** The keys of one direction. */
    private static final class Half {
        private final SecretKeySpec key;
        private final byte[] start;
        private final byte[] secret;
        private long number;

        Half(byte[] secret) throws GeneralSecurityException {
            this.secret = secret;
            key = new SecretKeySpec(expand(secret, "key", new byte[0], 16), "AES");
            start = expand(secret, "iv", new byte[0], 12);
        }

        private byte[] apply(int mode, byte[] header, byte[] content) throws GeneralSecurityException {
            byte[] nonce = start.clone();
            for (int i = 0; i < 8; i++) {
                nonce[11 - i] ^= (byte) (number >>> (8 * i));
            }
            number++;
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(128, nonce));
            cipher.updateAAD(header);
            return cipher.doFinal(content);
        }
    }

    // ---- the handshake ----

    byte[] hello(byte[] serverName) {
        byte[] point = reversed(((XECPublicKey) keys.getPublic()).getU().toByteArray());
        byte[] extensions = joined(
                extension(0, withLength(2, joined(new byte[] {0}, withLength(2, serverName)))),
                extension(10, 0, 2, 0, 29),
                extension(13, 0, 4, 4, 3, 8, 4),
                extension(43, 2, 3, 4),
                extension(51, withLength(2, joined(new byte[] {0, 29}, withLength(2, point)))));
        byte[] body = joined(
                new byte[] {3, 3},
                new byte[HASH_BYTES],
                new byte[] {0, 0, 2, 0x13, 0x01, 1, 0},
                withLength(2, extensions));
        byte[] message = message(1, body);
        transcript.update(message);
        return message;
    }

    byte[] hello(String serverName) {
        return RawTlsPeer.record(HANDSHAKE, hello(serverName.getBytes(US_ASCII)));
    }

    /** Takes what the server sends; gives the last of the handshake once the server has sent its last. */
    byte[] take(byte[] wire) throws GeneralSecurityException {
        unread.writeBytes(wire);
        byte[] all = unread.toByteArray();
        int at = 0;
        byte[] answer = {};
        while (all.length - at >= HEADER_BYTES && all.length - at >= HEADER_BYTES + length(all, at + 3, 2)) {
            int end = at + HEADER_BYTES + length(all, at + 3, 2);
            byte[] header = Arrays.copyOfRange(all, at, at + HEADER_BYTES);
            byte[] content = Arrays.copyOfRange(all, at + HEADER_BYTES, end);
            at = end;
            if (all[at - content.length - HEADER_BYTES] == HANDSHAKE) {
                takeHello(content);
            } else if (header[0] == DATA && !finished) {
                byte[] clear = receiving.apply(Cipher.DECRYPT_MODE, header, content);
                messages.write(clear, 0, clear.length - 1); // Without its kind.
                answer = joined(answer, takeMessages());
            }
        }
        unread.reset();
        unread.write(all, at, all.length - at);
        return answer;
    }

    private void takeHello(byte[] message) throws GeneralSecurityException {
        transcript.update(message);
        byte[] point = null;
        int at = 4 + 2 + HASH_BYTES + 1 + 2 + 1; // Behind head, version, random, session, suite, compression.
        for (at += 2; at < message.length; at += 4 + length(message, at + 2, 2)) {
            if (length(message, at, 2) == 51) {
                point = Arrays.copyOfRange(message, at + 8, at + 8 + CURVE_BYTES);
            }
        }
        KeyFactory factory = KeyFactory.getInstance("X25519");
        PublicKey theirs = factory.generatePublic(
                new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, reversed(point))));
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(keys.getPrivate());
        agreement.doPhase(theirs, /* lastPhase= */ true);
        byte[] early = mac(new byte[HASH_BYTES], new byte[HASH_BYTES]);
        handshakeSecret = mac(derived(early), agreement.generateSecret());
        byte[] soFar = soFar();
        receiving = new Half(expand(handshakeSecret, "s hs traffic", soFar, HASH_BYTES));
        sending = new Half(expand(handshakeSecret, "c hs traffic", soFar, HASH_BYTES));
    }

    private byte[] takeMessages() throws GeneralSecurityException {
        byte[] all = messages.toByteArray();
        byte[] answer = {};
        int at = 0;
        while (all.length - at >= 4 && all.length - at >= 4 + length(all, at + 1, 3)) {
            int end = at + 4 + length(all, at + 1, 3);
            transcript.update(all, at, end - at);
            if (all[at] == FINISHED) {
                answer = finish();
            }
            at = end;
        }
        messages.reset();
        messages.write(all, at, all.length - at);
        return answer;
    }

    private byte[] finish() throws GeneralSecurityException {
        finished = true;
        byte[] soFar = soFar();
        byte[] key = expand(sending.secret, "finished", new byte[0], HASH_BYTES);
        byte[] last = record(HANDSHAKE, message(FINISHED, mac(key, soFar)), 0);
        byte[] master = mac(derived(handshakeSecret), new byte[HASH_BYTES]);
        sending = new Half(expand(master, "c ap traffic", soFar, HASH_BYTES));
        return last;
    }

    boolean hasShakenHands() {
        return finished;
    }

    // ---- records ----

    /** An encrypted record: content, its kind, and so many zeros behind. */
    byte[] record(int kind, byte[] content, int paddingBytes) throws GeneralSecurityException {
        byte[] clear = joined(content, new byte[] {(byte) kind}, new byte[paddingBytes]);
        int length = clear.length + 16;
        byte[] header = {DATA, 3, 3, (byte) (length >> 8), (byte) length};
        return joined(header, sending.apply(Cipher.ENCRYPT_MODE, header, clear));
    }

    /** Says that other keys follow, and goes over to them. */
    byte[] keyUpdate(boolean asksToo) throws GeneralSecurityException {
        byte[] told = record(HANDSHAKE, message(24, new byte[] {(byte) (asksToo ? 1 : 0)}), 0);
        sending = new Half(expand(sending.secret, "traffic upd", new byte[0], HASH_BYTES));
        return told;
    }

    static byte[] message(int kind, byte[] body) {
        return joined(new byte[] {(byte) kind}, withLength(3, body));
    }

    // ---- arithmetic ----

    private static byte[] extension(int number, int... content) {
        byte[] bytes = new byte[content.length];
        for (int i = 0; i < content.length; i++) {
            bytes[i] = (byte) content[i];
        }
        return extension(number, bytes);
    }

    private static byte[] extension(int number, byte[] content) {
        return joined(new byte[] {0, (byte) number}, withLength(2, content));
    }

    private static byte[] withLength(int lengthBytes, byte[] content) {
        byte[] length = new byte[lengthBytes];
        for (int i = 0; i < lengthBytes; i++) {
            length[i] = (byte) (content.length >> (8 * (lengthBytes - 1 - i)));
        }
        return joined(length, content);
    }

    private static int length(byte[] bytes, int at, int count) {
        int length = 0;
        for (int i = 0; i < count; i++) {
            length = (length << 8) | (bytes[at + i] & 0xff);
        }
        return length;
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** A number on the wire has its lowest byte first. */
    private static byte[] reversed(byte[] number) {
        byte[] turned = new byte[CURVE_BYTES];
        for (int i = 0; i < Math.min(number.length, CURVE_BYTES); i++) {
            turned[i] = number[number.length - 1 - i];
        }
        return turned;
    }

    private byte[] soFar() throws GeneralSecurityException {
        try {
            return ((MessageDigest) transcript.clone()).digest();
        } catch (CloneNotSupportedException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static byte[] derived(byte[] secret) throws GeneralSecurityException {
        return expand(secret, "derived", MessageDigest.getInstance("SHA-256").digest(), HASH_BYTES);
    }

    private static byte[] mac(byte[] key, byte[] content) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(content);
    }

    /** HKDF-Expand-Label, of at most one block. */
    private static byte[] expand(byte[] secret, String label, byte[] context, int length)
            throws GeneralSecurityException {
        byte[] info = joined(
                new byte[] {(byte) (length >> 8), (byte) length},
                withLength(1, ("tls13 " + label).getBytes(US_ASCII)),
                withLength(1, context),
                new byte[] {1});
        return Arrays.copyOf(mac(secret, info), length);
    }
}
