package io.jevent.bufferevent;

import io.jevent.backend.AcceptedSocket;
import io.jevent.event.EventBase;
import io.jevent.tls.TlsContext;
import java.util.Optional;
import javax.net.ssl.SSLEngine;

/**
 * A {@link BufferEvent} that speaks TLS over another one: what is written here is encrypted there, and what arrives there is
 * decrypted here.
 *
 * <pre>{@code
 * TlsBufferEvent connection = TlsBufferEvent.connect(base, context, "example.org", 443);
 * connection.onRead(it -> print(it.input()));
 * connection.onCondition((it, condition) -> ...);
 * connection.enableReading();
 * }</pre>
 *
 * <p>{@link Condition.Connected} is reported when the handshake has ended; what was written before leaves then. A handshake that
 * fails, or takes longer than {@link TlsContext#handshakeTimeout()} from the connection on, is a {@link Condition.Failed} while
 * {@code CONNECTING}. Its long calculations run on other threads, see {@link TlsContext.Builder#taskExecutor}.
 *
 * <p>{@link Condition.Eof} means that the peer has said so (close_notify). A connection that ends without that may have been cut
 * off by somebody, so it is a failure; {@link #allowTruncation} takes it for an end.
 *
 * <p>{@link #shutdownOutput()} sends close_notify, and the peer may go on sending: that is TLS 1.3. On TLS 1.2 it throws
 * {@link UnsupportedOperationException}, since there peers refuse what comes behind it. {@link #closeAfterFlush} sends
 * close_notify behind the last byte, and waits for the peer's within its deadline. {@link #close()} says nothing to the peer.
 * <em>Difference</em>: libevent never sends close_notify.
 *
 * <p>It takes over the one below as a {@link FilterBufferEvent} does. Marks, timeouts and the write callback are about the bytes
 * in clear; {@link #rateLimits()} are those of the one below, and count what is on the wire. Where the one below is closed with
 * this ({@link BufferEventOption#CLOSE_ON_FREE}), its output ends with ours. Without that option TLS can end and the connection
 * go on in clear: after both sides have said close_notify, close this; what the peer sent behind its own is in the input of
 * {@link #underlying()}. To begin TLS on a connection that runs in clear, put this on it, with whatever the peer has sent of its
 * handshake still in its input.
 *
 * <p>Another handshake on the same connection (renegotiation) is refused; keys are renewed on TLS 1.3, see {@link #renewKeys()}.
 * A peer that keeps sending records without data is cut off, and one whose handshake takes more than 1 MiB.
 *
 * <p>Threading: loop only.
 *
 * @see "libevent bufferevent_openssl_filter_new(), bufferevent_openssl_socket_new()"
 */
public sealed interface TlsBufferEvent extends BufferEvent permits TlsBufferEventImpl {
    /**
     * Connects to a host by its name, and then begins TLS as its client.
     *
     * @param base the loop
     * @param context whom to trust, and more
     * @param host a name, or an address as text; the certificate has to be for it
     * @param port from 1 to 65,535
     * @param options how it behaves; it closes its socket in any case
     * @return a new buffer event, connecting
     * @throws IllegalArgumentException if the port is not from 1 to 65,535
     * @see "libevent bufferevent_openssl_socket_new(BUFFEREVENT_SSL_CONNECTING), bufferevent_socket_connect_hostname()"
     */
    static TlsBufferEvent connect(
            EventBase base, TlsContext context, String host, int port, BufferEventOption... options) {
        SocketBufferEvent socket = SocketBufferEvent.create(base);
        TlsBufferEvent made = TlsBufferEventImpl.client(socket, context, host, port, owning(options));
        socket.connect(host, port);
        return made;
    }

    /**
     * Begins TLS as the server of an accepted connection, and owns it.
     *
     * @param base the loop
     * @param socket what a listener handed over
     * @param context certificate and key, and more
     * @param options how it behaves; it closes its socket in any case
     * @return a new buffer event
     * @throws java.io.UncheckedIOException if the socket cannot be used
     * @see "libevent bufferevent_openssl_socket_new(BUFFEREVENT_SSL_ACCEPTING)"
     */
    static TlsBufferEvent accept(
            EventBase base, AcceptedSocket socket, TlsContext context, BufferEventOption... options) {
        return TlsBufferEventImpl.server(SocketBufferEvent.create(base, socket), context, owning(options));
    }

    /**
     * Begins TLS as a client over a buffer event of any flavor, connected or not. Writing is enabled, reading is not.
     *
     * @param below what it stands on, nothing standing on it yet
     * @param context whom to trust, and more
     * @param host the server's name, which its certificate has to be for
     * @param port the server's port, by which sessions are found again
     * @param options how it behaves
     * @return a new buffer event
     * @throws IllegalStateException if the one below is closed, failed, or below another one already
     * @see "libevent bufferevent_openssl_filter_new(BUFFEREVENT_SSL_CONNECTING)"
     */
    static TlsBufferEvent client(
            BufferEvent below, TlsContext context, String host, int port, BufferEventOption... options) {
        return TlsBufferEventImpl.client(below, context, host, port, options);
    }

    /**
     * Begins TLS as a server over a buffer event of any flavor, connected or not. Writing is enabled, reading is not.
     *
     * @param below what it stands on, nothing standing on it yet
     * @param context certificate and key, and more
     * @param options how it behaves
     * @return a new buffer event
     * @throws IllegalStateException if the one below is closed, failed, or below another one already
     * @see "libevent bufferevent_openssl_filter_new(BUFFEREVENT_SSL_ACCEPTING)"
     */
    static TlsBufferEvent server(BufferEvent below, TlsContext context, BufferEventOption... options) {
        return TlsBufferEventImpl.server(below, context, options);
    }

    private static BufferEventOption[] owning(BufferEventOption... options) {
        BufferEventOption[] all = new BufferEventOption[options.length + 1];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = BufferEventOption.CLOSE_ON_FREE;
        return all;
    }

    /**
     * {@return what this stands on}
     *
     * @see "libevent bufferevent_get_underlying()"
     */
    BufferEvent underlying();

    /**
     * {@return the engine; ask it, and leave its state alone}
     *
     * @see "libevent bufferevent_openssl_get_ssl()"
     */
    SSLEngine sslEngine();

    /**
     * {@return what the handshake has agreed on, once it has ended}
     */
    Optional<TlsFacts> facts();

    /**
     * Sets whether an end of the connection without close_notify is taken for {@link Condition.Eof}. It is not by default.
     *
     * @param allows whether it is
     * @see "libevent bufferevent_openssl_set_allow_dirty_shutdown(), BUFFEREVENT_SSL_DIRTY_SHUTDOWN"
     */
    void allowTruncation(boolean allows);

    /**
     * {@return whether an end of the connection without close_notify is taken for an end}
     *
     * @see "libevent bufferevent_openssl_get_allow_dirty_shutdown(), bufferevent_ssl_get_flags()"
     */
    boolean allowsTruncation();

    /**
     * Encrypts with other keys from now on, and asks the peer to do so, too.
     *
     * @throws UnsupportedOperationException on TLS 1.2, where that is another handshake
     * @throws IllegalStateException if the handshake has not ended, or the connection has
     * @see "libevent bufferevent_ssl_renegotiate(), SSL_key_update()"
     */
    void renewKeys();
}
