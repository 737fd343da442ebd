package io.jevent.benchmarks.network;

import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.security.SecureRandom;
import javax.net.ssl.SSLException;

/** {@link NettyProxy} with an {@code SslHandler} on the side of the clients, everything else Netty's default. */
public final class NettyTlsProxy {
    private NettyTlsProxy() {}

    /**
     * Prints its port and serves until it is ended.
     *
     * @param args the provider of TLS (JDK or OPENSSL), the transport (nio, epoll or io_uring), the port of the server, and files
     *     of the certificate and its key
     */
    public static void main(String[] args) throws InterruptedException, SSLException {
        SslContext context = SslContextBuilder.forServer(new File(args[3]), new File(args[4]))
                .sslProvider(SslProvider.valueOf(args[0]))
                .protocols("TLSv1.3", "TLSv1.2")
                .build();
        if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
            // Without, nothing is resumed; the others have a key by themselves.
            OpenSslSessionTicketKey key = new OpenSslSessionTicketKey(
                    random(OpenSslSessionTicketKey.NAME_SIZE),
                    random(OpenSslSessionTicketKey.HMAC_KEY_SIZE),
                    random(OpenSslSessionTicketKey.AES_KEY_SIZE));
            sessions.setTicketKeys(key);
        }
        NettyProxy.serve(
                args[1],
                Integer.parseInt(args[2]),
                client -> client.pipeline().addLast(context.newHandler(client.alloc())));
    }

    private static byte[] random(int byteCount) {
        byte[] bytes = new byte[byteCount];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }
}
