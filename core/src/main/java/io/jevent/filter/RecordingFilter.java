package io.jevent.filter;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.FilterResult;
import io.jevent.bufferevent.FlushMode;
import io.jevent.event.EventBase;
import java.io.IOException;
import java.io.OutputStream;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Passes bytes on as they are, and writes what passes to a stream, from which {@link Recording#read} reads it and {@link Replay}
 * plays it again.
 *
 * <p>At the bound recording stops, and says so once in the stream and in the log {@code io.jevent.filter}. If the stream fails, bytes
 * pass all the same and recording stops too; {@link #failure()} tells why. The stream is written on the loop's thread: one that
 * is slow slows the loop.
 *
 * <p>Threading: loop only.
 */
public final class RecordingFilter implements BufferFilter {
    /** Bytes of a recording, unless told otherwise: 64 MiB. */
    public static final long DEFAULT_MAX_BYTES = 64L << 20;

    private static final System.Logger LOG = System.getLogger("io.jevent.filter");

    private final EventBase base;
    private final OutputStream stream;
    private final long maxBytes;
    private final Set<Recording.Kind> endsTold = EnumSet.noneOf(Recording.Kind.class);
    private long writtenBytes;
    private long lastNanos;
    private boolean stopped;

    /** Null until the stream failed. */
    private @Nullable Exception failure;

    private RecordingFilter(EventBase base, OutputStream stream, long maxBytes) {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("need maxBytes >= 1, got " + maxBytes);
        }
        this.base = base;
        this.stream = stream;
        this.maxBytes = maxBytes;
        this.lastNanos = base.nanoTime();
        write(Recording.MAGIC);
    }

    /**
     * {@return a filter that records up to {@link #DEFAULT_MAX_BYTES}}
     *
     * @param base whose time is recorded
     * @param stream where to; closed with the buffer event
     */
    public static RecordingFilter to(EventBase base, OutputStream stream) {
        return to(base, stream, DEFAULT_MAX_BYTES);
    }

    /**
     * Makes a filter. The recording begins now.
     *
     * @param base whose time is recorded
     * @param stream where to; closed with the buffer event
     * @param maxBytes how long the recording may become, at least 1, up to the note that it stopped
     * @return the filter, for one buffer event
     * @throws IllegalArgumentException if the bound is below 1
     */
    public static RecordingFilter to(EventBase base, OutputStream stream, long maxBytes) {
        return new RecordingFilter(base, stream, maxBytes);
    }

    /**
     * {@return why recording has ended, if it was the stream}
     */
    public Optional<Exception> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public FilterResult input(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        return pass(Recording.Kind.INPUT, Recording.Kind.END_OF_INPUT, source, target, maxBytes, mode);
    }

    @Override
    public FilterResult output(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        return pass(Recording.Kind.OUTPUT, Recording.Kind.END_OF_OUTPUT, source, target, maxBytes, mode);
    }

    private FilterResult pass(
            Recording.Kind kind, Recording.Kind end, EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        long byteCount = Math.min(maxBytes, source.length());
        boolean ends = mode == FlushMode.FINISHED && byteCount == source.length();
        long from = 0;
        while (from < byteCount && !stopped) {
            byte[] bytes = new byte[(int) Math.min(byteCount - from, Recording.MAX_ENTRY_BYTES)];
            source.copyOut(from, bytes, 0, bytes.length);
            record(kind, bytes);
            from += bytes.length;
        }
        if (ends && endsTold.add(end)) {
            record(end, new byte[0]);
        }
        source.moveTo(target, byteCount);
        return FilterResult.OK;
    }

    private void record(Recording.Kind kind, byte[] bytes) {
        if (stopped) {
            return;
        }
        long now = base.nanoTime();
        byte[] nanos = LengthPrefix.VARINT.encode(Math.max(0, now - lastNanos));
        byte[] length = kind.hasBytes() ? LengthPrefix.VARINT.encode(bytes.length) : new byte[0];
        if (writtenBytes + 1 + nanos.length + length.length + bytes.length > maxBytes) {
            write(new byte[] {(byte) Recording.Kind.STOPPED.code()});
            write(nanos);
            stopped = true;
            LOG.log(System.Logger.Level.WARNING, "a recording has reached its bound of " + maxBytes + " bytes");
            return;
        }
        lastNanos = now;
        write(new byte[] {(byte) kind.code()});
        write(nanos);
        write(length);
        write(bytes);
    }

    private void write(byte[] bytes) {
        try {
            if (!stopped) {
                stream.write(bytes);
                writtenBytes += bytes.length;
            }
        } catch (IOException | RuntimeException e) {
            stopped = true;
            failure = e;
        }
    }

    @Override
    public void close() {
        stopped = true;
        try {
            stream.close();
        } catch (IOException | RuntimeException e) {
            failure = failure == null ? e : failure;
        }
    }
}
