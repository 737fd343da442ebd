package io.jevent.bufferevent;

import io.jevent.backend.Direction;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.loop.Activation;
import java.io.IOException;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connect to one of several addresses. Until it wins it belongs to a {@link HostConnect} and delivers for itself; from then
 * on it is only the way from the transport to the buffer event.
 */
final class ConnectAttempt implements TransportHandler {
    final InetAddress address;
    private final AbstractBufferEvent owner;
    private final Delivery delivery;

    /** What it is part of; null once it has won. */
    private @Nullable HostConnect race;

    /** Null before it is launched, and if no socket could be made. */
    private @Nullable Transport transport;

    /** How it ended; null while it is under way. */
    private @Nullable IOException failure;

    ConnectAttempt(HostConnect race, AbstractBufferEvent owner, InetAddress address) {
        this.race = race;
        this.owner = owner;
        this.address = address;
        this.delivery = new Delivery(owner.priority());
    }

    void launched(Transport transport) {
        this.transport = transport;
    }

    @Nullable
    Transport transport() {
        return transport;
    }

    @Nullable
    IOException failure() {
        return failure;
    }

    void failed(IOException cause) {
        failure = cause;
        close();
    }

    boolean isUnderWay() {
        return failure == null;
    }

    boolean awaitsDelivery() {
        return delivery.isQueued();
    }

    /** Silently. */
    void close() {
        owner.engine.deactivate(delivery);
        Transport present = transport;
        transport = null;
        if (present != null) {
            present.close();
        }
    }

    // ---- what the transport reports ----

    @Override
    public void onReady() {
        if (race == null) {
            owner.onReady();
        } else if (!delivery.isQueued()) {
            delivery.priority(owner.priority());
            owner.engine.activate(delivery);
        }
    }

    @Override
    public void onConnected() {
        HostConnect present = race;
        if (present != null) {
            race = null;
            present.won(this);
        }
    }

    @Override
    public void onReceived(long byteCount) {
        owner.onReceived(byteCount);
    }

    @Override
    public void onEnd() {
        owner.onEnd();
    }

    @Override
    public void onSent(long byteCount) {
        owner.onSent(byteCount);
    }

    @Override
    public void onFailed(Direction direction, IOException cause) {
        HostConnect present = race;
        if (present != null) {
            present.lost(this, cause);
        } else {
            owner.onFailed(direction, cause);
        }
    }

    /** The end of the connect, in the active queues. */
    private final class Delivery extends Activation {
        Delivery(int priority) {
            super(priority);
        }

        @Override
        protected void run() {
            Transport present = transport;
            if (present != null) {
                owner.deliver(present);
            }
            HostConnect stillIn = race;
            if (stillIn != null) {
                stillIn.delivered();
            }
        }

        @Override
        protected Object source() {
            return owner.self();
        }
    }
}
