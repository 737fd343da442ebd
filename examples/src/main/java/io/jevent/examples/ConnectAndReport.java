package io.jevent.examples;

import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import java.net.InetSocketAddress;

/** Connects a buffer event and says how that went. The loop ends by itself when there is nothing left to wait for. */
public final class ConnectAndReport {
    private ConnectAndReport() {}

    /** Connects to 127.0.0.1 and the port given, or 8080. */
    public static void main(String[] args) {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
        try (EventBase base = EventBase.create()) {
            SocketBufferEvent bufferEvent = SocketBufferEvent.create(base, BufferEventOption.CLOSE_ON_FREE);
            bufferEvent.onCondition((_, condition) -> {
                switch (condition) {
                    case Condition.Connected _ -> System.out.println("connected");
                    case Condition.Failed failed ->
                        System.out.println("failed: " + failed.cause().getMessage());
                    case Condition.Eof _, Condition.TimedOut _ -> System.out.println(condition);
                }
            });
            bufferEvent.connect(new InetSocketAddress("127.0.0.1", port));
            base.dispatch();
        }
    }
}
