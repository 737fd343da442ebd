package io.jevent.tls;

/**
 * Whether a server asks its clients for certificates.
 *
 * @see "libevent SSL_CTX_set_verify()"
 */
public enum ClientAuthentication {
    /** It does not ask. */
    NONE,

    /** It asks, and takes clients without one; a certificate that is shown has to be good. */
    WANTED,

    /** Whoever has none is refused. */
    NEEDED
}
