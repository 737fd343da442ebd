package io.jevent.examples;

import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.LineEnd;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Sends each line back with its letters thirteen places on. The program the libevent book starts with, in its last
 * form ({@code 01_rot13_server_bufferevent}).
 *
 * <p>Better here: a line longer than the mark passes in pieces and nothing is added to it; a last line without an end
 * is answered; and a client that does not read stops being read, because what waits in the input below a high mark
 * needs no further word.
 */
public final class Rot13Server {
    /** So much of a line is waited for. */
    static final int MAX_LINE_BYTES = 16 * 1024;

    private Rot13Server() {}

    /** Listens on the loopback address and the port given, or 40713, until it is interrupted. */
    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 40713;
        try (EventBase base = EventBase.create()) {
            ConnectionListener listener = ConnectionListener.bind(
                    base,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    (_, socket) -> serve(SocketBufferEvent.create(base, socket)));
            System.out.println("listening on " + listener.localAddress());
            base.dispatch();
        }
    }

    /** Serves one connection until the peer has ended. */
    static void serve(BufferEvent client) {
        client.inputWatermark(new Watermark(0, MAX_LINE_BYTES));
        client.onRead(Rot13Server::answerLines);
        client.onWritable(Rot13Server::answerLines);
        client.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Eof _ -> {
                    answer(client, client.input().length());
                    client.closeAfterFlush(Duration.ofSeconds(30));
                }
                case Condition.Failed _, Condition.TimedOut _ -> client.close();
                case Condition.Connected _ -> {}
            }
        });
        client.timeouts(Duration.ofMinutes(5), Duration.ofMinutes(5));
        client.enableReading();
    }

    private static void answerLines(BufferEvent client) {
        for (long next = nextBytes(client.input()); next > 0 && client.isWritable(); next = nextBytes(client.input())) {
            answer(client, next);
        }
    }

    /** How many bytes make the next line, or a piece of one that is too long; 0 while neither is here. */
    private static long nextBytes(EvBuffer input) {
        return input.findLineEnd(LineEnd.LF, 0)
                .map(it -> it.index() + it.byteCount())
                .orElse(input.length() >= MAX_LINE_BYTES ? input.length() : 0);
    }

    private static void answer(BufferEvent client, long byteCount) {
        byte[] line = new byte[(int) byteCount];
        client.read(line, 0, line.length);
        for (int i = 0; i < line.length; i++) {
            line[i] = rotate(line[i]);
        }
        client.write(line);
    }

    private static byte rotate(byte letter) {
        if (letter >= 'a' && letter <= 'z') {
            return (byte) ('a' + (letter - 'a' + 13) % 26);
        }
        return letter >= 'A' && letter <= 'Z' ? (byte) ('A' + (letter - 'A' + 13) % 26) : letter;
    }
}
