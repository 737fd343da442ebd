package io.jevent.bufferevent;

import io.jevent.backend.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Optional;

/** A transport that is itself a buffer event's: what does not concern the bytes is the business of the one below. */
abstract class StackedTransport implements Transport, Layer {
    final AbstractBufferEvent above;
    final AbstractBufferEvent below;

    StackedTransport(AbstractBufferEvent above, AbstractBufferEvent below) {
        this.above = above;
        this.below = below;
    }

    /** Lets the one below read only for as long as somebody takes it; else its input would grow. */
    final void readBelow(boolean wanted) {
        if (below.isGone() || wanted == below.isReadingEnabled()) {
            return;
        }
        if (wanted) {
            below.enableReading();
        } else {
            below.disableReading();
        }
    }

    @Override
    public final boolean waitsForOutside() {
        return false; // The one below says that.
    }

    @Override
    public final boolean isUserConnecting() {
        return below.isUserConnecting();
    }

    @Override
    public final void onBelowConnecting() {
        above.becomeConnecting();
    }

    @Override
    public final void flushAbove() {
        above.flushIfRequested();
    }

    @Override
    public final long unsentBytes() {
        return below.isGone() ? 0 : below.unsentNow();
    }

    @Override
    public final <T> void option(SocketOption<T> option, T value) throws IOException {
        below.transportOrThrow().option(option, value);
    }

    @Override
    public final <T> T option(SocketOption<T> option) throws IOException {
        return below.transportOrThrow().option(option);
    }

    @Override
    public final Optional<SocketAddress> localAddress() {
        Transport present = below.transport();
        return present == null ? Optional.empty() : present.localAddress();
    }

    @Override
    public final Optional<SocketAddress> remoteAddress() {
        Transport present = below.transport();
        return present == null ? Optional.empty() : present.remoteAddress();
    }
}
