package io.jevent.tests.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.AcceptedSocket;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.listener.AcceptRate;
import io.jevent.listener.ConnectionListener;
import io.jevent.listener.ListenerConfig;
import io.jevent.listener.ListenerLimit;
import io.jevent.listener.ListenerLimits;
import io.jevent.testkit.ScriptedBackend;
import io.jevent.testkit.ScriptedPeer;
import io.jevent.tests.logging.LogCapture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.text.MessageFormat;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who a listener lets in, to the millisecond. */
@Timeout(60)
class ListenerLimitsTest {
    private final ScriptedBackend script = new ScriptedBackend();
    private final List<Throwable> thrown = new ArrayList<>();
    private final EventBase base =
            script.newBase(EventBaseConfig.builder().errorHandler((source, error) -> thrown.add(error)));
    private final List<Long> acceptedAtMillis = new ArrayList<>();
    private final List<ListenerLimit> told = new ArrayList<>();
    private final Deque<AcceptedSocket> accepted = new ArrayDeque<>();

    @AfterEach
    void close() {
        accepted.forEach(AcceptedSocket::close);
        base.close();
        assertThat(thrown).isEmpty();
    }

    private ConnectionListener listening(ListenerLimits limits) throws IOException {
        ConnectionListener listener = ConnectionListener.bind(
                base, ScriptedBackend.ADDRESS, ListenerConfig.of().with(limits), (self, socket) -> {
                    acceptedAtMillis.add(script.clock().elapsed().toMillis());
                    accepted.add(socket);
                });
        listener.onLimit((self, limit) -> told.add(limit));
        return listener;
    }

    private void run(Duration span) {
        base.exit(span);
        base.dispatch();
    }

    private void dial(int count) {
        for (int i = 0; i < count; i++) {
            script.dials();
        }
    }

