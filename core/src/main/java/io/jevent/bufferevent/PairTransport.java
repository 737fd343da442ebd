package io.jevent.bufferevent;

import io.jevent.backend.Direction;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.buffer.EvBuffer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One end of a pair. The reading end does the moving, in its own delivery: it pulls what the other was admitted to send and it
 * is itself admitted to receive.
 */
final class PairTransport implements Transport {
    private final TransportHandler handler;

    /** Null until connected. */
    private @Nullable PairTransport other;

    private @Nullable EvBuffer target;
    private long admitted;
    private boolean endTold;

    private @Nullable EvBuffer source;
    private long sendAdmitted;
    private boolean outputEnded;

    private boolean closed;

    PairTransport(TransportHandler handler) {
        this.handler = handler;
    }

    void connect(PairTransport other) {
        this.other = other;
        other.other = this;
    }

    private PairTransport other() {
        PairTransport present = other;
        if (present == null) {
            throw new IllegalStateException("this end has no partner");
        }
        return present;
    }

    @Override
    public boolean waitsForOutside() {
        return false;
    }

    // ---- in ----

    @Override
    public void receive(EvBuffer target, long admittedBytes) {
        this.target = target;
        this.admitted = admittedBytes;
        tellIfReady();
    }

    private void tellIfReady() {
        if (!closed && (canPull() || canEnd() || isBroken())) {
            handler.onReady();
        }
    }

    private boolean canPull() {
        EvBuffer from = other().source;
        return admitted > 0 && !endTold && from != null && !from.isEmpty();
    }

    private boolean canEnd() {
        PairTransport writer = other();
        return admitted > 0 && !endTold && writer.outputEnded && !canPull();
    }

    /** Whether there is something to send, and nobody to take it. */
    private boolean isBroken() {
        EvBuffer from = source;
        return other().closed && from != null && !from.isEmpty();
    }

    @Override
    public void deliver() {
        if (!closed && canPull()) {
            pull(admitted);
        }
        if (!closed && canEnd()) {
            endTold = true;
            handler.onEnd();
        }
        if (!closed && isBroken()) {
            closed = true;
            handler.onFailed(Direction.WRITING, new IOException("the other end of the pair is closed"));
        }
        tellIfReady();
    }

    /** Moves all that the other end has, whatever mark there is; returns whether that is anything. */
    boolean pullAll() {
        if (closed || !canPull()) {
            return false;
        }
        pull(UNLIMITED);
        return true;
    }

    private void pull(long maxBytes) {
        PairTransport writer = other();
        EvBuffer from = writer.source;
        EvBuffer into = target;
        if (from == null || into == null) {
            return;
        }
        long before = from.length();
        from.unfreeze(EvBuffer.End.START);
        into.unfreeze(EvBuffer.End.END);
        try {
            from.moveTo(into, Math.min(maxBytes, writer.sendAdmitted));
        } finally {
            // Also when a change callback of the user's threw, or closed either end: the bytes have moved nevertheless.
            long count = from.isClosed() ? 0 : before - from.length();
            refreeze(from, EvBuffer.End.START);
            refreeze(into, EvBuffer.End.END);
            moved(writer, count);
        }
    }

    private static void refreeze(EvBuffer buffer, EvBuffer.End end) {
        if (!buffer.isClosed()) {
            buffer.freeze(end);
        }
    }

    private void moved(PairTransport writer, long count) {
        if (count == 0) {
            return;
        }
        if (admitted != UNLIMITED) {
            admitted = Math.max(0, admitted - count);
        }
        writer.sent(count);
        if (!closed) {
            handler.onReceived(count);
        }
    }

    // ---- out ----

    @Override
    public void send(EvBuffer source, long admittedBytes) {
        this.source = source;
        this.sendAdmitted = admittedBytes;
        if (other().closed) {
            tellIfReady();
        } else {
            other().tellIfReady();
        }
    }

    private void sent(long count) {
        EvBuffer from = source;
        if (closed || from == null) {
            return;
        }
        if (sendAdmitted != UNLIMITED) {
            sendAdmitted -= count;
        }
        if (from.isEmpty() || sendAdmitted <= 0) {
            source = null;
        }
        handler.onSent(count);
    }

    @Override
    public void stopSending() {
        source = null;
    }

    @Override
    public void shutdownOutput() {
        outputEnded = true;
        other().tellIfReady();
    }

    @Override
    public void close() {
        closed = true;
        outputEnded = true;
        source = null;
        target = null;
        PairTransport present = other;
        if (present != null) {
            present.tellIfReady();
        }
    }
}
