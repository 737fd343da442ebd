package io.jevent.examples;

import io.jevent.backend.AcceptedSocket;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.Relay;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.EventBase;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * Couples every two clients that connect, as if one had connected to the other. The book's read callback that moves
 * everything to another connection (R6), both ways.
 *
 * <p>Better here: {@link Relay} holds no more than its marks, passes the end of either side on behind the last byte,
 * and resets one side when the other breaks.
 */
public final class Switchboard {
    private final EventBase base;

    /** Whoever came alone. */
    private Optional<BufferEvent> waiting = Optional.empty();

    private Switchboard(EventBase base) {
        this.base = base;
    }

    /** Listens on the loopback address and the port given, or 9879, until it is interrupted. */
    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9879;
        try (EventBase base = EventBase.create()) {
            ConnectionListener listener = listen(base, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            System.out.println("listening on " + listener.localAddress());
            base.dispatch();
        }
    }

    /** Starts it on a loop that the caller runs. */
    static ConnectionListener listen(EventBase base, InetSocketAddress address) throws IOException {
        Switchboard board = new Switchboard(base);
        return ConnectionListener.bind(base, address, (_, socket) -> board.accept(socket));
    }

    private void accept(AcceptedSocket socket) {
        BufferEvent caller = SocketBufferEvent.create(base, socket);
        if (waiting.isPresent()) {
            BufferEvent callee = waiting.get();
            waiting = Optional.empty();
            Relay.between(callee, caller, Duration.ofSeconds(30), (_, end) -> System.out.println(end));
        } else {
            waiting = Optional.of(caller);
            hold(caller);
        }
    }

    /** Reads a little ahead, which the relay passes on, and so notices a caller that hangs up. */
    private void hold(BufferEvent caller) {
        caller.inputWatermark(new Watermark(0, 16 * 1024));
        caller.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Eof _, Condition.Failed _, Condition.TimedOut _ -> {
                    waiting = Optional.empty();
                    caller.close();
                }
                case Condition.Connected _ -> {}
            }
        });
        caller.enableReading();
    }
}
