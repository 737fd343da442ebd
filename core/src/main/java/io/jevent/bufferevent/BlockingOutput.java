package io.jevent.bufferevent;

import io.jevent.buffer.EvBuffer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/** The writing half of {@link BlockingStreams}. */
final class BlockingOutput extends OutputStream {
    private final StreamLink link;

    /** Makes each call whole. */
    private final ReentrantLock writing = new ReentrantLock();

    BlockingOutput(StreamLink link) {
        this.link = link;
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        lock();
        int written = 0;
        try {
            while (written < length) {
                int count = Math.min(length - written, pieceBytes());
                ByteBuffer piece = ByteBuffer.wrap(source, offset + written, count);
                link.put(count, limit -> link.queue().write(piece, limit));
                written += count;
            }
        } catch (InterruptedIOException e) { // a timeout is one, too
            e.bytesTransferred = written;
            throw e;
        } finally {
            writing.unlock();
        }
    }

    /** Moves all bytes of a buffer, no more than {@link #pieceBytes()}. */
    void write(EvBuffer piece) throws IOException {
        lock();
        try {
            link.put(piece.length(), limit -> link.queue().write(piece, limit));
        } finally {
            writing.unlock();
        }
    }

    /** Bytes that find room at once as soon as a writer is told to go on. */
    int pieceBytes() {
        return link.pieceBytes();
    }

    private void lock() throws IOException {
        link.checkNotOnLoop();
        try {
            writing.lockInterruptibly();
        } catch (InterruptedException e) {
            throw StreamLink.interrupted();
        }
    }

    @Override
    public void flush() throws IOException {
        link.flush();
    }

    @Override
    public void close() {
        link.closeOutput();
    }
}
