package io.jevent.tests.flavor;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.FilterResult;
import io.jevent.bufferevent.FlushMode;

/** Turns bits around, by the index of each byte in its stream: so what is lost, doubled or out of order shows. */
final class XorFilter implements BufferFilter {
    private long inputIndex;
    private long outputIndex;

    @Override
    public FilterResult input(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        inputIndex += move(source, target, maxBytes, inputIndex);
        return FilterResult.OK;
    }

    @Override
    public FilterResult output(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
        outputIndex += move(source, target, maxBytes, outputIndex);
        return FilterResult.OK;
    }

    private static int move(EvBuffer source, EvBuffer target, long maxBytes, long index) {
        byte[] bytes = new byte[(int) Math.min(Math.min(maxBytes, 4096), source.length())];
        source.remove(bytes, 0, bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= (byte) ((index + i) * 31 + 7);
        }
        target.add(bytes);
        return bytes.length;
    }
}
