package io.jevent.tool;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.TokenBucketConfig;
import io.jevent.filter.HexDumpFilter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that serves or makes connections itself. */
final class ConnectionOptions {
    @Option(
            names = "--rate",
            paramLabel = "BYTES",
            converter = Rate.class,
            description = "Bytes per second of each connection and direction, such as 64k, 10M, 1G (powers of 1024)."
                    + " Default: no limit.")
    private @Nullable Long rate;

    @Option(
            names = "--hexdump",
            description = "Print what passes on stderr, in hex and ASCII: > for what is sent, < for what comes.")
    private boolean hexdump;

    ConnectionOptions() {}

    /** What the command is to use instead of a fresh connection; closing it closes the connection. */
    BufferEvent applyTo(BufferEvent connection, String label) {
        if (rate != null) {
            connection.rateLimits().limit(TokenBucketConfig.ofBytesPerSecond(rate));
        }
        if (!hexdump) {
            return connection;
        }
        HexDumpFilter dump = HexDumpFilter.to(line -> System.err.println(label + line), Integer.MAX_VALUE);
        return FilterBufferEvent.create(connection, dump, BufferEventOption.CLOSE_ON_FREE);
    }
}
