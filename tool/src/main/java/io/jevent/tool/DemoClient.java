package io.jevent.tool;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import java.net.SocketAddress;
import java.time.Duration;

/** One client of the demo: keeps messages in flight, checks what comes back, measures how long it took. */
final class DemoClient {
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(20);
    private static final int SCRATCH_BYTES = 64 * 1024;

    /** One for all clients of a loop: used within one callback. */
    private static final ThreadLocal<byte[]> SCRATCH = ThreadLocal.withInitial(() -> new byte[SCRATCH_BYTES]);

    private final DemoLoad load;
    private final int index;
    private final SocketBufferEvent connection;

    /** When the messages under way were sent, in a ring. */
    private final long[] sentNanos;

    private int sentCount;
    private int answeredCount;
    private long receivedBytes;

    DemoClient(DemoLoad load, int index) {
        this.load = load;
        this.index = index;
        this.sentNanos = new long[load.inFlight];
        this.connection = SocketBufferEvent.create(load.base);
        connection.onRead(this::onRead);
        connection.onCondition(this::onCondition);
        connection.timeouts(LONGEST_SILENCE, LONGEST_SILENCE);
        connection.enableReading();
    }

    void connect(SocketAddress address) {
        connection.connect(address);
    }

    private void onCondition(BufferEvent bufferEvent, Condition condition) {
        switch (condition) {
            case Condition.Connected _ -> {
                for (int i = 0; i < load.inFlight; i++) {
                    sendNext();
                }
            }
            case Condition.Eof _ ->
                load.fail("client " + index + " lost bytes: the server closed after " + receivedBytes + " of "
                        + (long) load.messages * load.size);
            case Condition.TimedOut _ ->
                load.fail("client " + index + " heard nothing for " + LONGEST_SILENCE.toSeconds() + " s");
            case Condition.Failed failed -> load.fail(index, failed.cause());
        }
    }

    private void sendNext() {
        if (sentCount < load.messages) {
            sentNanos[sentCount % sentNanos.length] = System.nanoTime();
            long position = (long) sentCount * load.size;
            connection.output().add(load.pattern.source(), load.pattern.offset(index, position), load.size);
            sentCount++;
        }
    }

    private void onRead(BufferEvent bufferEvent) {
        byte[] scratch = SCRATCH.get();
        int count;
        while ((count = bufferEvent.read(scratch, 0, scratch.length)) > 0) {
            int wrong = load.pattern.firstWrong(index, receivedBytes, scratch, count);
            if (wrong >= 0) {
                load.fail("client " + index + " got a wrong byte at position " + (receivedBytes + wrong));
                return;
            }
            receivedBytes += count;
        }
        long complete = receivedBytes / load.size;
        while (answeredCount < complete) {
            load.onMessage(System.nanoTime() - sentNanos[answeredCount % sentNanos.length]);
            answeredCount++;
            sendNext();
        }
        if (answeredCount == load.messages) {
            connection.closeAfterFlush(LONGEST_SILENCE);
            load.onFinished();
        }
    }
}
