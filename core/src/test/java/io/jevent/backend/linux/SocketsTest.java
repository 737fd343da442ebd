package io.jevent.backend.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.SocketSettings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
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

    @Test
    void aCallKeepsNothingOfItsStateButErrnoAndThatFirst() {
        MemoryLayout kept = Linker.Option.captureStateLayout();
        assertThat(kept.byteSize()).isEqualTo(Libc.CAPTURE_BYTES);
        assertThat(kept.byteOffset(MemoryLayout.PathElement.groupElement("errno")))
                .isEqualTo(Libc.ERRNO_OFFSET);
    }

    @Test
    void onlyASocketThatListensForStreamsIsOneToAcceptOn() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Sockets sockets = new Sockets(arena);
            int unbound = sockets.openStream(SocketAddressCodec.AF_INET);
            int datagrams = sockets.openDatagrams(SocketAddressCodec.AF_INET);
            int listening = sockets.listen(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1, SocketSettings.none());
            sockets.libc.fcntl(listening, 2, 0);
            sockets.libc.fcntl(listening, 4, 0);
            for (int fd : new int[] {unbound, datagrams}) {
                assertThatThrownBy(() -> sockets.prepareListening(fd))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("need a socket that listens for streams, got descriptor " + fd);
            }
            sockets.prepareListening(listening);
            assertThat(sockets.libc.fcntl(listening, 1, 0)).as("closed on exec").isEqualTo(1);
            assertThat(sockets.libc.fcntl(listening, 3, 0) & 0x800)
                    .as("non-blocking")
                    .isEqualTo(0x800);
            for (int fd : new int[] {unbound, datagrams, listening}) {
                sockets.close(fd);
            }
        }
    }
}
