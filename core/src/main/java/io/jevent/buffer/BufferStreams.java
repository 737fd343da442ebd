package io.jevent.buffer;

import java.io.InputStream;
import java.io.OutputStream;

/** A buffer as streams. */
final class BufferStreams {
    private BufferStreams() {}

    /** Drains a buffer; an empty one is at its end. */
    static final class Input extends InputStream {
        private final EvBuffer buffer;
        private final byte[] single = new byte[1];

        Input(EvBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public int read() {
            return buffer.remove(single, 0, 1) == 0 ? -1 : single[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int maxBytes) {
            int count = buffer.remove(target, offset, maxBytes);
            return count == 0 && maxBytes > 0 ? -1 : count;
        }

        @Override
        public long skip(long maxBytes) {
            return maxBytes <= 0 ? 0 : buffer.drain(maxBytes);
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, buffer.length());
        }
    }

    /** Appends to a buffer. */
    static final class Output extends OutputStream {
        private final EvBuffer buffer;
        private final byte[] single = new byte[1];

        Output(EvBuffer buffer) {
            this.buffer = buffer;
        }

        @Override
        public void write(int value) {
            single[0] = (byte) value;
            buffer.add(single, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int byteCount) {
            buffer.add(source, offset, byteCount);
        }
    }
}
