package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jevent.buffer.EvBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Looks at bytes where they lie and writes them elsewhere, without taking them out or copying them. The book's three
 * examples for peeking (R7): the first two chunks, exactly so many bytes, all behind a marker.
 *
 * <p>Better here: what is shown cannot be written to, and how many pieces there are need not be guessed first.
 */
public final class PeekAndWrite {
    private PeekAndWrite() {}

    /** Reads a file, or a generated text, and prints what each of the three shows of it. */
    public static void main(String[] args) throws IOException {
        try (EvBuffer buffer = EvBuffer.create();
                WritableByteChannel nowhere = Channels.newChannel(java.io.OutputStream.nullOutputStream())) {
            buffer.add(args.length > 0 ? Files.readAllBytes(Path.of(args[0])) : sample());
            System.out.println("waiting:       " + buffer.length());
            System.out.println("first two:     "
                    + firstTwo(buffer).stream().mapToInt(ByteBuffer::remaining).sum());
            System.out.println("exactly 4096:  " + copyTo(nowhere, buffer.peek(4096)));
            System.out.println("behind a mark: "
                    + behind(buffer, "\n".getBytes(US_ASCII))
                            .map(it -> bytesIn(it) + " bytes")
                            .orElse("no mark"));
            System.out.println("waiting still: " + buffer.length());
        }
    }

    private static byte[] sample() {
        return "one line\n".repeat(20_000).getBytes(US_ASCII);
    }

    /** {@return the first two pieces; the others are not touched} */
    static List<ByteBuffer> firstTwo(EvBuffer buffer) {
        return buffer.peek(Long.MAX_VALUE).stream().limit(2).toList();
    }

    /** {@return what follows a marker, if it is there} */
    static Optional<List<ByteBuffer>> behind(EvBuffer buffer, byte[] marker) {
        return buffer.positionAt(0)
                .search(marker)
                .map(it -> it.plus(marker.length).peek(Long.MAX_VALUE));
    }

    /**
     * Writes pieces to a blocking channel, in one call where it gathers.
     *
     * @return bytes written
     */
    static long copyTo(WritableByteChannel channel, List<ByteBuffer> pieces) throws IOException {
        long total = bytesIn(pieces);
        ByteBuffer[] views = pieces.stream().map(ByteBuffer::duplicate).toArray(ByteBuffer[]::new);
        if (channel instanceof GatheringByteChannel gathering) {
            for (long left = total; left > 0; ) {
                left -= gathering.write(views);
            }
        } else {
            for (ByteBuffer view : views) {
                while (view.hasRemaining()) {
                    channel.write(view);
                }
            }
        }
        return total;
    }

    private static long bytesIn(List<ByteBuffer> pieces) {
        return pieces.stream().mapToLong(ByteBuffer::remaining).sum();
    }
}
