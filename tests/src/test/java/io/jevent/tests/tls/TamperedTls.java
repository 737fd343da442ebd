package io.jevent.tests.tls;

import io.jevent.tls.TlsContext;
import java.util.List;
import javax.net.ssl.SSLException;

/** An end of ours, and a {@link RawTlsPeer} whose records somebody may change before they are sent. */
final class TamperedTls extends HostileEnds {
    /** Does with a record what it likes. */
    interface Tampering {
        /** What is sent instead. */
        List<byte[]> instead(byte[] record);
    }

    final RawTlsPeer peer;

    private final Tampering tampering;

    /** The peer is the client if ours is the server, and the other way round. */
    TamperedTls(TlsContext context, String host, boolean oursServes, Tampering tampering) {
        this(context, context, host, oursServes, tampering);
    }

    TamperedTls(TlsContext own, TlsContext context, String host, boolean oursServes, Tampering tampering) {
        super(own, host, oursServes);
        this.tampering = tampering;
        peer = new RawTlsPeer(oursServes ? context.clientEngine(host, 443) : context.serverEngine());
        wire.onRead(it -> {
            byte[] bytes = it.input().removeAll();
            sendFrom(to -> to.take(bytes));
        });
        if (oursServes) {
            sendFrom(RawTlsPeer::begin);
        }
    }

    /** What a peer gives; one that finds fault with what ours sent says no more. */
    interface Step {
        List<byte[]> of(RawTlsPeer peer) throws SSLException;
    }

    void sendFrom(Step step) {
        try {
            for (byte[] record : step.of(peer)) {
                tampering.instead(record).forEach(this::send);
            }
        } catch (SSLException _) {
            // Ours has been offended, and the peer by what ours made of it.
        }
    }

    void sendData(byte[] bytes) {
        sendFrom(it -> List.of(it.data(bytes, 0, bytes.length)));
    }
}
