package io.jevent.tests.listener;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.SocketSettings;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.LoopResult;
import io.jevent.listener.ConnectionListener;
import io.jevent.listener.ListenerConfig;
import io.jevent.listener.ListenerLimits;
import io.jevent.listener.ListenerOption;
import io.jevent.testkit.ScriptedBackend;
import io.jevent.tests.logging.LogCapture;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Accepting, pausing, failing and ending: on the script where exactness matters, on real sockets elsewhere. */
@Timeout(60)
class ConnectionListenerTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final ScriptedBackend script = new ScriptedBackend();
    private final EventBase scripted = script.newBase();
    private final EventBase real = EventBase.create();
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void close() {
        scripted.close();
        real.close();
        assertThat(script.openCount()).as("connections still open").isZero();
    }

    private ConnectionListener scriptedListener() throws IOException {
        return ConnectionListener.bind(scripted, ScriptedBackend.ADDRESS, (_, socket) -> {
            log.add("accepted@" + script.clock().elapsed().toMillis());
            socket.close();
        });
    }

    @Test
    @Tag("socket")
    @Tag("parity") // regress_listener.c: randport
    void portZeroPicksDistinctPortsAndEveryConnectionIsAccepted() throws IOException {
        ConnectionListener first = ConnectionListener.bind(real, ANY_PORT, this::countAndPauseAtThree);
        ConnectionListener second = ConnectionListener.bind(real, ANY_PORT, (listener, socket) -> socket.close());
        assertThat(portOf(first)).isPositive().isNotEqualTo(portOf(second));
        second.close();
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            clients.add(new Socket(InetAddress.getLoopbackAddress(), portOf(first)));
        }
        assertThat(real.dispatch())
                .as("a paused listener is nothing to wait for")
                .isEqualTo(LoopResult.EMPTY);
        assertThat(log).hasSize(3);
        for (Socket client : clients) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            client.close();
        }
    }

    private void countAndPauseAtThree(ConnectionListener listener, AcceptedSocket socket) {
        log.add("accepted");
        assertThat(socket.remoteAddress()).isInstanceOf(InetSocketAddress.class);
        assertThat(socket.localAddress()).isEqualTo(listener.localAddress());
        socket.close();
        if (log.size() == 3) {
            listener.pause();
        }
    }

    private static int portOf(ConnectionListener listener) {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Test
    @Tag("parity") // regress_listener.c: immediate_close
    void pausingAfterTheFirstOfTwoQueuedConnectionsLeavesTheSecondInTheBacklog() throws IOException {
        ConnectionListener listener = ConnectionListener.bind(scripted, ScriptedBackend.ADDRESS, (self, socket) -> {
            log.add("accepted");
            socket.close();
            self.pause();
        });
        script.dials();
        script.dials().ends();
        scripted.dispatch();
        assertThat(log).hasSize(1);
        assertThat(listener.isPaused()).isTrue();
        listener.resume();
        scripted.dispatch();
        assertThat(log).hasSize(2);
    }

    @Test
    @Tag("parity") // regress_listener.c: close_accepted_fd
    void closingTheListenerInItsOwnCallbackIsSafe() throws IOException {
        ConnectionListener.bind(scripted, ScriptedBackend.ADDRESS, (self, socket) -> {
            log.add("accepted");
            socket.close();
            self.close();
            self.close();
        });
        script.dials();
        assertThat(scripted.dispatch()).isEqualTo(LoopResult.EMPTY);
        assertThat(log).hasSize(1);
    }

    @Test
    @Tag("parity") // regress_listener.c: error_unlock
    void aFailedAcceptPausesReportsOnceAndTriesAgainByItself() throws IOException {
        ConnectionListener listener = scriptedListener();
        listener.onAcceptError((self, cause) ->
                log.add(cause.getMessage() + "@" + script.clock().elapsed().toMillis()));
        script.dials();
        script.acceptFails(3, "Too many open files");
        scripted.exit(Duration.ofSeconds(1));
        int polls = script.pollCount();
        scripted.dispatch();
        assertThat(log)
                .containsExactly(
                        "Too many open files@0", "Too many open files@200", "Too many open files@400", "accepted@600");
        assertThat(script.pollCount() - polls).as("the loop did not spin").isLessThan(15);
    }

    @Test
    void aLackOfDescriptorsThatLastsIsOneLineInTheLog() throws IOException {
        try (LogCapture capture = new LogCapture("io.jevent.listener")) {
            ConnectionListener listener = scriptedListener();
            script.dials();
            script.acceptFails(100, "Too many open files");
            scripted.exit(Duration.ofSeconds(30));
            scripted.dispatch();
            assertThat(log).containsExactly("accepted@20000");
            assertThat(capture.records()).hasSize(1);
            LogRecord line = capture.records().remove();
            assertThat(MessageFormat.format(line.getMessage(), line.getParameters()))
                    .isEqualTo("accepting pauses on " + listener.localAddress() + ": Too many open files");
            script.dials();
            script.acceptFails(1, "Too many open files");
            scripted.exit(Duration.ofSeconds(1));
            scripted.dispatch();
            assertThat(capture.records()).as("a new episode").hasSize(1);
        }
    }

    @Test
    void closingTheListenerInItsErrorCallbackIsSafe() throws IOException {
        ConnectionListener listener = scriptedListener();
        listener.onAcceptError((self, cause) -> {
            log.add("failed");
            self.close();
        });
        script.dials().ends();
        script.acceptFails(1, "Too many open files");
        assertThat(scripted.dispatch()).isEqualTo(LoopResult.EMPTY);
        assertThat(log).containsExactly("failed");
        assertThat(listener.isClosed()).isTrue();
    }

    @Test
    void aListenerThatStartsPausedAcceptsOnceItHasACallbackAndIsResumed() throws IOException {
        ConnectionListener listener = ConnectionListener.bind(
                scripted,
                ScriptedBackend.ADDRESS,
                ListenerConfig.of(ListenerOption.START_PAUSED),
                (self, socket) -> socket.close());
        script.dials();
        assertThat(scripted.dispatch()).isEqualTo(LoopResult.EMPTY);
        listener.onAccept((self, socket) -> {
            log.add("accepted");
            socket.close();
            self.close();
        });
        listener.resume();
        scripted.dispatch();
        assertThat(log).containsExactly("accepted");
    }

    @Test
    void resumingEndsTheRetryDelayAndPausingEndsTheRetrying() throws IOException {
        ConnectionListener listener = scriptedListener();
        listener.onAcceptError((self, cause) -> {
            log.add("failed");
            self.pause();
        });
        script.dials();
        script.acceptFails(1, "Too many open files");
        assertThat(scripted.dispatch()).as("nothing left to wait for").isEqualTo(LoopResult.EMPTY);
        script.after(Duration.ofMillis(1), () -> scripted.execute(listener::pause));
        listener.resume();
        scripted.dispatch();
        assertThat(log).containsExactly("failed", "accepted@0");
    }

    @Test
    void anAcceptCallbackThatThrowsLosesNoDescriptorAndTheListenerGoesOn() throws IOException {
        List<String> errors = new ArrayList<>();
        try (EventBase tolerant = script.newBase(
                EventBaseConfig.builder().errorHandler((source, thrown) -> errors.add(source + thrown.getMessage())))) {
            ConnectionListener.bind(tolerant, ScriptedBackend.ADDRESS, (self, socket) -> {
                if (errors.size() == 1) {
                    self.pause();
                }
                throw new IllegalStateException("mine");
            });
            script.dials();
            script.dials();
            tolerant.dispatch();
            assertThat(errors)
                    .hasSize(2)
                    .allMatch(error -> error.contains("ConnectionListener") && error.endsWith("mine"));
        }
    }

    @Test
    @Tag("socket")
    @Tag("parity") // regress_listener.c: reuseport_on_unix_socket
    void reuseOptionsOnAUnixDomainSocketAreRefused(@TempDir Path folder) {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
        ListenerConfig config = ListenerConfig.of(ListenerOption.REUSE_ADDRESS);
        assertThatThrownBy(() -> ConnectionListener.bind(real, address, config, (l, socket) -> socket.close()))
                .isInstanceOf(IllegalArgumentException.class);
        ListenerConfig sharing = ListenerConfig.of().with(StandardSocketOptions.SO_REUSEPORT, true);
        assertThatThrownBy(() -> ConnectionListener.bind(real, address, sharing, (l, socket) -> socket.close()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SO_REUSEPORT has no meaning");
        assertThat(folder.resolve("socket")).doesNotExist();
    }

    @Test
    @Tag("socket")
    void aUnixDomainListenerAcceptsAndDeletesItsFileWhenItCloses(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("socket");
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(file);
        ConnectionListener listener = ConnectionListener.bind(real, address, (self, socket) -> {
            log.add("accepted");
            SocketBufferEvent peer = SocketBufferEvent.create(real, socket);
            peer.write(new byte[] {42});
            peer.closeAfterFlush(Duration.ofSeconds(5));
            self.close();
        });
        assertThat(listener.localAddress()).isEqualTo(address);
        try (SocketChannel client = SocketChannel.open(address)) {
            client.shutdownOutput();
            real.dispatch();
            assertThat(log).containsExactly("accepted");
            assertThat(Files.exists(file)).isFalse();
        }
    }

    @Test
    @Tag("socket")
    void anAddressInUseIsAnErrorOfBind() throws IOException {
        ConnectionListener first = ConnectionListener.bind(real, ANY_PORT, (l, socket) -> socket.close());
        SocketAddress taken = first.localAddress();
        assertThatThrownBy(() -> ConnectionListener.bind(real, taken, (l, socket) -> socket.close()))
                .isInstanceOf(BindException.class);
        first.close();
        ConnectionListener.bind(real, taken, (l, socket) -> socket.close()).close();
    }

    @Test
    @Tag("socket")
    void aUsersListeningChannelIsServedAndStaysOpen() throws IOException {
        try (ServerSocketChannel channel = ServerSocketChannel.open().bind(ANY_PORT)) {
            ConnectionListener listener = ConnectionListener.over(
                    real, channel, ListenerConfig.of(ListenerOption.START_PAUSED), (self, socket) -> {
                        log.add("accepted");
                        socket.close();
                        self.close();
                    });
            assertThat(listener.isPaused()).isTrue();
            try (SocketChannel client = SocketChannel.open(channel.getLocalAddress())) {
                assertThat(real.dispatch()).isEqualTo(LoopResult.EMPTY);
                assertThat(log).isEmpty();
                listener.resume();
                real.dispatch();
                assertThat(client.isConnected()).isTrue();
            }
            assertThat(log).containsExactly("accepted");
            assertThat(channel.isOpen()).isTrue();
        }
    }

    @Test
    @Tag("socket")
    void anAcceptedSocketMayMoveToAnotherBase() throws Exception {
        try (EventBase worker = EventBase.create()) {
            worker.exit(Duration.ofSeconds(30));
            Thread loop = Thread.ofPlatform().start(worker::dispatch);
            ConnectionListener only = ConnectionListener.bind(real, ANY_PORT, (listener, socket) -> {
                worker.execute(() -> {
                    BufferEvent there = SocketBufferEvent.create(worker, socket);
                    there.write("from the worker".getBytes(UTF_8));
                    there.closeAfterFlush(Duration.ofSeconds(5));
                });
                listener.close();
            });
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), portOf(only))) {
                client.setSoTimeout(30_000);
                client.shutdownOutput();
                real.dispatch();
                assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("from the worker");
            }
            worker.execute(worker::exit);
            loop.join();
        }
    }

    @Test
    @Tag("socket")
    @Tag("parity") // regress_listener.c: disable_in_thread, disable_in_thread_error
    void pausingFromAnotherThreadDuringTheAcceptCallbackIsRefusedOrHandedOverAndNeverDeadlocks() throws Exception {
        List<Throwable> refused = new ArrayList<>();
        ConnectionListener listener = ConnectionListener.bind(real, ANY_PORT, (self, socket) -> {
            socket.close();
            Thread other = Thread.ofPlatform().start(() -> {
                try {
                    self.pause();
                } catch (WrongThreadException e) {
                    refused.add(e);
                }
                real.execute(self::pause);
            });
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), portOf(listener))) {
            assertThat(real.dispatch()).isEqualTo(LoopResult.EMPTY);
            assertThat(client.isConnected()).isTrue();
        }
        assertThat(refused).hasSize(1);
        assertThat(listener.isPaused()).isTrue();
    }

    @Test
    void theDefaultsAreWhatTheirDocumentationSays() {
        ListenerConfig config = ListenerConfig.of();
        assertThat(config.backlog()).isEqualTo(1024);
        assertThat(config.acceptRetryDelay()).isEqualTo(Duration.ofMillis(200));
        assertThatThrownBy(() -> new ListenerConfig(
                        0, Duration.ofMillis(1), Set.of(), SocketSettings.none(), ListenerLimits.none()))
                .hasMessage("need backlog >= 1, got 0");
        assertThatThrownBy(() ->
                        new ListenerConfig(1, Duration.ZERO, Set.of(), SocketSettings.none(), ListenerLimits.none()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
