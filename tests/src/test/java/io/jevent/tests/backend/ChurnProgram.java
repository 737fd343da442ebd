package io.jevent.tests.backend;

import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventOption;
import io.jevent.examples.EchoServer;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Connects, echoes and closes all the time, on one loop, in a JVM of its own; prints now and then what it uses.
 *
 * <p>Arguments: seconds to run, and samples to print. A line is: connections so far, live heap in KiB, memory of the process in
 * KiB without files, descriptors.
 */
public final class ChurnProgram {
    private static final int CLIENTS = 32;
    private static final int MOST_BYTES = 150_000;

    private final EventBase base;
    private final SplittableRandom random = new SplittableRandom(1);
    private final byte[] bytes = new byte[MOST_BYTES];
    private InetSocketAddress server = InetSocketAddress.createUnresolved("nobody", 1);
    private long connectionCount;
    private boolean ending;

    private ChurnProgram(EventBase base) {
        this.base = base;
        random.nextBytes(bytes);
    }

    public static void main(String[] args) throws IOException {
        Duration interval = Duration.ofMillis(Integer.parseInt(args[0]) * 1000L / Integer.parseInt(args[1]));
        int sampleCount = Integer.parseInt(args[1]);
        try (EventBase base = EventBase.create()) {
            ChurnProgram program = new ChurnProgram(base);
            try (ConnectionListener listener =
                    EchoServer.listen(base, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
                program.server = (InetSocketAddress) listener.localAddress();
                System.out.println(base.backend() + " " + program.server.getPort());
                for (int i = 0; i < CLIENTS; i++) {
                    program.connect();
                }
                int[] samples = {0};
                Event timer = Event.timer(
                        base,
                        (self, _) -> {
                            program.sample();
                            if (++samples[0] == sampleCount) {
                                program.ending = true;
                                self.close();
                                base.exit();
                            }
                        },
                        EventOption.PERSIST);
                timer.add(interval);
                base.dispatch();
            }
        }
    }

    private void connect() {
        SocketBufferEvent client = SocketBufferEvent.create(base);
        int byteCount = random.nextInt(4) == 0 ? random.nextInt(MOST_BYTES) + 1 : random.nextInt(200) + 1;
        int manner = random.nextInt(3);
        client.output().add(bytes, 0, byteCount);
        client.enableReading();
        client.onRead(_ -> {
            if (client.input().length() >= byteCount) {
                check(client, byteCount);
                if (manner == 0) {
                    client.shutdownOutput(); // The server's end comes back.
                } else {
                    again(client);
                }
            } else if (manner == 2) {
                again(client); // With bytes on the way: a reset.
            }
        });
        client.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Connected _ -> {}
                case Condition.Eof _ -> again(client);
                case Condition.Failed _, Condition.TimedOut _ -> throw new AssertionError("ended: " + condition);
            }
        });
        client.connect(server);
    }

    private void check(SocketBufferEvent client, int byteCount) {
        for (int i = 0; i < byteCount; i += 997) {
            if (client.input().byteAt(i) != bytes[i]) {
                throw new AssertionError("a wrong byte at " + i);
            }
        }
        client.input().drain(byteCount);
    }

    private void again(SocketBufferEvent client) {
        client.close();
        connectionCount++;
        if (!ending) {
            connect();
        }
    }

    private void sample() {
        System.gc();
        System.gc();
        long heap = (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) / 1024;
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            long memory = Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("RssAnon:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
            System.out.println(connectionCount + " " + heap + " " + memory + " " + descriptors.count());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
