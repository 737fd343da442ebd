package io.jevent.benchmarks;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.event.EventBase;
import java.nio.ByteBuffer;

/** TLS buffer events in memory: each stands on one end of a pair, and one loop runs both. */
abstract class TlsWorkload extends Workload {
    static final int MESSAGES = 10_000;
    static final int MESSAGE_BYTES = 64;
    static final int STREAM_BYTES = 4 << 20;
    static final int PIECE_BYTES = 16 * 1024;
    static final int HANDSHAKES = 20;

    final TlsSetup setup;
    final EventBase base = EventBase.create();

    private TlsWorkload(String name, String unit, long operations, TlsSetup setup) {
        super(name, unit, operations);
        this.setup = setup;
    }

    static ByteBuffer message(int byteCount) {
        return ByteBuffer.wrap(bytes(byteCount));
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    /** Both ends of a connection. */
    record Link(TlsBufferEvent client, TlsBufferEvent server) implements AutoCloseable {
        static Link on(EventBase base, TlsSetup setup) {
            PairBufferEvent near = PairBufferEvent.create(base);
            PairBufferEvent far = near.partner().orElseThrow();
            BufferEventOption owns = BufferEventOption.CLOSE_ON_FREE;
            TlsBufferEvent server = TlsBufferEvent.server(far, setup.context(), owns);
            TlsBufferEvent client = TlsBufferEvent.client(near, setup.context(), TlsSetup.HOST, setup.port(), owns);
            client.onCondition(Link::check);
            server.onCondition(Link::check);
            client.enableReading();
            server.enableReading();
            return new Link(client, server);
        }

        private static void check(BufferEvent end, Condition condition) {
            if (!(condition instanceof Condition.Connected)) {
                throw new IllegalStateException(end + ": " + condition);
            }
        }

        @Override
        public void close() {
            client.close();
            server.close();
        }
    }

    @Override
    public void close() {
        base.close();
    }

    /** A connection whose handshake is over. */
    abstract static class Connected extends TlsWorkload {
        final Link link;

        /** Messages or bytes still to be sent. */
        int left;

        long sum;

        private Connected(String name, String unit, long operations, TlsSetup setup) {
            super(name, unit, operations, setup);
            link = Link.on(base, setup);
            base.dispatch();
            if (link.client.facts().isEmpty() || link.server.facts().isEmpty()) {
                throw new IllegalStateException("the handshake stands still");
            }
        }

        @Override
        public void close() {
            link.close();
            super.close();
        }
    }

    /** One message to and fro. */
    static final class PingPong extends Connected {
        private final byte[] message = bytes(MESSAGE_BYTES);

        PingPong(String name, TlsSetup setup) {
            super(name, "message", MESSAGES, setup);
            link.client().onRead(this::passBack);
            link.server().onRead(this::passBack);
        }

        private void passBack(BufferEvent end) {
            sum += end.input().length();
            if (--left > 0) {
                end.write(end.input());
            } else {
                end.input().drain(end.input().length());
            }
        }

        @Override
        long run(Stopwatch watch) {
            left = MESSAGES;
            sum = 0;
            link.client().write(message);
            base.dispatch();
            return sum;
        }
    }

    /** Pieces one way, as long as the writer is not told to wait. */
    static final class Stream extends Connected {
        private final byte[] piece = bytes(PIECE_BYTES);

        Stream(String name, TlsSetup setup) {
            super(name, "byte", STREAM_BYTES, setup);
            link.client().onWritable(this::sendMore);
            link.server().onRead(this::take);
        }

        private void sendMore(BufferEvent end) {
            while (left > 0 && end.isWritable()) {
                left -= PIECE_BYTES;
                end.write(piece);
            }
        }

        private void take(BufferEvent end) {
            long length = end.input().length();
            sum += length;
            end.input().drain(length);
        }

        @Override
        long run(Stopwatch watch) {
            left = STREAM_BYTES;
            sum = 0;
            sendMore(link.client());
            base.dispatch();
            return sum;
        }
    }

    /** Handshakes, and one byte to each client behind what the handshake has for it. */
    static final class Handshakes extends TlsWorkload {
        private final byte[] greeting = bytes(1);
        private final boolean resumes;
        private long sum;

        Handshakes(String name, boolean resumes, TlsSetup setup) {
            super(name, "handshake", HANDSHAKES, setup);
            this.resumes = resumes;
            shakeHands(0); // So that there is a session.
        }

        private void shakeHands(long startMillis) {
            try (Link link = Link.on(base, setup)) {
                link.server.write(greeting);
                link.client.onRead(end -> {
                    sum += end.input().length();
                    end.input().drain(end.input().length());
                });
                base.dispatch();
                TlsSetup.check(link.client.sslEngine().getSession(), startMillis > 0 && resumes, startMillis);
            }
        }

        @Override
        long run(Stopwatch watch) {
            sum = 0;
            for (int i = 0; i < HANDSHAKES; i++) {
                if (!resumes) {
                    setup.forget();
                }
                shakeHands(System.currentTimeMillis());
            }
            return sum;
        }
    }
}
