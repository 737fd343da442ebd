package io.jevent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jevent.backend.Interest;
import io.jevent.buffer.EvBuffer;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventOption;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.util.Set;

/**
 * Prints what is written to a pipe until its writer closes it. libevent's sample {@code event-read-fifo}: something
 * that is no socket, watched by its descriptor.
 *
 * <pre>
 *   mkfifo f; java ... io.jevent.examples.ReadFifo &lt; f &amp; echo hello &gt; f
 * </pre>
 *
 * <p>Needs a backend that watches any descriptor, epoll or io_uring, and so {@code --enable-native-access}. Java
 * keeps the numbers of the files it opens to itself, so this reads the one whose number is known: 0, stdin, which may
 * also be a terminal.
 */
public final class ReadFifo {
    private static final int STDIN = 0;
    private static final int MAX_BYTES_AT_ONCE = 64 * 1024;

    private ReadFifo() {}

    /** Prints stdin as it comes. */
    public static void main(String[] args) throws IOException {
        try (EventBase base = EventBase.create();
                FileInputStream stdin = new FileInputStream(FileDescriptor.in);
                FileChannel channel = stdin.getChannel();
                EvBuffer buffer = base.newBuffer();
                Event readable = Event.descriptor(
                        base,
                        STDIN,
                        Set.of(Interest.READ),
                        (self, _) -> read(self, channel, buffer),
                        EventOption.PERSIST)) {
            readable.add();
            base.dispatch();
        } catch (UnsupportedOperationException e) {
            System.err.println("need epoll or io_uring: " + e.getMessage());
        }
    }

    /** Reads once: stdin may be blocking, and only the first read is sure to find something. */
    static void read(Event readable, ReadableByteChannel channel, EvBuffer buffer) {
        try {
            if (buffer.readFrom(channel, MAX_BYTES_AT_ONCE) < 0) {
                System.out.println("the writer has closed");
                readable.close();
            } else {
                System.out.print(buffer.removeString(UTF_8));
            }
        } catch (IOException e) {
            readable.close();
            throw new UncheckedIOException(e);
        }
    }
}
