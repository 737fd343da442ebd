package io.jevent.vector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * A channel that is given memory by address: its {@link #vector()} is filled, then one of the calls below made.
 *
 * <p>Threading: loop only.
 */
public interface VectorChannel extends ByteChannel {
    /** Says that a read has begun and its memory is to be kept; the next call for the same buffer tells how it ended. */
    int PENDING = -2;

    /** The vector of the next call, empty. */
    IoVector vector();

    /**
     * Reads into the pieces of the vector.
     *
     * @return bytes read, 0 if none wait, -1 at the end of input, or {@link #PENDING}; after that the next call is made with
     *     an empty vector
     */
    long readVector() throws IOException;

    /**
     * Writes the pieces of the vector.
     *
     * @return bytes that need not be kept any longer, perhaps none
     */
    long writeVector() throws IOException;

    /**
     * {@return whether bytes given to {@link #writeVector} are still read; until they are not, none may be taken out of the
     * buffer they are in, nor moved}
     */
    default boolean isWriting() {
        return false;
    }

    /** A file as the system knows it, which many channels and threads may share. */
    interface SystemFile {
        /** Lets go of it. Idempotent. */
        void close();
    }

    /** The file under a channel, or null if that cannot be found out. */
    @Nullable
    SystemFile open(FileChannel file);

    /**
     * Sends bytes of a file without taking them into memory.
     *
     * @param file opened by a channel of this kind
     * @param position first byte
     * @param byteCount how many at most
     * @return bytes sent, 0 if there is no room or the file has no more
     */
    long sendFile(SystemFile file, long position, long byteCount) throws IOException;

    @Override
    default int read(ByteBuffer target) {
        throw new UnsupportedOperationException("this channel is given memory by address only");
    }

    @Override
    default int write(ByteBuffer source) {
        throw new UnsupportedOperationException("this channel is given memory by address only");
    }
}
