package io.jevent.tests.filter;

import io.jevent.filter.DeflateFormat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** Compression by the streams of the JDK: what the filter must be able to read, and what must be able to read the filter. */
final class Packed {
    private Packed() {}

    static byte[] pack(DeflateFormat format, byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = packing(format, packed)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    private static OutputStream packing(DeflateFormat format, OutputStream out) throws IOException {
        return switch (format) {
            case GZIP -> new GZIPOutputStream(out);
            case ZLIB -> new DeflaterOutputStream(out);
            case RAW -> new DeflaterOutputStream(out, new Deflater(Deflater.DEFAULT_COMPRESSION, true));
        };
    }

    static byte[] unpack(DeflateFormat format, byte[] packed) throws IOException {
        try (InputStream in = unpacking(format, new ByteArrayInputStream(packed))) {
            return in.readAllBytes();
        }
    }

    private static InputStream unpacking(DeflateFormat format, InputStream in) throws IOException {
        return switch (format) {
            case GZIP -> new GZIPInputStream(in);
            case ZLIB -> new InflaterInputStream(in);
            case RAW -> new InflaterInputStream(in, new Inflater(true));
        };
    }
}
