package io.jevent.benchmarks;

import java.nio.ByteBuffer;

/** TLS with nothing but the JDK's engines; {@link TlsWorkload} does the same with buffer events. */
abstract class EngineWorkload extends Workload {
    final TlsSetup setup;
    final EngineLink.Buffers buffers = new EngineLink.Buffers();

    private EngineWorkload(String name, String unit, long operations, TlsSetup setup) {
        super(name, unit, operations);
        this.setup = setup;
    }

    final EngineLink link() {
        EngineLink made = new EngineLink(setup, buffers);
        made.shakeHands();
        return made;
    }

    @Override
    public void close() {
        // The collector has it.
    }

    /** One message to and fro. */
    static final class PingPong extends EngineWorkload {
        private final ByteBuffer message = TlsWorkload.message(TlsWorkload.MESSAGE_BYTES);
        private final ByteBuffer answer = ByteBuffer.allocate(TlsWorkload.MESSAGE_BYTES);
        private final EngineLink link = link();

        PingPong(String name, TlsSetup setup) {
            super(name, "message", TlsWorkload.MESSAGES, setup);
        }

        @Override
        long run(Stopwatch watch) {
            long sum = 0;
            for (int left = TlsWorkload.MESSAGES; left > 0; left -= 2) {
                message.rewind();
                ByteBuffer heard = link.toServer(message);
                sum += heard.remaining();
                answer.clear();
                answer.put(heard).flip();
                sum += link.toClient(answer).remaining();
            }
            return sum;
        }
    }

    /** Records one way. */
    static final class Stream extends EngineWorkload {
        /** All of it, as a record of the JDK's holds a little less than a piece. */
        private final ByteBuffer all = TlsWorkload.message(TlsWorkload.STREAM_BYTES);

        private final EngineLink link = link();
        private final boolean isNative;

        Stream(String name, boolean isNative, TlsSetup setup) {
            super(name, "byte", TlsWorkload.STREAM_BYTES, setup);
            this.isNative = isNative;
        }

        @Override
        long run(Stopwatch watch) {
            long sum = 0;
            all.rewind();
            while (all.hasRemaining()) {
                sum += (isNative ? link.toServerThroughNative(all) : link.toServer(all)).remaining();
            }
            return sum;
        }
    }

    /** Handshakes, and one byte to each client behind what the handshake has for it. */
    static final class Handshakes extends EngineWorkload {
        private final ByteBuffer greeting = TlsWorkload.message(1);
        private final boolean resumes;

        Handshakes(String name, boolean resumes, TlsSetup setup) {
            super(name, "handshake", TlsWorkload.HANDSHAKES, setup);
            this.resumes = resumes;
            greeting.rewind();
            link().toClient(greeting); // So that there is a session.
        }

        @Override
        long run(Stopwatch watch) {
            long sum = 0;
            for (int i = 0; i < TlsWorkload.HANDSHAKES; i++) {
                if (!resumes) {
                    setup.forget();
                }
                long startMillis = System.currentTimeMillis();
                EngineLink link = link();
                greeting.rewind();
                sum += link.toClient(greeting).remaining();
                TlsSetup.check(link.session(), resumes, startMillis);
            }
            return sum;
        }
    }
}
