package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jevent.backend.AcceptedSocket;
import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventOption;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Sends one block of memory to all clients every second; it lies in memory once, however many clients there are. The
 * book's resource that is spooled to many buffers with a counted clean-up (R7).
 *
 * <p>Better here: nobody counts. One buffer holds the reference, the clients' outputs hold views of that buffer, and
 * the clean-up runs once, when the last of them has sent its last byte or is gone. A client that still has much
 * unsent misses a block; the others do not wait for it.
 */
public final class Multicast implements AutoCloseable {
    private final EventBase base;
    private final Set<BufferEvent> subscribers = new LinkedHashSet<>();
    private final ConnectionListener listener;
    private int releasedCount;

    /** Starts it on a loop that the caller runs. */
    Multicast(EventBase base, SocketAddress address) throws IOException {
        this.base = base;
        this.listener = ConnectionListener.bind(base, address, (_, socket) -> accept(socket));
    }

    /** Listens on the loopback address and the port given, or 9881, until it is interrupted. */
    public static void main(String[] args) throws IOException {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9881;
        byte[] block = (".".repeat(100_000) + "\n").getBytes(US_ASCII);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        try (EventBase base = EventBase.create();
                Multicast multicast = new Multicast(base, address)) {
            Event clock = Event.timer(
                    base,
                    (_, _) -> System.out.println("sent to " + multicast.send(MemorySegment.ofArray(block)) + " of "
                            + multicast.subscriberCount() + ", released " + multicast.releasedCount()),
                    EventOption.PERSIST);
            clock.add(Duration.ofSeconds(1));
            base.dispatch();
        }
    }

    private void accept(AcceptedSocket socket) {
        BufferEvent subscriber = SocketBufferEvent.create(base, socket);
        subscribers.add(subscriber);
        subscriber.onRead(_ -> subscriber.input().drain(Long.MAX_VALUE));
        subscriber.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Eof _ -> {
                    subscribers.remove(subscriber);
                    subscriber.closeAfterFlush(Duration.ofSeconds(10));
                }
                case Condition.Failed _, Condition.TimedOut _ -> {
                    subscribers.remove(subscriber);
                    subscriber.close();
                }
                case Condition.Connected _ -> {}
            }
        });
        subscriber.timeouts(Duration.ZERO, Duration.ofMinutes(1));
        subscriber.enableReading();
    }

    /**
     * Sends memory, which must not change until it is released, to every subscriber that keeps up.
     *
     * @return how many these are
     */
    int send(MemorySegment memory) {
        int count = 0;
        try (EvBuffer block = base.newBuffer()) {
            block.addReference(memory, _ -> releasedCount++);
            for (BufferEvent subscriber : subscribers) {
                if (subscriber.isWritable()) {
                    subscriber.output().addBufferReference(block);
                    count++;
                }
            }
        }
        return count;
    }

    /** {@return what accepts} */
    ConnectionListener listener() {
        return listener;
    }

    /** {@return how many clients there are} */
    int subscriberCount() {
        return subscribers.size();
    }

    /** {@return how many blocks nobody needs any more} */
    int releasedCount() {
        return releasedCount;
    }

    /** Accepts no more; the clients stay. */
    @Override
    public void close() {
        listener.close();
    }
}
