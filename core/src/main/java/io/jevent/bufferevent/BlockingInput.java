package io.jevent.bufferevent;

import io.jevent.buffer.EvBuffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/** The reading half of {@link BlockingStreams}. */
final class BlockingInput extends InputStream {
    private final StreamLink link;

    BlockingInput(StreamLink link) {
        this.link = link;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        return (int) link.take(-1, arrived -> arrived.remove(target, offset, length));
    }

    @Override
    public long skip(long byteCount) throws IOException {
        return byteCount <= 0 ? 0 : link.take(0, arrived -> arrived.drain(byteCount));
    }

    @Override
    public int available() throws IOException {
        return link.available();
    }

    /** Between two of our own streams whole chunks move. */
    @Override
    public long transferTo(OutputStream target) throws IOException {
        if (!(target instanceof BlockingOutput output)) {
            return super.transferTo(target);
        }
        long total = 0;
        while (true) {
            try (EvBuffer piece = EvBuffer.create()) {
                long taken = link.take(-1, arrived -> arrived.moveTo(piece, output.pieceBytes()));
                if (taken < 0) {
                    return total;
                }
                output.write(piece);
                total += taken;
            }
        }
    }

    @Override
    public void close() {
        link.closeInput();
    }
}
