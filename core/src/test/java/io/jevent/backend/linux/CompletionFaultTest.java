package io.jevent.backend.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.backend.Direction;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.backend.linux.FakeCompletionQueue.Mischief;
import io.jevent.backend.readiness.StreamSocket.Stage;
import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a ring may answer to one operation among many, each answer at each operation: connections it is not about get every
 * byte, the one it is about ends at most once, nothing spins, and nothing is left in flight or in use.
 */
@Timeout(120)
class CompletionFaultTest {
    private static final int CONNECTIONS = 3;
    private static final int BYTES = 12_000;

    /** More than the program needs without a fault, several times; a loop that spins needs all of them. */
    private static final int MOST_TURNS = 400;

    /** Completions of the program without a fault: each of them is met. */
    private static final int COMPLETIONS = 60;

    private static final int EPIPE = 32;
    private static final int ECONNRESET = 104;
    private static final int ETIMEDOUT = 110;
    private static final int ENOMEM = 12;
    private static final int EIO = 5;
    private static final int EINVAL = 22;

    private final List<Connection> connections = new ArrayList<>();
    private final List<Connection> ready = new ArrayList<>();

    static Stream<Arguments> faults() {
        Stream<Arguments> errors = Stream.of(
                        Libc.EAGAIN,
                        Libc.EINTR,
                        FakeCompletionQueue.ENOBUFS,
                        FakeCompletionQueue.ECANCELED,
                        EPIPE,
                        ECONNRESET,
                        ETIMEDOUT,
                        ENOMEM,
                        EIO,
                        EINVAL)
                .map(errno -> Arguments.of(Mischief.ERROR, errno));
        Stream<Arguments> others = Stream.of(Mischief.LATE, Mischief.DOUBLED, Mischief.DOUBLED_LATE)
                .map(it -> Arguments.of(it, 0));
        return Stream.concat(errors, others);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void harmsNoOtherConnection(Mischief mischief, int errno) throws IOException {
        for (int victim = 1; victim <= COMPLETIONS; victim++) {
            run(mischief, errno, victim, Transport.UNLIMITED, false);
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void harmsNoOtherConnectionWhenReceivingIsLimitedAndTurnedOffNowAndThen(Mischief mischief, int errno)
            throws IOException {
        for (int victim = 1; victim <= COMPLETIONS * 2; victim++) {
            run(mischief, errno, victim, 1000, true);
        }
    }

    private void run(Mischief mischief, int errno, int victim, long admitted, boolean pausing) throws IOException {
        connections.clear();
        ready.clear();
        String what = mischief + " " + errno + " at completion " + victim;
        BufferPool pool = BufferPool.create(1 << 20);
        pool.confineTo(Thread.currentThread());
        FakeCompletionQueue[] made = new FakeCompletionQueue[1];
        UringBackend backend = new UringBackend(pool, (libc, arena) -> {
            made[0] = new FakeCompletionQueue(memoryOf(arena), mischief, errno, victim);
            return made[0];
        });
        FakeCompletionQueue queue = made[0];
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.add(new Connection(backend, pool, i, admitted));
        }
        while (!connections.stream().allMatch(Connection::isDone)) {
            assertThat(queue.turns())
                    .as("%s: turns, with %s", what, connections)
                    .isLessThan(MOST_TURNS);
            backend.poll(0);
            List<Connection> now = List.copyOf(ready);
            ready.clear();
            now.forEach(connection -> connection.deliver(pausing));
            for (Connection connection : connections) {
                connection.afterTurn(pausing && queue.turns() % 3 == 0);
            }
        }
        int victimFd = queue.victimFd();
        for (Connection connection : connections) {
            boolean mayFail = mischief == Mischief.ERROR && connection.fd == victimFd && !queue.passes();
            if (!mayFail) {
                assertThat(connection.failure).as("%s: %s", what, connection).isNull();
                assertThat(connection.isWhole()).as("%s: %s", what, connection).isTrue();
            }
            connection.transport.close();
        }
        backend.poll(0);
        connections.forEach(Connection::freeBuffers);
        backend.close();
        assertThat(pool.bytesInUse()).as("%s: bytes in use", what).isZero();
        for (Connection connection : connections) {
            assertThat(queue.pendingOf(connection.fd)).as(what).isZero();
        }
        pool.close();
    }

    private static MemorySegment memoryOf(Arena arena) {
        return arena.allocate(1 << 20);
    }

    /** One connection: sends its bytes, checks what comes back. */
    private final class Connection implements TransportHandler {
        private final int fd;
        private final Transport transport;
        private final byte[] bytes = new byte[BYTES];
        private final EvBuffer input;
        private final EvBuffer output;
        private final long admitted;
        private boolean paused;
        private int writtenCount;
        private long sentCount;
        private long receivedCount;
        private @Nullable IOException failure;

        Connection(UringBackend backend, BufferPool pool, int number, long admitted) throws IOException {
            this.admitted = admitted;
            this.input = EvBuffer.createConfined(pool);
            this.output = EvBuffer.createConfined(pool);
            this.fd = backend.sockets.openStream(SocketAddressCodec.AF_INET);
            this.transport = backend.transportOf(fd, SocketAddressCodec.AF_INET, Stage.UNCONNECTED, this);
            new SplittableRandom(number).nextBytes(bytes);
            transport.connect(new InetSocketAddress("127.0.0.1", 1));
        }

        /** What was sent but not told yet when sending stops must not be sent again when it goes on. */
        void deliver(boolean stopsSending) {
            boolean stops = stopsSending && failure == null && !output.isEmpty();
            if (stops) {
                transport.stopSending();
            }
            transport.deliver();
            if (stops && failure == null && !output.isEmpty()) {
                transport.send(output, Transport.UNLIMITED);
            }
        }

        boolean isDone() {
            return failure != null || receivedCount >= BYTES;
        }

        boolean isWhole() {
            return Arrays.equals(copy(), bytes);
        }

        private byte[] copy() {
            byte[] got = new byte[(int) input.length()];
            input.copyOut(0, got, 0, got.length);
            return got;
        }

        void afterTurn(boolean toggles) {
            if (toggles && failure == null) {
                paused = !paused;
                transport.receive(input, paused ? 0 : admitted);
            }
        }

        void freeBuffers() {
            input.close();
            output.close();
        }

        @Override
        public void onReady() {
            if (!ready.contains(this)) {
                ready.add(this);
            }
        }

        @Override
        public void onConnected() {
            assertThat(failure).isNull();
            transport.receive(input, admitted);
            sendMore();
        }

        /** In several sends, each as soon as the one before has ended. */
        private void sendMore() {
            if (writtenCount < BYTES) {
                output.add(bytes, writtenCount, BYTES / 12);
                output.add(bytes, writtenCount + BYTES / 12, BYTES / 12);
                writtenCount += BYTES / 6;
                transport.send(output, Transport.UNLIMITED);
            }
        }

        @Override
        public void onReceived(long byteCount) {
            assertThat(failure).isNull();
            receivedCount += byteCount;
            assertThat(input.length()).isEqualTo(receivedCount);
            if (admitted != Transport.UNLIMITED) {
                assertThat(byteCount).isLessThanOrEqualTo(admitted);
                transport.receive(input, paused ? 0 : admitted);
            }
        }

        @Override
        public void onEnd() {
            throw new AssertionError("no peer ends its output");
        }

        @Override
        public void onSent(long byteCount) {
            assertThat(failure).isNull();
            sentCount += byteCount;
            assertThat(sentCount + output.length()).isEqualTo(writtenCount);
            if (output.isEmpty()) {
                sendMore();
            }
        }

        @Override
        public void onFailed(Direction direction, IOException cause) {
            assertThat(failure).as("fails at most once").isNull();
            failure = cause;
        }

        @Override
        public String toString() {
            return "descriptor " + fd + " received " + receivedCount + " of " + BYTES + ", failure " + failure;
        }
    }
}
