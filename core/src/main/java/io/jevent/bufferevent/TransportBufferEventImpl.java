package io.jevent.bufferevent;

import io.jevent.backend.Transport;
import io.jevent.event.EventBase;

/** The flavor over a transport of the program's. */
final class TransportBufferEventImpl extends AbstractBufferEvent implements BufferEvent {
    private TransportBufferEventImpl(EventBase base, BufferEventOption... options) {
        super(base, options);
    }

    static BufferEvent over(EventBase base, TransportMaker maker, BufferEventOption... options) {
        TransportBufferEventImpl made = new TransportBufferEventImpl(base, options);
        boolean success = false;
        try {
            Transport transport = maker.open(made);
            made.begin(transport, transport.isConnected() ? State.OPEN : State.CONNECTING);
            success = true;
            return made;
        } finally {
            if (!success) {
                made.close();
            }
        }
    }

    @Override
    BufferEvent self() {
        return this;
    }

    @Override
    void endTransport(Transport transport) {
        transport.close();
    }

    @Override
    public String toString() {
        return "BufferEvent[" + state() + "]";
    }
}
