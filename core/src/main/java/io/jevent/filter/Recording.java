package io.jevent.filter;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a {@link RecordingFilter} has recorded: the bytes of both directions, in the pieces in which they passed, with their times.
 *
 * <p>The format, of which the numbers are varints as in {@link LengthPrefix#VARINT}:
 *
 * <pre>
 *   jevrec1\n  { kind, 1 byte   nanoseconds since the entry before   [length  bytes] }
 *
 *   kinds:  1 input, with bytes   2 output, with bytes   3 end of input   4 end of output   5 stopped at the bound
 * </pre>
 *
 * <p>Threading: immutable, share freely.
 */
public final class Recording {
    static final byte[] MAGIC = "jevrec1\n".getBytes(StandardCharsets.US_ASCII);

    /** What one entry holds at most; more that passes at once becomes several. */
    static final int MAX_ENTRY_BYTES = 64 * 1024;

    /** A kind and a time. */
    private static final int LEAST_ENTRY_BYTES = 2;

    private final List<Entry> entries;
    private final boolean whole;

    /** What an entry tells. */
    public enum Kind {
        /** Bytes came from below. */
        INPUT,

        /** The program wrote bytes. */
        OUTPUT,

        /** Nothing more came. */
        END_OF_INPUT,

        /** The program ended its output. */
        END_OF_OUTPUT,

        /** More passed, but was not recorded, because of the bound. */
        STOPPED;

        private static final Kind[] ALL = values();

        int code() {
            return ordinal() + 1;
        }

        boolean hasBytes() {
            return this == INPUT || this == OUTPUT;
        }
    }

    /** Something that passed. */
    public static final class Entry {
        private final Kind kind;
        private final Duration time;
        private final byte[] bytes;

        Entry(Kind kind, Duration time, byte[] bytes) {
            this.kind = kind;
            this.time = time;
            this.bytes = bytes;
        }

        /**
         * {@return what it tells}
         */
        public Kind kind() {
            return kind;
        }

        /**
         * {@return when, since the recording began}
         */
        public Duration time() {
            return time;
        }

        /**
         * {@return a copy of the bytes; none for the ends}
         */
        public byte[] bytes() {
            return bytes.clone();
        }

        @Override
        public String toString() {
            return kind + " at " + time + (kind.hasBytes() ? ", " + bytes.length + " bytes" : "");
        }
    }

    private Recording(List<Entry> entries, boolean whole) {
        this.entries = List.copyOf(entries);
        this.whole = whole;
    }

    /**
     * Reads a recording. One that breaks off, because the program did, is read up to there.
     *
     * @param source its bytes, read to their end and left open
     * @param maxBytes how long it may be, above 0; what the filter was given is enough
     * @return the recording
     * @throws IOException if it is none, is damaged, or has more bytes; or if reading fails
     * @throws IllegalArgumentException if the bound is not above 0
     */
    public static Recording read(InputStream source, long maxBytes) throws IOException {
        if (maxBytes <= 0) {
            throw new IllegalArgumentException("need maxBytes > 0, got " + maxBytes);
        }
        InputStream in = new BufferedInputStream(source);
        if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
            throw new IOException("not a recording: need jevrec1 at its start");
        }
        List<Entry> entries = new ArrayList<>();
        long left = maxBytes;
        long nanos = 0;
        try {
            for (int code = in.read(); code >= 0; code = in.read()) {
                Kind kind = kind(code);
                nanos = Math.addExact(nanos, number(in));
                long byteCount = kind.hasBytes() ? number(in) : 0;
                if (byteCount > MAX_ENTRY_BYTES) {
                    throw new IOException("damaged recording: an entry of " + byteCount + " bytes");
                }
                left -= LEAST_ENTRY_BYTES + byteCount;
                if (left < 0 && kind != Kind.STOPPED) {
                    throw new IOException("a recording of more than " + maxBytes + " bytes");
                }
                entries.add(new Entry(kind, Duration.ofNanos(nanos), bytes(in, (int) byteCount)));
            }
        } catch (EOFException _) {
            return new Recording(entries, false);
        } catch (ArithmeticException e) {
            throw new IOException("damaged recording: a time beyond counting", e);
        }
        return new Recording(entries, true);
    }

    private static Kind kind(int code) throws IOException {
        if (code < 1 || code > Kind.ALL.length) {
            throw new IOException("damaged recording: need a kind from 1 to " + Kind.ALL.length + ", got " + code);
        }
        return Kind.ALL[code - 1];
    }

    private static byte[] bytes(InputStream in, int byteCount) throws IOException {
        byte[] bytes = in.readNBytes(byteCount);
        if (bytes.length < byteCount) {
            throw new EOFException();
        }
        return bytes;
    }

    private static long number(InputStream in) throws IOException {
        long number = 0;
        for (int shift = 0; shift < Long.SIZE - 1; shift += 7) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException();
            }
            number |= (octet & 0x7fL) << shift;
            if (octet < 0x80) {
                return number;
            }
        }
        throw new IOException("damaged recording: a number of more than nine bytes");
    }

    /**
     * {@return what passed, in order}
     */
    public List<Entry> entries() {
        return entries;
    }

    /**
     * {@return whether it ends behind an entry, and not inside one}
     */
    public boolean isWhole() {
        return whole;
    }
}
