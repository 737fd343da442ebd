package io.jevent.examples;

import io.jevent.backend.AcceptedSocket;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.RateLimitGroup;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.TokenBucketConfig;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Connects clients that send as fast as they can to readers that share a rate-limit group, and prints how fast each
 * was, with mean and deviation. libevent's {@code test-ratelim}, the only program with rate limits there is.
 *
 * <p>Better here: the same code runs on a simulated network, where a minute passes at once and gives the same figures
 * each time.
 */
public final class RateLimitMeter implements AutoCloseable {
    private static final byte[] LOAD = new byte[4096];

    private final EventBase base;
    private final RateLimitGroup group;
    private final Optional<TokenBucketConfig> each;
    private final ConnectionListener listener;
    private final List<BufferEvent> open = new ArrayList<>();
    private final List<long[]> counts = new ArrayList<>();

    /**
     * What was measured.
     *
     * @param rates bytes per second that each reader read
     * @param mean of the rates
     * @param deviation of the rates, the square root of their variance
     * @param total bytes per second of all
     * @param tokens left in the group's bucket
     */
    record Report(List<Double> rates, double mean, double deviation, double total, long tokens) {}

    /** Starts so many clients and readers on a loop that the caller runs. */
    RateLimitMeter(
            EventBase base,
            InetSocketAddress address,
            int clientCount,
            TokenBucketConfig together,
            Optional<TokenBucketConfig> each)
            throws IOException {
        this.base = base;
        this.each = each;
        this.group = RateLimitGroup.create(base, together);
        this.listener = ConnectionListener.bind(base, address, (_, socket) -> read(socket));
        for (int i = 0; i < clientCount; i++) {
            SocketBufferEvent client = SocketBufferEvent.create(base);
            open.add(client);
            client.onWritable(RateLimitMeter::pour);
            client.connect(listener.localAddress());
            pour(client);
        }
    }

    /**
     * Takes clients, seconds, bytes per second for all, and for each or 0 for no such limit: by default 30 5 300000
     * 0.
     */
    public static void main(String[] args) throws IOException {
        int clientCount = args.length > 0 ? Integer.parseInt(args[0]) : 30;
        long seconds = args.length > 1 ? Long.parseLong(args[1]) : 5;
        long together = args.length > 2 ? Long.parseLong(args[2]) : 300_000;
        long each = args.length > 3 ? Long.parseLong(args[3]) : 0;
        try (EventBase base = EventBase.create();
                RateLimitMeter meter = new RateLimitMeter(
                        base,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        clientCount,
                        TokenBucketConfig.ofBytesPerSecond(together),
                        Optional.of(each).filter(it -> it > 0).map(TokenBucketConfig::ofBytesPerSecond))) {
            base.exit(Duration.ofSeconds(seconds));
            base.dispatch();
            Report report = meter.report(Duration.ofSeconds(seconds));
            report.rates().forEach(rate -> System.out.printf("%,12.0f%n", rate));
            System.out.printf("%,12.0f mean, %,.0f deviation%n", report.mean(), report.deviation());
            System.out.printf("%,12.0f together, %,d tokens left%n", report.total(), report.tokens());
        }
    }

    private static void pour(BufferEvent client) {
        while (client.isWritable()) {
            client.write(LOAD);
        }
    }

    private void read(AcceptedSocket socket) {
        BufferEvent reader = SocketBufferEvent.create(base, socket);
        open.add(reader);
        each.ifPresent(reader.rateLimits()::limit);
        reader.rateLimits().join(group);
        long[] count = new long[1];
        counts.add(count);
        reader.onRead(_ -> count[0] += reader.input().drain(Long.MAX_VALUE));
        reader.onCondition((_, condition) -> {
            if (condition instanceof Condition.Failed failed) {
                System.err.println(failed.cause().getMessage());
            }
        });
        reader.enableReading();
    }

    /** {@return what the readers have read, as it was spread over a span} */
    Report report(Duration span) {
        double seconds = span.toMillis() / 1000.0;
        List<Double> rates = counts.stream().map(it -> it[0] / seconds).toList();
        double mean = rates.stream().mapToDouble(it -> it).average().orElse(0);
        double variance = rates.stream()
                .mapToDouble(it -> (it - mean) * (it - mean))
                .average()
                .orElse(0);
        return new Report(rates, mean, Math.sqrt(variance), group.totalRead() / seconds, group.readTokens());
    }

    /** Closes the members first: a group that has some does not close. */
    @Override
    public void close() {
        open.forEach(BufferEvent::close);
        group.close();
        listener.close();
    }
}