    private static SocketAddress from(String host) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), 4711);
    }

    @Test
    void atTheMostConnectionsOthersWaitUntilOneIsClosed() throws IOException {
        ConnectionListener listener =
                listening(ListenerLimits.builder().maxConnections(2).build());
        dial(4);
        run(Duration.ofSeconds(1));
        assertThat(acceptedAtMillis).hasSize(2);
        assertThat(listener.openConnections()).isEqualTo(2);
        assertThat(listener.isPaused()).as("by the user").isFalse();
        script.after(Duration.ofMillis(5), () -> accepted.remove().close());
        run(Duration.ofSeconds(1));
        assertThat(acceptedAtMillis).containsExactly(0L, 0L, 1005L);
        assertThat(listener.openConnections()).isEqualTo(2);
        assertThat(listener.rejectedConnections()).isZero();
        assertThat(told).containsExactly(ListenerLimit.CONNECTIONS);
    }

    @Test
    void resumingDoesNotLiftALimitAndPausingOutlastsIt() throws IOException {
        ConnectionListener listener =
                listening(ListenerLimits.builder().maxConnections(1).build());
        dial(2);
        run(Duration.ofSeconds(1));
        listener.resume();
        run(Duration.ofSeconds(1));
        assertThat(acceptedAtMillis).hasSize(1);
        listener.pause();
        accepted.remove().close();
        run(Duration.ofSeconds(1));
        assertThat(acceptedAtMillis).as("paused").hasSize(1);
        listener.resume();
        run(Duration.ofSeconds(1));
        assertThat(acceptedAtMillis).hasSize(2);
    }

    @Test
    void aConnectionClosedInTheAcceptCallbackNeverReachesTheLimit() throws IOException {
        ConnectionListener listener = ConnectionListener.bind(
                base,
                ScriptedBackend.ADDRESS,
                ListenerConfig.of()
                        .with(ListenerLimits.builder().maxConnections(1).build()),
                (self, socket) -> {
                    acceptedAtMillis.add(0L);
                    assertThat(self.openConnections()).isEqualTo(1);
                    socket.close();
                });
        listener.onLimit((self, limit) -> told.add(limit));
        dial(3);
        run(Duration.ofMillis(1));
        assertThat(acceptedAtMillis).hasSize(3);
        assertThat(told).isEmpty();
        assertThat(listener.openConnections()).isZero();
    }

    @Test
    void outOfTokensTheOthersWaitForTheirTime() throws IOException {
        listening(ListenerLimits.builder()
                .connectionsPerSecond(new AcceptRate(10, 2))
                .build());
        dial(5);
        run(Duration.ofSeconds(1));
        assertThat(acceptedAtMillis).containsExactly(0L, 0L, 100L, 200L, 300L);
        run(Duration.ofSeconds(1));
        dial(3);
        run(Duration.ofMillis(50));
        assertThat(acceptedAtMillis.subList(5, 7)).as("a burst was saved up").containsExactly(2000L, 2000L);
        assertThat(acceptedAtMillis).hasSize(7);
    }

    @Test
    void overTheMostOfOneAddressConnectionsAreResetAndOthersComeIn() throws IOException {
        ConnectionListener listener = listening(ListenerLimits.builder()
                .maxConnectionsPerAddress(1)
                .maxConnections(2)
                .build());
        ScriptedPeer first = script.dials(from("2001:db8::1"));
        ScriptedPeer second = script.dials(from("2001:db8::2"));
        ScriptedPeer third = script.dials(from("2001:db8:0:1::1"));
        run(Duration.ofMillis(1));
        assertThat(first.isOpen()).isTrue();
        assertThat(second.sawReset()).isTrue();
        assertThat(third.isOpen()).isTrue();
        assertThat(listener.openConnections()).isEqualTo(2);
        assertThat(listener.rejectedConnections()).isEqualTo(1);
        assertThat(told).containsExactly(ListenerLimit.CONNECTIONS_PER_ADDRESS, ListenerLimit.CONNECTIONS);
        accepted.remove().close();
        ScriptedPeer again = script.dials(from("2001:db8::3"));
        run(Duration.ofMillis(1));
        assertThat(again.isOpen()).isTrue();
    }

    @Test
    void overTheRateOfOneAddressConnectionsAreResetAndTakeNoTokenFromTheRest() throws IOException {
        ConnectionListener listener = listening(ListenerLimits.builder()
                .connectionsPerSecondPerAddress(new AcceptRate(1, 2))
                .connectionsPerSecond(new AcceptRate(1, 4))
                .build());
        for (int i = 0; i < 10; i++) {
            script.dials(from("10.0.0.1"));
        }
        script.dials(from("10.0.0.2"));
        run(Duration.ofMillis(1));
        assertThat(acceptedAtMillis).hasSize(3);
        assertThat(listener.rejectedConnections()).isEqualTo(8);
        ScriptedPeer later = script.dials(from("10.0.0.1"));
        run(Duration.ofMillis(999));
        assertThat(later.sawReset()).as("too early").isTrue();
        script.dials(from("10.0.0.1"));
        run(Duration.ofSeconds(1));
        assertThat(acceptedAtMillis).hasSize(4);
    }

    @Test
    void aLimitThatHoldsAgainAndAgainIsLoggedAndToldOncePerEpisode() throws IOException {
        try (LogCapture capture = new LogCapture("io.jevent.listener")) {
            listening(ListenerLimits.builder()
                    .connectionsPerSecond(new AcceptRate(10, 1))
                    .maxConnectionsPerAddress(3)
                    .build());
            dial(300);
            run(Duration.ofSeconds(40));
            assertThat(told)
                    .containsExactly(ListenerLimit.CONNECTIONS_PER_SECOND, ListenerLimit.CONNECTIONS_PER_ADDRESS);
            run(ConnectionListener.EPISODE_GAP.plusSeconds(1));
            accepted.remove().close();
            dial(1);
            run(Duration.ofSeconds(1));
            assertThat(told).hasSize(3).endsWith(ListenerLimit.CONNECTIONS_PER_SECOND);
            assertThat(capture.records())
                    .extracting(it -> MessageFormat.format(it.getMessage(), it.getParameters()))
                    .hasSize(3)
                    .allMatch(line -> line.startsWith("a limit holds on "))
                    .anyMatch(line -> line.endsWith("10 (burst 1) connections a second; others wait"))
                    .anyMatch(line -> line.endsWith("3 open connections from one address; others are reset"));
        }
    }

    @Test
    void aLimitThatHoldsForLongIsOneEpisode() throws IOException {
        listening(ListenerLimits.builder().maxConnections(1).build());
        dial(2);
        run(Duration.ofHours(1));
        accepted.remove().close();
        run(Duration.ofSeconds(1));
        assertThat(acceptedAtMillis).hasSize(2);
        assertThat(told).hasSize(1);
    }

    @Test
    void theLimitCallbackMayCloseTheListenerAndWhatItThrowsIsReported() throws IOException {
        ConnectionListener listener =
                listening(ListenerLimits.builder().maxConnections(1).build());
        listener.onLimit((self, limit) -> {
            self.close();
            throw new IllegalStateException("mine");
        });
        script.dials();
        base.dispatch();
        assertThat(thrown).singleElement().satisfies(it -> assertThat(it).hasMessage("mine"));
        thrown.clear();
        assertThat(listener.openConnections()).isEqualTo(1);
        accepted.remove().close();
        assertThat(listener.openConnections()).as("counts on when closed").isZero();
    }

    @Test
    void aListenerAtALimitKeepsTheLoopRunning() throws IOException {
        listening(ListenerLimits.builder()
                .connectionsPerSecond(new AcceptRate(1, 1))
                .build());
        dial(2);
        script.after(Duration.ofMillis(1500), () -> base.execute(base::breakLoop));
        base.dispatch();
        assertThat(acceptedAtMillis).containsExactly(0L, 1000L);
    }

    @Test
    void aFailedConnectionCountsUntilItsBufferEventIsClosed() throws IOException {
        ConnectionListener listener =
                listening(ListenerLimits.builder().maxConnections(9).build());
        ScriptedPeer peer = script.dials();
        run(Duration.ofMillis(1));
        SocketBufferEvent connection = SocketBufferEvent.create(base, accepted.remove());
        connection.enableReading();
        peer.resets();
        run(Duration.ofMillis(1));
        assertThat(listener.openConnections()).as("it holds its descriptor").isEqualTo(1);
        connection.close();
        connection.close();
        assertThat(listener.openConnections()).isZero();
    }

    @Test
    void whoeverAsksIsToldOnceThatAConnectionIsOver() throws IOException {
        listening(ListenerLimits.none());
        dial(2);
        run(Duration.ofMillis(1));
        AcceptedSocket unadopted = accepted.remove();
        List<String> log = new ArrayList<>();
        unadopted.onClosed(() -> {
            log.add("first");
            throw new IllegalStateException("does not keep the next from being told");
        });
        unadopted.onClosed(() -> log.add("second"));
        unadopted.connectionEnded();
        assertThat(log).as("nobody has adopted it").isEmpty();
        unadopted.close();
        unadopted.reset();
        assertThat(log).containsExactly("first", "second");
        assertThatThrownBy(() -> unadopted.onClosed(() -> {})).isInstanceOf(IllegalStateException.class);
        AcceptedSocket adopted = accepted.remove();
        SocketBufferEvent connection = SocketBufferEvent.create(base, adopted);
        adopted.onClosed(() -> log.add("adopted"));
        adopted.close();
        assertThat(log).hasSize(2);
        connection.close();
        assertThat(log).endsWith("adopted");
        assertThat(adopted.isAdopted()).isTrue();
        assertThatThrownBy(() -> adopted.onClosed(() -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theDefaultsAreWhatTheirDocumentationSays() {
        ListenerLimits none = ListenerLimits.none();
        assertThat(none.maxConnections()).isEqualTo(ListenerLimits.UNLIMITED);
        assertThat(none.maxConnectionsPerAddress()).isEqualTo(ListenerLimits.UNLIMITED);
        assertThat(none.connectionsPerSecond()).isEmpty();
        assertThat(none.connectionsPerSecondPerAddress()).isEmpty();
        assertThat(none.maxAddresses()).isEqualTo(65_536);
        assertThat(none)
                .hasToString("ListenerLimits[maxConnections=unlimited, maxConnectionsPerAddress=unlimited,"
                        + " connectionsPerSecond=unlimited, connectionsPerSecondPerAddress=unlimited]");
        assertThat(AcceptRate.of(7)).isEqualTo(new AcceptRate(7, 7));
        assertThatThrownBy(() -> new AcceptRate(1, 0))
                .hasMessage("need 1 <= perSecond, burst <= 1000000, got perSecond=1 burst=0");
        assertThatThrownBy(() -> ListenerLimits.builder().maxAddresses(0)).hasMessage("need maxAddresses >= 1, got 0");
    }
}
