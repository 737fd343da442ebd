package io.jevent.tool;

import io.jevent.event.EventBase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** The clients of the demo: what they share, and what they count together. */
final class DemoLoad {
    /** Latencies are told apart to two digits, up to a minute. */
    private static final long LONGEST_NANOS = 60_000_000_000L;

    final EventBase base;
    final int messages;
    final int size;
    final int inFlight;
    final DemoPattern pattern;
    final Histogram latencies = new Histogram(LONGEST_NANOS, 2);
    private final int connections;
    private final List<DemoClient> clients = new ArrayList<>();
    private int finishedCount;
    private @Nullable String failure;
    private long messageCount;

    DemoLoad(EventBase base, int connections, int messages, int size, int inFlight) {
        this.base = base;
        this.connections = connections;
        this.messages = messages;
        this.size = size;
        this.inFlight = inFlight;
        this.pattern = new DemoPattern(size);
    }

    void start(SocketAddress address) {
        for (int i = 0; i < connections; i++) {
            DemoClient client = new DemoClient(this, i);
            clients.add(client);
            try {
                client.connect(address);
            } catch (UncheckedIOException e) {
                fail("client " + i + " cannot connect: " + Words.of(e.getCause()));
                return;
            }
        }
    }

    void onMessage(long latencyNanos) {
        messageCount++;
        latencies.recordValue(Math.min(latencyNanos, LONGEST_NANOS));
    }

    void onFinished() {
        finishedCount++;
        if (finishedCount == connections) {
            base.exit();
        }
    }

    void fail(String message) {
        if (failure == null) {
            failure = message;
        }
        base.exit();
    }

    void fail(int client, IOException cause) {
        fail("client " + client + " lost its connection: " + Words.of(cause));
    }

    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    long messageCount() {
        return messageCount;
    }

    long messagesWanted() {
        return (long) connections * messages;
    }

    long byteCount() {
        return messageCount * size;
    }

    long latencyNanos(double percentile) {
        return latencies.getValueAtPercentile(percentile);
    }
}
