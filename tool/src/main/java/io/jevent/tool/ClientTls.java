package io.jevent.tool;

import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.tls.TlsContext;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a command that connects speaks TLS with. */
final class ClientTls {
    @Option(
            names = "--tls",
            description = "Speak TLS. The server's certificate has to be for HOST, signed by whom the JDK trusts.")
    private boolean tls;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Trust whom the certificates of this PEM file sign instead; a self-signed one is its own.")
    private @Nullable Path authorities;

    @Option(
            names = "--insecure",
            description = "Trust everybody: for trying things out. Whoever is in between can read everything.")
    private boolean insecure;

    @Option(
            names = "--servername",
            paramLabel = "NAME",
            description = "Ask for this name (SNI), and want a certificate for it. Default: HOST.")
    private @Nullable String serverName;

    @Option(names = "--cert", paramLabel = "FILE", description = "Certificate to show to a server that asks, PEM.")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Its private key, PEM. Default: the file of --cert.")
    private @Nullable Path key;

    @Option(
            names = "--alpn",
            paramLabel = "NAME",
            split = ",",
            description = "Application protocols to offer, best first, such as h2,http/1.1.")
    private List<String> applicationProtocols = List.of();

    @Option(
            names = "--tls-min",
            paramLabel = "VERSION",
            converter = TlsVersion.Converter.class,
            description = "Oldest version to speak, 1.2 or 1.3. Default: 1.2.")
    private @Nullable TlsVersion least;

    ClientTls() {}

    /** What to connect with; nothing in clear. */
    Optional<TlsContext> context() {
        return new ClientLetters(
                        "", tls, authorities, insecure, serverName, certificate, key, applicationProtocols, least)
                .context();
    }

    /** TLS on a socket, connected or not, that it closes. */
    TlsBufferEvent on(SocketBufferEvent socket, TlsContext context, String host, int port) {
        return TlsBufferEvent.client(
                socket, context, serverName == null ? host : serverName, port, BufferEventOption.CLOSE_ON_FREE);
    }
}
