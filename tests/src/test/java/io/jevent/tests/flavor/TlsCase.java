package io.jevent.tests.flavor;

import io.jevent.tls.SelfSigned;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Two contexts for tests, of which the client trusts the server; they calculate on the loop, so that each run is the same. */
public final class TlsCase {
    public static final String HOST = "server.test";
    public static final SelfSigned IDENTITY = SelfSigned.forHosts(HOST);
    public static final TlsContext SERVER = build(TlsContext.builder()
            .certificate(List.of(IDENTITY.certificate()), IDENTITY.key())
            .taskExecutor(Runnable::run));
    public static final TlsContext CLIENT =
            build(TlsContext.builder().trust(IDENTITY.certificate()).taskExecutor(Runnable::run));

    private TlsCase() {}

    private static TlsContext build(TlsContext.Builder builder) {
        try {
            return builder.build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
