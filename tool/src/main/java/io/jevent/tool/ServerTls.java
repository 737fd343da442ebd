package io.jevent.tool;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.bufferevent.TlsReloadResult;
import io.jevent.bufferevent.TlsReloader;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.tls.ClientAuthentication;
import io.jevent.tls.SelfSigned;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a command that listens speaks TLS with. */
final class ServerTls {
    @Option(names = "--tls", description = "Speak TLS with clients; needs --cert and --key, or --self-signed.")
    private boolean tls;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "Certificate and those that lead to a trusted one, PEM; several times for several names, of"
                    + " which clients get the one they ask for. Read again when it changes, and on SIGHUP.")
    private List<Path> certificates = List.of();

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "Its private key, PEM; one for each --cert. Default: the file of --cert.")
    private List<Path> keys = List.of();

    @Option(names = "--self-signed", description = "Make a certificate for localhost that is gone with this process.")
    private boolean selfSigned;

    @Option(
            names = "--cert-out",
            paramLabel = "FILE",
            description = "Write that certificate there, for --ca of clients.")
    private @Nullable Path certificateOut;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Whose client certificates are trusted, PEM. Default: whom the JDK trusts.")
    private @Nullable Path authorities;

    @Option(
            names = "--client-auth",
            paramLabel = "WHICH",
            description = "Ask clients for a certificate: none, wanted or needed. Default: none; needed with --ca.")
    private @Nullable ClientAuthentication clientAuthentication;

    @Option(
            names = "--alpn",
            paramLabel = "NAME",
            split = ",",
            description = "Application protocols to agree on, best first, such as h2,http/1.1.")
    private List<String> applicationProtocols = List.of();

    @Option(
            names = "--tls-min",
            paramLabel = "VERSION",
            converter = TlsVersion.Converter.class,
            description = "Oldest version to speak, 1.2 or 1.3. Default: 1.2.")
    private @Nullable TlsVersion least;

    /** Held, so that its level stays. */
    private static final Logger LIBRARY = Logger.getLogger("io.jevent.tls");

    private @Nullable TlsContext context;

    ServerTls() {}

    /** Reads the files and makes what is to be made; to be called once, before the first connection. */
    void setUp(List<String> neededProtocols) {
        if (!tls) {
            TlsSetup.needs(!certificates.isEmpty(), "--cert", "--tls");
            TlsSetup.needs(!keys.isEmpty(), "--key", "--tls");
            TlsSetup.needs(selfSigned, "--self-signed", "--tls");
            TlsSetup.needs(certificateOut != null, "--cert-out", "--tls --self-signed");
            TlsSetup.needs(authorities != null, "--ca", "--tls");
            TlsSetup.needs(clientAuthentication != null, "--client-auth", "--tls");
            TlsSetup.needs(!applicationProtocols.isEmpty(), "--alpn", "--tls");
            TlsSetup.needs(least != null, "--tls-min", "--tls");
            return;
        }
        if (selfSigned != certificates.isEmpty()) {
            throw TlsSetup.usage(
                    selfSigned ? "need --cert or --self-signed, got both" : "need --cert and --key, or --self-signed");
        }
        TlsContext.Builder builder = TlsContext.builder();
        if (selfSigned) {
            makeCertificate(builder);
        } else {
            TlsSetup.needs(certificateOut != null, "--cert-out", "--self-signed");
            readCertificates(builder);
        }
        if (authorities != null) {
            builder.trust(authorities);
        }
        builder.clientAuthentication(clientAuthentication());
        List<String> protocols = new ArrayList<>(applicationProtocols);
        neededProtocols.stream().filter(name -> !protocols.contains(name)).forEach(protocols::add);
        TlsSetup.protocols(builder, least, protocols);
        context = TlsSetup.build(builder);
    }

    private ClientAuthentication clientAuthentication() {
        if (clientAuthentication != null) {
            return clientAuthentication;
        }
        return authorities == null ? ClientAuthentication.NONE : ClientAuthentication.NEEDED;
    }

    private void readCertificates(TlsContext.Builder builder) {
        if (!keys.isEmpty() && keys.size() != certificates.size()) {
            throw TlsSetup.usage("need one --key for each --cert, got " + keys.size() + " for " + certificates.size());
        }
        for (int i = 0; i < certificates.size(); i++) {
            Path chain = certificates.get(i);
            builder.certificate(chain, keys.isEmpty() ? chain : keys.get(i));
        }
    }

    private void makeCertificate(TlsContext.Builder builder) {
        TlsSetup.needs(!keys.isEmpty(), "--key", "--cert");
        SelfSigned made = SelfSigned.forHosts("localhost", "127.0.0.1", "::1");
        builder.certificate(List.of(made.certificate()), made.key());
        Path out = certificateOut;
        if (out == null) {
            return;
        }
        try {
            Files.writeString(out, made.certificatePem());
        } catch (IOException e) {
            throw ToolFailure.usage("cannot write " + out + ": " + e.getMessage(), e);
        }
    }

    boolean isOn() {
        return tls;
    }

    /** What to add to the line that says where it listens. */
    String announcement() {
        return context == null ? "" : selfSigned ? ", TLS with a self-signed certificate" : ", TLS";
    }

    /** What to serve: the socket, or TLS on it, which closes it. */
    BufferEvent on(SocketBufferEvent socket) {
        TlsContext present = context;
        return present == null ? socket : TlsBufferEvent.server(socket, present, BufferEventOption.CLOSE_ON_FREE);
    }

    /** Reads certificates again when their files change, and on SIGHUP; says so. */
    Optional<TlsReloader> watch(EventBase base, Consumer<String> words) {
        TlsContext present = context;
        if (present == null || present.files().isEmpty()) {
            return Optional.empty();
        }
        LIBRARY.setLevel(Level.OFF); // The words are ours.
        TlsReloader reloader =
                TlsReloader.watch(base, present, TlsReloader.DEFAULT_INTERVAL, result -> words.accept(told(result)));
        try {
            Event.signal(base, "HUP", (_, _) -> reloader.reload()).add();
        } catch (IllegalArgumentException | UnsupportedOperationException _) {
            // Not here; files that change are read again nevertheless.
        }
        return Optional.of(reloader);
    }

    private static String told(TlsReloadResult result) {
        return switch (result) {
            case TlsReloadResult.Reloaded _ -> "read the certificate again; new connections get it";
            case TlsReloadResult.Kept kept ->
                "jevent: the certificate stays as it was: " + kept.cause().getMessage();
        };
    }
}
