package io.jevent.tool;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.tls.TlsContext;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a proxy speaks TLS with to its target. */
final class TargetTls {
    @Option(
            names = "--target-tls",
            description =
                    "Speak TLS with the target, whose certificate has to be for its name, signed by whom the JDK trusts.")
    private boolean tls;

    @Option(
            names = "--target-ca",
            paramLabel = "FILE",
            description = "Trust whom the certificates of this PEM file sign instead; a self-signed one is its own.")
    private @Nullable Path authorities;

    @Option(
            names = "--target-insecure",
            description = "Trust everybody: for trying things out. Whoever is in between can read everything.")
    private boolean insecure;

    @Option(
            names = "--target-servername",
            paramLabel = "NAME",
            description = "Ask for this name (SNI), and want a certificate for it. Default: the target's.")
    private @Nullable String serverName;

    @Option(
            names = "--target-cert",
            paramLabel = "FILE",
            description = "Certificate to show to a target that asks, PEM.")
    private @Nullable Path certificate;

    @Option(
            names = "--target-key",
            paramLabel = "FILE",
            description = "Its private key, PEM. Default: the file of --target-cert.")
    private @Nullable Path key;

    @Option(
            names = "--target-alpn",
            paramLabel = "NAME",
            split = ",",
            description = "Application protocols to offer to the target, best first, such as h2,http/1.1.")
    private List<String> applicationProtocols = List.of();

    @Option(
            names = "--target-tls-min",
            paramLabel = "VERSION",
            converter = TlsVersion.Converter.class,
            description = "Oldest version to speak to the target, 1.2 or 1.3. Default: 1.2.")
    private @Nullable TlsVersion least;

    private @Nullable TlsContext context;

    TargetTls() {}

    /** Reads the files; to be called once, before the first connection. */
    void setUp() {
        context = new ClientLetters(
                        "target-",
                        tls,
                        authorities,
                        insecure,
                        serverName,
                        certificate,
                        key,
                        applicationProtocols,
                        least)
                .context()
                .orElse(null);
    }

    boolean isOn() {
        return tls;
    }

    /** The connection to a target: the socket, or TLS on it, which closes it. */
    BufferEvent on(SocketBufferEvent socket, Endpoint target) {
        TlsContext present = context;
        if (present == null) {
            return socket;
        }
        String host = target instanceof Endpoint.Inet inet ? inet.host() : "localhost";
        int port = target instanceof Endpoint.Inet inet ? inet.port() : 0;
        return TlsBufferEvent.client(
                socket, present, serverName == null ? host : serverName, port, BufferEventOption.CLOSE_ON_FREE);
    }
}
