package io.jevent.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.event.EventBase;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The demo against servers that are wrong: it must notice. */
@Timeout(60)
class DemoLoadTest {
    private static final int MESSAGES = 10;
    private static final int SIZE = 100;

    /** Runs one client against a server that sends back what {@code server} makes of it; returns what the demo says. */
    private static String failureAgainst(Server server) throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                EventBase base = EventBase.create()) {
            Thread.ofPlatform().daemon().start(() -> {
                try (Socket client = listening.accept()) {
                    server.serve(client.getInputStream(), client.getOutputStream());
                    client.shutdownOutput();
                    client.getInputStream().readAllBytes();
                } catch (IOException _) {
                    // The demo has seen enough.
                }
            });
            DemoLoad load = new DemoLoad(base, 1, MESSAGES, SIZE, 1);
            load.start(listening.getLocalSocketAddress());
            base.dispatch();
            return load.failure().orElse("none, " + load.messageCount() + " messages");
        }
    }

    @FunctionalInterface
    private interface Server {
        void serve(InputStream in, OutputStream out) throws IOException;
    }

    @Test
    void aTrueEchoIsNoFailure() throws Exception {
        assertThat(failureAgainst((in, out) -> {
                    for (int i = 0; i < MESSAGES; i++) {
                        out.write(in.readNBytes(SIZE));
                    }
                }))
                .isEqualTo("none, 10 messages");
    }

    @Test
    void oneFlippedBitIsAFailureThatNamesItsPosition() throws Exception {
        assertThat(failureAgainst((in, out) -> {
                    out.write(in.readNBytes(SIZE));
                    byte[] second = in.readNBytes(SIZE);
                    second[17] ^= 1;
                    out.write(second);
                }))
                .isEqualTo("client 0 got a wrong byte at position 117");
    }

    @Test
    void oneMissingByteIsAFailure() throws Exception {
        assertThat(failureAgainst((in, out) -> out.write(in.readNBytes(SIZE), 0, SIZE - 1)))
                .isEqualTo("client 0 lost bytes: the server closed after 99 of 1000");
    }
}
