package io.jevent.tool;

import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes contexts of what stands on the command line; what cannot be used ends the command with one line. */
final class TlsSetup {
    private TlsSetup() {}

    static TlsContext build(TlsContext.Builder builder) {
        try {
            return builder.build();
        } catch (IOException | IllegalArgumentException e) {
            throw ToolFailure.usage("cannot set TLS up: " + e.getMessage(), e);
        }
    }

    static void protocols(TlsContext.Builder builder, @Nullable TlsVersion least, List<String> applicationProtocols) {
        builder.protocols((least == null ? TlsVersion.TLS_1_2 : least).protocols());
        builder.applicationProtocols(applicationProtocols.toArray(String[]::new));
    }

    /** Refuses letters that say nothing without another. */
    static void needs(boolean given, String letter, String missing) {
        if (given) {
            throw usage("need " + missing + " with " + letter);
        }
    }

    static ToolFailure usage(String message) {
        return ToolFailure.usage(message, new IllegalArgumentException(message));
    }
}
