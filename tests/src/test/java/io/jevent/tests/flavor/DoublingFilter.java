package io.jevent.tests.flavor;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.FilterResult;
import io.jevent.bufferevent.FlushMode;
import java.io.IOException;

/** Writes each byte twice, and reads it once; that both are the same is checked. */
final class DoublingFilter implements BufferFilter {
    @Override
    public FilterResult input(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) throws IOException {
        int count = (int) Math.min(Math.min(maxBytes, 1000), source.length() / 2);
        if (count == 0) {
            return FilterResult.NEEDS_MORE;
        }
        byte[] doubled = new byte[2 * count];
        source.remove(doubled, 0, doubled.length);
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            if (doubled[2 * i] != doubled[2 * i + 1]) {
                throw new IOException("the copies differ");
            }
            bytes[i] = doubled[2 * i];
        }
        target.add(bytes);
        return FilterResult.OK;
    }

    @Override
    public FilterResult output(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        int count = (int) Math.min(Math.min(Math.max(1, maxBytes / 2), 1000), source.length());
        byte[] bytes = new byte[count];
        source.remove(bytes, 0, count);
        byte[] doubled = new byte[2 * count];
        for (int i = 0; i < count; i++) {
            doubled[2 * i] = bytes[i];
            doubled[2 * i + 1] = bytes[i];
        }
        target.add(doubled);
        return FilterResult.OK;
    }
}
