/**
 * What TLS connections have in common: certificates, keys, whom to trust, and the limits of a handshake. It knows no loop; the
 * connections are {@link io.jevent.bufferevent.TlsBufferEvent}s.
 */
@NullMarked
package io.jevent.tls;

import org.jspecify.annotations.NullMarked;
