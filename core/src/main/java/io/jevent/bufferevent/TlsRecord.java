package io.jevent.bufferevent;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jevent.buffer.EvBuffer;
import java.util.HexFormat;
import java.util.Locale;
import javax.net.ssl.SSLException;

/** The header of a TLS record: one byte of kind, two of version, two of length. */
final class TlsRecord {
    private static final int HEADER_BYTES = 5;
    private static final int ALERT = 21;
    private static final int CIPHER_CHANGE = 20;
    private static final int FIRST_KIND = 20;
    private static final int LAST_KIND = 24;
    private static final int MAJOR_VERSION = 3;

    /** Most that a record may carry, in any version: 2^14, and 2048 for what encryption adds. */
    private static final int MAX_CONTENT_BYTES = (1 << 14) + 2048;

    private TlsRecord() {}

    /**
     * Bytes of the first record, header included, or -1 where not all of its header is there.
     *
     * @throws SSLException if this cannot be a record
     */
    static int length(EvBuffer from) throws SSLException {
        long present = from.length();
        if (present == 0) {
            return -1;
        }
        int kind = from.byteAt(0) & 0xff;
        if (kind < FIRST_KIND || kind > LAST_KIND || (present > 1 && (from.byteAt(1) & 0xff) != MAJOR_VERSION)) {
            throw new SSLException("the peer does not speak TLS: it sent " + shown(from));
        }
        if (present < HEADER_BYTES) {
            return -1;
        }
        int content = ((from.byteAt(3) & 0xff) << 8) | (from.byteAt(4) & 0xff);
        if (content > MAX_CONTENT_BYTES) {
            throw new SSLException(
                    "a record may have " + MAX_CONTENT_BYTES + " bytes, the peer announces one of " + content);
        }
        return HEADER_BYTES + content;
    }

    /** Whether the first record is an alert; from TLS 1.3 on that cannot be seen. */
    static boolean isAlert(EvBuffer from) {
        return from.byteAt(0) == ALERT;
    }

    /** Whether the first record is neither of the handshake nor of data: a warning or a change of ciphers. */
    static boolean isAside(EvBuffer from) {
        int kind = from.byteAt(0);
        return kind == ALERT || kind == CIPHER_CHANGE;
    }

    /** The first bytes, as text where they are text. */
    private static String shown(EvBuffer from) {
        byte[] bytes = new byte[(int) Math.min(8, from.length())];
        from.copyOut(0, bytes, 0, bytes.length);
        boolean isText = true;
        for (byte b : bytes) {
            isText &= (b >= ' ' && b < 0x7f) || b == '\r' || b == '\n' || b == '\t';
        }
        if (!isText) {
            return HexFormat.ofDelimiter(" ").formatHex(bytes);
        }
        String text = new String(bytes, US_ASCII)
                .replace("\r", "\\r")
                .replace("\n", "\\n")
                .replace("\t", "\\t");
        boolean isHttp = text.toUpperCase(Locale.ROOT).matches("(GET|POST|HEAD|PUT|OPTIONS|CONNECT|DELETE|HTTP/).*");
        return "\"" + text + "\"" + (isHttp ? ", which looks like plain HTTP" : "");
    }
}
