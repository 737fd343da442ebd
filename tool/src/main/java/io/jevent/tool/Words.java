package io.jevent.tool;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How addresses, errors and figures read. */
final class Words {
    private Words() {}

    /** HOST:PORT, with brackets around an IPv6 host, or unix:PATH; a nameless Unix-domain socket is just unix. */
    static String of(@Nullable SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            String name = String.valueOf(address);
            return name.isEmpty() ? "unix" : "unix:" + name;
        }
        InetAddress host = inet.getAddress();
        String text = host == null ? inet.getHostString() : host.getHostAddress();
        return (text.contains(":") ? "[" + text + "]" : text) + ":" + inet.getPort();
    }

    /** The system's message, first letter small, as the end of a sentence. */
    static String of(@Nullable IOException cause) {
        String message = cause == null || cause.getMessage() == null ? String.valueOf(cause) : cause.getMessage();
        return message.isEmpty()
                ? "unknown error"
                : message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
    }

    static String bytes(long byteCount) {
        if (byteCount < 10_000) {
            return byteCount + (byteCount == 1 ? " byte" : " bytes");
        }
        if (byteCount < 1_000_000) {
            return String.format(Locale.ROOT, "%.1f KiB", byteCount / 1024.0);
        }
        return byteCount < 10_000_000_000L
                ? String.format(Locale.ROOT, "%.1f MiB", byteCount / 1048576.0)
                : String.format(Locale.ROOT, "%.1f GiB", byteCount / 1073741824.0);
    }

    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    static String counted(long count, String noun) {
        return count(count) + " " + noun + (count == 1 ? "" : "s");
    }

    /** In seconds, without needless zeros. */
    static String duration(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
    }

    static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }
}
