package io.jevent.examples;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.EventBase;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Connects and counts what comes, 128 bytes or more at a time. The book's client with a low mark (R6), whose point is
 * the end: the last few bytes may be below the mark, and no read callback tells of them.
 *
 * <p>Better here: those bytes are counted in the total as well as told apart, and a high mark bounds what waits.
 */
public final class ReadUntilMark {
    static final Watermark MARKS = new Watermark(128, 64 * 1024);

    private long totalBytes;
    private int callCount;

    /**
     * What has been read when the peer has ended.
     *
     * @param totalBytes all of it
     * @param callCount how many read callbacks there were
     * @param bytesBelowMark bytes that were left for the end, below the mark
     */
    record Count(long totalBytes, int callCount, long bytesBelowMark) {}

    private ReadUntilMark() {}

    /** Connects to 127.0.0.1 and the port given, or 9995. */
    public static void main(String[] args) {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9995;
        try (EventBase base = EventBase.create()) {
            SocketBufferEvent connection = SocketBufferEvent.create(base);
            count(connection, System.out::println);
            connection.connect(new InetSocketAddress("127.0.0.1", port));
            base.dispatch();
        }
    }

    /** Reads until the peer has ended, tells what there was, and closes. After a failure it only closes. */
    static void count(BufferEvent connection, Consumer<Count> onEnd) {
        ReadUntilMark state = new ReadUntilMark();
        connection.inputWatermark(MARKS);
        connection.onRead(_ -> {
            state.callCount++;
            state.totalBytes += connection.input().drain(Long.MAX_VALUE);
        });
        connection.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Connected _ -> {}
                case Condition.Eof _ -> {
                    long rest = connection.input().drain(Long.MAX_VALUE);
                    onEnd.accept(new Count(state.totalBytes + rest, state.callCount, rest));
                    connection.close();
                }
                case Condition.Failed failed -> {
                    System.err.println(failed.cause().getMessage());
                    connection.close();
                }
                case Condition.TimedOut _ -> connection.close();
            }
        });
        connection.timeouts(Duration.ofMinutes(1), Duration.ofMinutes(1));
        connection.enableReading();
    }
}
