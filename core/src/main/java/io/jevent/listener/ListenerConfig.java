package io.jevent.listener;

import io.jevent.backend.SocketSettings;
import java.net.SocketOption;
import java.time.Duration;
import java.util.Set;

/**
 * How a {@link ConnectionListener} is made.
 *
 * <p>Threading: immutable, share freely.
 *
 * @param backlog connections the system may hold before they are accepted, at least 1
 * @param acceptRetryDelay how long accepting pauses after it failed, above 0
 * @param options see {@link ListenerOption}
 * @param settings options of the listening socket, set before it is bound; accepted sockets inherit most
 * @param limits how many connections it lets in
 */
public record ListenerConfig(
        int backlog,
        Duration acceptRetryDelay,
        Set<ListenerOption> options,
        SocketSettings settings,
        ListenerLimits limits) {
    /** The default backlog: 1024. The system's own limit may be lower. */
    public static final int DEFAULT_BACKLOG = 1024;

    /** The default pause after a failed accept: 200 ms. */
    public static final Duration DEFAULT_ACCEPT_RETRY_DELAY = Duration.ofMillis(200);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if {@code backlog} or {@code acceptRetryDelay} is not above 0
     */
    public ListenerConfig {
        if (backlog < 1) {
            throw new IllegalArgumentException("need backlog >= 1, got " + backlog);
        }
        if (acceptRetryDelay.isNegative() || acceptRetryDelay.isZero()) {
            throw new IllegalArgumentException("need acceptRetryDelay > 0, got " + acceptRetryDelay);
        }
        options = Set.copyOf(options);
    }

    /**
     * {@return the default backlog and delay, and no limits, with these options}
     *
     * @param options see {@link ListenerOption}
     */
    public static ListenerConfig of(ListenerOption... options) {
        return new ListenerConfig(
                DEFAULT_BACKLOG,
                DEFAULT_ACCEPT_RETRY_DELAY,
                Set.of(options),
                SocketSettings.none(),
                ListenerLimits.none());
    }

    /**
     * {@return the same with one more option of the listening socket, such as {@link
     * java.net.StandardSocketOptions#SO_REUSEPORT}}
     *
     * @param option of {@link java.net.StandardSocketOptions}, {@code jdk.net.ExtendedSocketOptions} or {@link
     *     io.jevent.backend.SocketOptions}
     * @param value what to
     * @param <T> the type of its values
     */
    public <T> ListenerConfig with(SocketOption<T> option, T value) {
        return new ListenerConfig(backlog, acceptRetryDelay, options, settings.with(option, value), limits);
    }

    /**
     * {@return the same with other limits}
     *
     * @param limits how many connections the listener lets in
     */
    public ListenerConfig with(ListenerLimits limits) {
        return new ListenerConfig(backlog, acceptRetryDelay, options, settings, limits);
    }

    /**
     * {@return the same with another backlog}
     *
     * @param backlog connections the system may hold before they are accepted, at least 1
     * @throws IllegalArgumentException if {@code backlog} is below 1
     */
    public ListenerConfig withBacklog(int backlog) {
        return new ListenerConfig(backlog, acceptRetryDelay, options, settings, limits);
    }

    /**
     * {@return the same with another pause after a failed accept}
     *
     * @param acceptRetryDelay how long accepting pauses after it failed, above 0
     * @throws IllegalArgumentException if {@code acceptRetryDelay} is not above 0
     */
    public ListenerConfig withAcceptRetryDelay(Duration acceptRetryDelay) {
        return new ListenerConfig(backlog, acceptRetryDelay, options, settings, limits);
    }
}
