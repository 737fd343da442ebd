package io.jevent.tests.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.Base64;

/** A PEM file of a certificate and one of its key, one of which a fuzzer has changed: its text, or the bytes that it stands for. */
record PemMutation(String chain, String key) {
    private static final int NO_PLACE = 0xffff;

    static PemMutation of(byte[] input) {
        int first = input.length > 0 ? input[0] & 0xff : 0;
        String key = switch (first & 3) {
            case 0 -> PemFixture.OLDER_KEY;
            case 1 -> PemFixture.ENCRYPTED_KEY;
            case 2 -> PemFixture.KEY;
            default -> PemFixture.OLDER_RSA_KEY;
        };
        byte[] changes = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
        boolean changesBytes = (first & 4) != 0;
        boolean changesKey = (first & 8) != 0;
        String chain = PemFixture.CERTIFICATE;
        if ((first & 16) != 0) { // Nothing of ours.
            String text = new String(changes, ISO_8859_1);
            return changesKey ? new PemMutation(chain, text) : new PemMutation(text, key);
        }
        return changesKey
                ? new PemMutation(chain, changed(key, changes, changesBytes))
                : new PemMutation(changed(chain, changes, changesBytes), key);
    }

    private static String changed(String pem, byte[] changes, boolean changesBytes) {
        if (!changesBytes) {
            return new String(changed(pem.getBytes(US_ASCII), changes), ISO_8859_1);
        }
        int begin = pem.indexOf('\n') + 1;
        int end = pem.indexOf("-----END");
        byte[] der = Base64.getMimeDecoder().decode(pem.substring(begin, end));
        return pem.substring(0, begin) + Base64.getMimeEncoder().encodeToString(changed(der, changes)) + "\n"
                + pem.substring(end);
    }

    private static byte[] changed(byte[] bytes, byte[] changes) {
        byte[] changed = bytes.clone();
        int at = 0;
        for (; at + 3 <= changes.length; at += 3) {
            int place = ((changes[at] & 0xff) << 8) | (changes[at + 1] & 0xff);
            if (place == NO_PLACE) {
                at += 2;
                break;
            }
            changed[place % changed.length] = changes[at + 2];
        }
        int behind = Math.max(0, changes.length - at);
        byte[] all = Arrays.copyOf(changed, changed.length + behind);
        System.arraycopy(changes, changes.length - behind, all, changed.length, behind);
        return all;
    }
}
