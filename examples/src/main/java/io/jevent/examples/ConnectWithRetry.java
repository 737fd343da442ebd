package io.jevent.examples;

import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Connects, and tries again when that fails or takes too long, with pauses that double. The book's connect to a fixed
 * address that branches on how it ended (R6).
 *
 * <p>Better here: the book stops at the first failure. What was written before there was a connection is kept over
 * all attempts and goes out with the one that succeeds.
 */
public final class ConnectWithRetry {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final SocketBufferEvent connection;
    private final SocketAddress address;
    private final Consumer<String> log;
    private int attemptsLeft;
    private Duration pause = FIRST_PAUSE;

    private ConnectWithRetry(SocketBufferEvent connection, SocketAddress address, int attempts, Consumer<String> log) {
        this.connection = connection;
        this.address = address;
        this.attemptsLeft = attempts;
        this.log = log;
    }

    /** Connects to 127.0.0.1 and the port given, or 8080, and says how that went. */
    public static void main(String[] args) {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
        try (EventBase base = EventBase.create()) {
            connect(base, new InetSocketAddress("127.0.0.1", port), 5, System.out::println);
            base.dispatch();
        }
    }

    /**
     * Starts to connect; what the connection is for can be set up at once, and the condition callback once it is
     * there.
     */
    static SocketBufferEvent connect(EventBase base, SocketAddress address, int attempts, Consumer<String> log) {
        SocketBufferEvent connection = SocketBufferEvent.create(base);
        connection.timeouts(Duration.ZERO, PATIENCE);
        ConnectWithRetry state = new ConnectWithRetry(connection, address, attempts, log);
        connection.onCondition((_, condition) -> state.onCondition(condition));
        state.attempt();
        return connection;
    }

    private void attempt() {
        attemptsLeft--;
        try {
            connection.connect(address);
        } catch (UncheckedIOException e) {
            retry("no socket: " + e.getMessage()); // Out of descriptors, perhaps; that passes, too.
        }
    }

    private void onCondition(Condition condition) {
        switch (condition) {
            case Condition.Connected _ -> log.accept("connected");
            case Condition.Failed failed -> retry("failed: " + failed.cause().getMessage());
            case Condition.TimedOut _ -> retry("no answer");
            case Condition.Eof _ -> connection.close();
        }
    }

    private void retry(String cause) {
        if (connection.remoteAddress().isPresent() || attemptsLeft == 0) {
            log.accept(cause + ", giving up");
            connection.close();
            return;
        }
        log.accept(cause + ", trying again in " + pause.toMillis() + " ms");
        Event.once(connection.base(), pause, (_, _) -> attempt());
        pause = pause.multipliedBy(2);
    }
}
