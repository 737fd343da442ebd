package io.jevent.bufferevent;

import javax.net.ssl.SSLException;

/**
 * What an engine says about a failure, made fit to be shown: providers quote what a peer has sent, of any length and with whatever
 * characters, and some hide what they stumbled over behind "Unexpected exception".
 */
final class TlsCause {
    /** What is said beyond so many characters is left out. */
    static final int MAX_CHARS = 300;

    private static final String HIDING = "Unexpected exception";

    private TlsCause() {}

    /** The same exception if its message is fit; else one that has it as its cause. */
    static SSLException readable(SSLException thrown) {
        String said = thrown.getMessage();
        Throwable behind = thrown.getCause();
        String told = said;
        if (told == null || told.isBlank() || told.equals(HIDING)) {
            told = "the TLS provider stumbled over what the peer sent" + (behind == null ? "" : ": " + behind);
        }
        told = clean(told);
        return told.equals(said) ? thrown : new SSLException(told, thrown);
    }

    private static String clean(String text) {
        StringBuilder clean = new StringBuilder();
        for (int i = 0; i < text.length() && i < MAX_CHARS; i++) {
            char c = text.charAt(i);
            clean.append(c < ' ' || (c >= 0x7f && c < 0xa0) || !Character.isDefined(c) ? '?' : c);
        }
        return text.length() > MAX_CHARS ? clean + "..." : clean.toString();
    }
}
