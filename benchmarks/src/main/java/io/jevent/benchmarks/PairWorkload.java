package io.jevent.benchmarks;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.TokenBucketConfig;
import io.jevent.event.EventBase;

/** Buffer events in memory: pairs, filters on them, rate limits. No system call but the loop's own. */
abstract class PairWorkload extends Workload {
    static final int MESSAGES = 10_000;
    static final int STREAM_BYTES = 4 << 20;
    private static final int MESSAGE_BYTES = 64;
    private static final int PIECE_BYTES = 16 * 1024;

    final EventBase base = EventBase.create();
    final BufferEvent near;
    final BufferEvent far;

    /** Messages or bytes still to be sent. */
    int left;

    long sum;

    private PairWorkload(String name, String unit, long operations, int filters) {
        super(name, unit, operations);
        PairBufferEvent end = PairBufferEvent.create(base);
        near = withFilters(end, filters);
        far = withFilters(end.partner().orElseThrow(), filters);
        near.enableReading();
        far.enableReading();
    }

    /** Filters that pass everything on. */
    private static BufferEvent withFilters(BufferEvent end, int count) {
        BufferEvent top = end;
        for (int i = 0; i < count; i++) {
            top = FilterBufferEvent.create(top, new BufferFilter() {}, BufferEventOption.CLOSE_ON_FREE);
        }
        return top;
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    @Override
    public void close() {
        near.close();
        far.close();
        base.close();
    }

    /** One message to and fro. */
    static final class PingPong extends PairWorkload {
        private final byte[] message = bytes(MESSAGE_BYTES);
        private final byte[] last = new byte[MESSAGE_BYTES];

        PingPong(String name, int filters) {
            super(name, "message", MESSAGES, filters);
            near.onRead(this::passBack);
            far.onRead(this::passBack);
        }

        /** The same with buckets that never empty. */
        static PingPong limited(String name) {
            PingPong made = new PingPong(name, 0);
            long most = TokenBucketConfig.MAX;
            TokenBucketConfig config = new TokenBucketConfig(most, most, most, most, TokenBucketConfig.DEFAULT_TICK);
            made.near.rateLimits().limit(config);
            made.far.rateLimits().limit(config);
            return made;
        }

        private void passBack(BufferEvent end) {
            sum += end.input().length() * left;
            if (--left > 0) {
                end.write(end.input());
            }
        }

        /** The last message has an even number, so it ends where it began; its bytes count, too. */
        @Override
        long run(Stopwatch watch) {
            left = MESSAGES;
            sum = 0;
            near.write(message);
            base.dispatch();
            if (near.read(last, 0, MESSAGE_BYTES) != MESSAGE_BYTES) {
                throw new IllegalStateException("the message did not come back");
            }
            for (byte b : last) {
                sum += b & 0xff;
            }
            return sum;
        }
    }

    /** Pieces one way, the next when the one before has arrived. */
    static final class Stream extends PairWorkload {
        private final byte[] piece = bytes(PIECE_BYTES);

        Stream(String name, int filters) {
            super(name, "byte", STREAM_BYTES, filters);
            far.onRead(this::take);
        }

        private void sendNext() {
            if (left > 0) {
                left -= PIECE_BYTES;
                near.write(piece);
            }
        }

        private void take(BufferEvent end) {
            EvBuffer input = end.input();
            long length = input.length();
            sum += length + (input.byteAt(length - 1) & 0xff);
            input.drain(length);
            sendNext();
        }

        @Override
        long run(Stopwatch watch) {
            left = STREAM_BYTES;
            sum = 0;
            sendNext();
            base.dispatch();
            return sum;
        }
    }
}
