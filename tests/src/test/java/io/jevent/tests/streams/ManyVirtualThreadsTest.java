package io.jevent.tests.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.BlockingStreams;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventCount;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.backend.BackendUnderTest;
import io.jevent.tests.flavor.Threads;
import io.jevent.tests.flavor.Threads.Worker;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A thousand virtual threads serve a thousand clients on one loop; the clients are the JDK's own blocking sockets. */
@Tag("socket")
@Timeout(240)
class ManyVirtualThreadsTest {
    private static final int CONNECTIONS = 1_000;
    private static final int MESSAGES = 5;

    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL", "IO_URING"})
    void eachConnectionHasAThreadThatEchoesAndAllGetTheirBytes(BackendUnderTest backend) throws IOException {
        try (LoopRig rig = backend.open()) {
            List<Worker<Void>> servers = new ArrayList<>();
            ConnectionListener listener = ConnectionListener.bind(
                    rig.base(),
                    rig.anyAddress(),
                    (_, socket) -> servers.add(
                            serve(SocketBufferEvent.create(rig.base(), socket).blockingStreams())));
            InetSocketAddress address = (InetSocketAddress) listener.localAddress();
            List<Worker<Boolean>> clients = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                int number = i;
                clients.add(Threads.start(() -> talk(address, number)));
            }
            for (Worker<Boolean> client : clients) {
                assertThat(Threads.join(rig, client)).isTrue();
            }
            assertThat(servers).hasSize(CONNECTIONS);
            listener.close();
            Worker<Void> last = servers.getLast();
            Threads.runUntil(rig, last.result(), () -> rig.base().eventCount(EventCount.VIRTUAL) == 0);
            for (Worker<Void> server : servers) {
                Threads.join(rig, server);
            }
        }
    }

    private static Worker<Void> serve(BlockingStreams streams) {
        return Threads.start(() -> {
            try (streams) {
                byte[] buffer = new byte[700];
                InputStream in = streams.input();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    streams.output().write(buffer, 0, count);
                    streams.output().flush();
                }
            }
            return null;
        });
    }

    private static boolean talk(InetSocketAddress address, int number) throws IOException {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            OutputStream out = socket.getOutputStream();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int i = 0; i < MESSAGES; i++) {
                byte[] message = new byte[1 + (number * 7 + i * 1_013) % 4_000];
                Arrays.fill(message, (byte) (number + i));
                out.write(message);
                byte[] back = new byte[message.length];
                in.readFully(back);
                if (!Arrays.equals(back, message)) {
                    return false;
                }
            }
            socket.shutdownOutput();
            return in.read() < 0;
        }
    }
}
