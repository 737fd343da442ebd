package io.jevent.examples;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.Direction;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;

/**
 * Sends back what it gets, to so many clients at a time; the others wait in the system's backlog. Answers the book's
 * {@code R8_echo_server} with its error callback, and its page on pausing a listener.
 *
 * <p>Better here: when accepting fails, for want of descriptors most of the time, the server goes on instead of
 * ending its loop; and it closes when the last byte has left. It bounds how long a client may stall, not how long it
 * may take.
 */
public final class CappedEchoServer {
    private static final Watermark INPUT = new Watermark(0, 64 * 1024);

    private final EventBase base;
    private final ConnectionListener listener;
    private final int maxClients;
    private int clientCount;

    /**
     * Starts the server on a loop that the caller runs.
     *
     * @param maxClients most clients served at a time
     */
    CappedEchoServer(EventBase base, SocketAddress address, int maxClients) throws IOException {
        this.base = base;
        this.maxClients = maxClients;
        this.listener = ConnectionListener.bind(base, address, (_, socket) -> accept(socket));
        listener.onAcceptError(
                (_, cause) -> System.err.println("accepting pauses, and resumes by itself: " + cause.getMessage()));
    }

    /** Listens on the loopback address and the port given, or 9876, for 100 clients or as many as given. */
    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9876;
        int maxClients = args.length > 1 ? Integer.parseInt(args[1]) : 100;
        try (EventBase base = EventBase.create()) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            CappedEchoServer server = new CappedEchoServer(base, address, maxClients);
            System.out.println("listening on " + server.listener().localAddress());
            base.dispatch();
        }
    }

    /** {@return what accepts} */
    ConnectionListener listener() {
        return listener;
    }

    /** {@return clients served now} */
    int clientCount() {
        return clientCount;
    }

    private void accept(AcceptedSocket socket) {
        BufferEvent client = SocketBufferEvent.create(base, socket);
        clientCount++;
        if (clientCount == maxClients) {
            listener.pause();
        }
        client.inputWatermark(INPUT);
        client.onRead(CappedEchoServer::echo);
        client.onWritable(CappedEchoServer::echo);
        client.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Eof _ -> finish(client);
                case Condition.Failed _, Condition.TimedOut _ -> end(client);
                case Condition.Connected _ -> {}
            }
        });
        client.timeouts(Duration.ofMinutes(5), Duration.ofMinutes(1));
        client.enableReading();
    }

    /** What is not echoed waits in the input, whose high mark stops reading. */
    private static void echo(BufferEvent client) {
        if (client.isWritable()) {
            client.write(client.input());
        }
    }

    /**
     * Ends when all is sent; not {@code closeAfterFlush}, since the place is free only then, and somebody has to say
     * so.
     */
    private void finish(BufferEvent client) {
        client.write(client.input());
        client.onWrite(this::end);
        client.trigger(Direction.WRITING); // Or all is sent already.
    }

    private void end(BufferEvent client) {
        client.close();
        clientCount--;
        listener.resume();
    }
}
