package io.jevent.tool;

import io.jevent.bufferevent.TokenBucketConfig;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What holds for each connection of a proxy. */
final class ProxyOptions {
    @Option(
            names = "--rate",
            paramLabel = "BYTES",
            converter = Rate.class,
            description = "Bytes per second of each connection and direction, such as 64k, 10M, 1G (powers of 1024)."
                    + " Default: no limit.")
    private @Nullable Long rate;

    @Option(
            names = "--rate-total",
            paramLabel = "BYTES",
            converter = Rate.class,
            description = "Bytes per second of all connections together, each direction; several loops have equal"
                    + " shares. Default: no limit.")
    private @Nullable Long totalRate;

    @Option(
            names = "--idle",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            defaultValue = "5m",
            description =
                    "Reset a connection on which nothing moved either way for so long, or for up to twice as long;"
                            + " 0 for never. Units ms, s, m, h are understood. Default: ${DEFAULT-VALUE}.")
    private Duration idle = Duration.ofMinutes(5);

    @Option(
            names = "--connect-timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            defaultValue = "10s",
            description = "How long each address of the target may take to answer. Default: ${DEFAULT-VALUE}.")
    private Duration connectTimeout = Duration.ofSeconds(10);

    @Mixin
    private ProxyTls tls = new ProxyTls();

    ProxyOptions() {}

    /** Refuses what picocli cannot know is wrong, and reads what there is to be read. */
    void check() {
        if (connectTimeout.isZero()) {
            throw ToolFailure.usage("need a connect timeout above 0 seconds, got 0", new IllegalArgumentException());
        }
        tls.setUp();
    }

    ProxyTls tls() {
        return tls;
    }

    Optional<TokenBucketConfig> rate() {
        return Optional.ofNullable(rate).map(TokenBucketConfig::ofBytesPerSecond);
    }

    /** The share of one loop. */
    Optional<TokenBucketConfig> totalRate(int loopCount) {
        return Optional.ofNullable(totalRate)
                .map(total -> TokenBucketConfig.ofBytesPerSecond(Math.max(10, total / loopCount)));
    }

    Duration idle() {
        return idle;
    }

    Duration connectTimeout() {
        return connectTimeout;
    }
}
