package io.jevent.benchmarks.network;

import io.jevent.tls.SelfSigned;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The certificate of every server that speaks TLS, and its key on P-256, as PEM files.
 *
 * @param certificate the certificate alone
 * @param key the key alone, in PKCS #8
 * @param both one behind the other
 * @param trusting a context of clients that trust it
 */
record TlsFiles(Path certificate, Path key, Path both, TlsContext trusting) {
    /** Made on first use; null before. */
    private static @Nullable TlsFiles shared;

    /** {@return the files of this run} */
    static synchronized TlsFiles shared() throws IOException {
        TlsFiles present = shared;
        if (present == null) {
            present = made(Files.createTempDirectory("jevent-benchmark"));
            shared = present;
        }
        return present;
    }

    private static TlsFiles made(Path folder) throws IOException {
        try {
            SelfSigned own = SelfSigned.forHosts("localhost", "127.0.0.1");
            String certificate = pem("CERTIFICATE", own.certificate().getEncoded());
            String key = pem("PRIVATE KEY", own.key().getEncoded());
            TlsFiles files = new TlsFiles(
                    Files.writeString(folder.resolve("certificate.pem"), certificate),
                    Files.writeString(folder.resolve("key.pem"), key),
                    Files.writeString(folder.resolve("both.pem"), certificate + key),
                    TlsContext.builder().trust(own.certificate()).build());
            // They are deleted the other way around.
            for (Path path : List.of(folder, files.certificate, files.key, files.both)) {
                path.toFile().deleteOnExit();
            }
            return files;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot make a certificate", e);
        }
    }

    private static String pem(String kind, byte[] content) {
        Base64.Encoder lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        return "-----BEGIN " + kind + "-----\n" + lines.encodeToString(content) + "\n-----END " + kind + "-----\n";
    }

    /** {@return what the programs of ours are told} */
    List<String> arguments() {
        return List.of(certificate.toString(), key.toString());
    }

    /** {@return a connection that has not shaken hands yet} */
    Socket client(InetAddress address, int port) throws IOException {
        return trusting.sslContext().getSocketFactory().createSocket(address, port);
    }
}
