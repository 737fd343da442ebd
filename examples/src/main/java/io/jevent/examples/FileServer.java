package io.jevent.examples;

import io.jevent.buffer.FileSegment;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Sends one file to every client and closes. The file is opened once and read by nobody: its bytes go from the
 * system's cache to the socket. The book describes file segments without a program (R7).
 *
 * <p>Better here: the segment may be closed while it is being sent, each output keeps its share; and a file, however
 * long, does not count as unsent memory.
 */
public final class FileServer {
    private FileServer() {}

    /** Sends the file given, on the loopback address and the port given, or 9882. */
    public static void main(String[] args) throws IOException {
        if (args.length == 0) {
            System.err.println("need a file, got none");
            return;
        }
        int port = args.length > 1 ? Integer.parseInt(args[1]) : 9882;
        try (EventBase base = EventBase.create();
                FileSegment file = FileSegment.open(Path.of(args[0]))) {
            ConnectionListener listener = ConnectionListener.bind(
                    base,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    (_, socket) -> serve(SocketBufferEvent.create(base, socket), file));
            System.out.println(file.length() + " bytes on " + listener.localAddress());
            base.dispatch();
        }
    }

    /** Sends the file over one connection and ends it. */
    static void serve(BufferEvent client, FileSegment file) {
        client.onWrite(_ -> client.closeAfterFlush(Duration.ofSeconds(10)));
        client.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Failed _, Condition.TimedOut _ -> client.close();
                case Condition.Connected _, Condition.Eof _ -> {}
            }
        });
        client.timeouts(Duration.ZERO, Duration.ofMinutes(1)); // Without progress; a large file may take longer.
        if (file.length() == 0) {
            client.closeAfterFlush(Duration.ofSeconds(10)); // Nothing will be written, so nobody would say so.
            return;
        }
        client.output().addFileSegment(file);
    }
}
