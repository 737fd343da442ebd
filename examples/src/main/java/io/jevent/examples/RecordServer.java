package io.jevent.examples;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * Answers records with the same bytes the other way round; a record is four bytes of length, the highest first, and
 * so many bytes. The book's length-prefixed records (R7).
 *
 * <p>Better here: a record has a greatest length, so that nobody can make the server wait for, and hold, four
 * gigabytes; a length is never negative; and it is a server.
 */
public final class RecordServer {
    /** A record that says it is longer ends its connection. */
    static final int MAX_RECORD_BYTES = 64 * 1024;

    private static final int PREFIX_BYTES = 4;

    private RecordServer() {}

    /** Listens on the loopback address and the port given, or 9884, until it is interrupted. */
    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9884;
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
        client.inputWatermark(
                new Watermark(0, PREFIX_BYTES + MAX_RECORD_BYTES)); // Less, and the longest would never fit.
        client.onRead(RecordServer::answerWhileWritable);
        client.onWritable(RecordServer::answerWhileWritable);
        client.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Eof _ -> finish(client);
                case Condition.Failed _, Condition.TimedOut _ -> client.close();
                case Condition.Connected _ -> {}
            }
        });
        client.timeouts(Duration.ofMinutes(5), Duration.ofMinutes(5));
        client.enableReading();
    }

    private static void answerWhileWritable(BufferEvent client) {
        try {
            while (client.isWritable() && answerOne(client)) {
                // The rest waits in the input, below its mark.
            }
        } catch (IOException e) {
            giveUp(client, e);
        }
    }

    /** No more will come, so what is left is bounded by the mark and needs no waiting. */
    private static void finish(BufferEvent client) {
        try {
            while (answerOne(client)) {
                // All of them.
            }
            client.closeAfterFlush(Duration.ofSeconds(30));
        } catch (IOException e) {
            giveUp(client, e);
        }
    }

    private static void giveUp(BufferEvent client, IOException cause) {
        System.err.println(cause.getMessage());
        client.close();
    }

    private static boolean answerOne(BufferEvent client) throws IOException {
        Optional<byte[]> body = next(client.input());
        body.ifPresent(bytes -> answer(client, bytes));
        return body.isPresent();
    }

    private static void answer(BufferEvent client, byte[] body) {
        ByteBuffer answer = ByteBuffer.allocate(PREFIX_BYTES + body.length).putInt(body.length);
        for (int i = body.length - 1; i >= 0; i--) {
            answer.put(body[i]);
        }
        client.output().add(answer.flip());
    }

    /**
     * Takes one record out of a buffer.
     *
     * @return its bytes, or nothing while it is incomplete; the buffer is then as it was
     * @throws IOException if it is too long
     */
    static Optional<byte[]> next(EvBuffer buffer) throws IOException {
        if (buffer.length() < PREFIX_BYTES) {
            return Optional.empty();
        }
        int length = buffer.pullUp(PREFIX_BYTES).getInt();
        if (length < 0 || length > MAX_RECORD_BYTES) {
            throw new IOException(
                    "need a record of 0 to " + MAX_RECORD_BYTES + " bytes, got " + Integer.toUnsignedLong(length));
        }
        if (buffer.length() < PREFIX_BYTES + length) {
            return Optional.empty();
        }
        buffer.drain(PREFIX_BYTES);
        byte[] body = new byte[length];
        buffer.remove(body, 0, length);
        return Optional.of(body);
    }
}
