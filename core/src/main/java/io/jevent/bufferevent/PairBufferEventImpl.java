package io.jevent.bufferevent;

import io.jevent.backend.Direction;
import io.jevent.backend.Transport;
import io.jevent.event.EventBase;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The pair flavor: its transport is the partner's buffers. */
final class PairBufferEventImpl extends AbstractBufferEvent implements PairBufferEvent {
    private final PairTransport end;

    /** Null once either is closed. */
    private @Nullable PairBufferEventImpl partner;

    private PairBufferEventImpl(EventBase base, BufferEventOption... options) {
        super(base, options);
        this.end = new PairTransport(this);
    }

    static PairBufferEventImpl pair(EventBase base, BufferEventOption... options) {
        PairBufferEventImpl one = new PairBufferEventImpl(base, options);
        boolean success = false;
        try {
            PairBufferEventImpl other = new PairBufferEventImpl(base, options);
            one.partner = other;
            other.partner = one;
            one.end.connect(other.end);
            one.begin(one.end, State.OPEN);
            other.begin(other.end, State.OPEN);
            success = true;
            return one;
        } finally {
            if (!success) {
                one.close();
            }
        }
    }

    @Override
    BufferEvent self() {
        return this;
    }

    @Override
    boolean flushesWithinTurn() {
        return true;
    }

    @Override
    void endTransport(Transport transport) {
        PairBufferEventImpl other = partner;
        if (other != null) {
            other.partner = null;
            partner = null;
        }
        transport.close();
    }

    @Override
    public Optional<PairBufferEvent> partner() {
        engine.checkThread();
        return Optional.ofNullable(partner);
    }

    @Override
    boolean doFlush(Direction direction, FlushMode mode) {
        PairBufferEventImpl other = partner;
        if (mode == FlushMode.NORMAL || other == null) {
            return false;
        }
        if (direction == Direction.READING) {
            return end.pullAll();
        }
        handDown();
        boolean moved = other.end.pullAll();
        if (mode == FlushMode.FINISHED) {
            shutdownOutput();
        }
        return moved;
    }

    @Override
    public String toString() {
        return "PairBufferEvent[" + state() + "]";
    }
}
