package io.jevent.backend.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class SocketsTest {
    /** As when an event of the descriptor that had the number before comes late. */
    @Test
    void aConnectThatHasNotEndedIsNotTakenForConnected() throws IOException {
        try (Arena arena = Arena.ofConfined();
                ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Sockets sockets = new Sockets(arena);
            int fd = sockets.openStream(SocketAddressCodec.AF_INET);
            assertThat(sockets.finishConnect(fd)).isFalse();
            sockets.connect(
                    fd,
                    SocketAddressCodec.AF_INET,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
            assertThat(sockets.finishConnect(fd)).isTrue();
            sockets.close(fd);
        }
    }
}
