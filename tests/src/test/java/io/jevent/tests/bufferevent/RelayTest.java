package io.jevent.tests.bufferevent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.Relay;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.TokenBucketConfig;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client, a relay and a server on one simulated network: what ends, breaks, falls silent or is slow. */
class RelayTest {
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final LoopRig rig = LoopRig.simulated(11, Faults.none());
    private final LoopRig.Pair left = rig.connectedPair();
    private final LoopRig.Pair right = rig.connectedPair();
    private final SocketBufferEvent client = left.near();
    private final SocketBufferEvent server = right.far();
    private final List<String> atClient = new ArrayList<>();
    private final List<String> atServer = new ArrayList<>();
    private Relay.@Nullable End end;

    RelayTest() {
        client.onCondition((_, condition) -> atClient.add(nameOf(condition)));
        server.onCondition((_, condition) -> atServer.add(nameOf(condition)));
        client.enableReading();
        server.enableReading();
    }

    private static String nameOf(Condition condition) {
        return switch (condition) {
            case Condition.Failed failed -> "" + failed.cause().getMessage();
            case Condition.Eof _ -> "end";
            case Condition.Connected _, Condition.TimedOut _ -> condition.toString();
        };
    }

    @AfterEach
    void nothingIsLeftOver() {
        client.close();
        server.close();
        rig.close();
    }

    private Relay relay() {
        return Relay.between(left.far(), right.near(), DEADLINE, (_, how) -> end = how);
    }

    private Relay.End end() {
        rig.runUntil(() -> end != null);
        Relay.End present = end;
        if (present == null) {
            throw new AssertionError("no end");
        }
        return present;
    }

    private static String inputOf(BufferEvent bufferEvent) {
        return bufferEvent.input().removeString(US_ASCII);
    }

    @Test
    void halfClosesPassBothWaysAndTheLastOneEndsIt() {
        relay();
        client.output().addAscii("question");
        client.shutdownOutput();
        rig.runUntil(() -> atServer.contains("end"));
        assertThat(inputOf(server)).isEqualTo("question");
        assertThat(end).as("one half is still open").isNull();
        server.output().addAscii("a long answer");
        server.shutdownOutput();
        assertThat(end()).isEqualTo(new Relay.End(8, 13, Relay.Reason.ENDED, ""));
        assertThat(end().failed()).isFalse();
        rig.runUntil(() -> atClient.contains("end"));
        assertThat(inputOf(client)).isEqualTo("a long answer");
    }

    @Test
    void aFailureAfterAHalfCloseResetsTheOther() {
        relay();
        client.output().addAscii("question");
        client.shutdownOutput();
        rig.runUntil(() -> atServer.contains("end"));
        client.option(StandardSocketOptions.SO_LINGER, 0);
        client.close();
        server.output().addAscii("answer");
        assertThat(end().reason()).isEqualTo(Relay.Reason.ONE_FAILED);
        rig.run(Duration.ofSeconds(1));
        server.output().addAscii("more");
        rig.runUntil(() -> atServer.size() > 1);
        assertThat(atServer).last().isNotEqualTo("end");
        assertThat(rig.takeThrown()).isEmpty();
    }

    @Test
    void roomAfterTheEndIsNoReasonToWriteBehindIt() {
        relay();
        server.disableReading();
        client.output().add(new byte[196_000]); // The last piece and the end come while it is not writable.
        client.shutdownOutput();
        rig.run(Duration.ofSeconds(1));
        server.enableReading();
        rig.runUntil(() -> atServer.contains("end"));
        assertThat(server.input().length()).isEqualTo(196_000);
        assertThat(rig.takeThrown()).isEmpty();
    }

    @Test
    void aResetPassesBehindTheBytes() {
        relay();
        client.output().addAscii("last words");
        rig.runUntil(() -> server.input().length() == 10);
        client.option(StandardSocketOptions.SO_LINGER, 0);
        client.close();
        assertThat(end().reason()).isEqualTo(Relay.Reason.ONE_FAILED);
        assertThat(end().cause()).contains("Connection reset");
        rig.runUntil(() -> !atServer.isEmpty());
        assertThat(atServer).containsExactly("Connection reset");
    }

    @Test
    void aSlowReaderStopsItsWriterWithLittleHeld() {
        Relay relay = relay();
        server.disableReading();
        client.output().add(new byte[10 << 20]);
        rig.run(Duration.ofSeconds(5));
        assertThat(left.far().input().length() + right.near().unsent())
                .as("held by the relay")
                .isLessThan(1 << 20);
        server.enableReading();
        rig.runUntil(() -> server.input().length() == 10 << 20);
        relay.close();
    }

    @Test
    void silenceOnOneSideIsNoReasonWhileTheOtherIsBusy() {
        left.far().timeouts(Duration.ofSeconds(1), Duration.ofSeconds(1));
        right.near().timeouts(Duration.ofSeconds(1), Duration.ofSeconds(1));
        relay();
        for (int i = 0; i < 20; i++) {
            server.output().addAscii("x");
            rig.run(Duration.ofMillis(500));
        }
        assertThat(end).as("a download of ten seconds").isNull();
        assertThat(inputOf(client)).hasSize(20);
        rig.run(Duration.ofSeconds(3));
        assertThat(end().reason()).as("silence on both").isEqualTo(Relay.Reason.TIMED_OUT);
        rig.runUntil(() -> !atClient.isEmpty() && !atServer.isEmpty());
        assertThat(atClient).containsExactly("Connection reset");
        assertThat(atServer).containsExactly("Connection reset");
    }

    @Test
    void aReaderThatIsSlowerThanTheTimeoutIsNotSilent() {
        left.far().timeouts(Duration.ofSeconds(1), Duration.ofSeconds(1));
        right.near().timeouts(Duration.ofSeconds(1), Duration.ofSeconds(1));
        left.far().rateLimits().limit(TokenBucketConfig.ofBytesPerSecond(10_000));
        relay();
        server.output().add(new byte[200_000]);
        rig.run(Duration.ofSeconds(15));
        assertThat(end).isNull();
        rig.runUntil(() -> client.input().length() == 200_000);
        server.shutdownOutput();
        client.shutdownOutput();
        assertThat(end().failed()).isFalse();
    }

    @Test
    void whatEndedBeforeTheRelayIsPassedOn() {
        client.output().addAscii("early");
        client.shutdownOutput();
        left.far().enableReading();
        rig.runUntil(() -> left.far().input().length() == 5 && !left.far().isReadingEnabled());
        relay();
        rig.runUntil(() -> atServer.contains("end"));
        assertThat(inputOf(server)).isEqualTo("early");
        server.shutdownOutput();
        assertThat(end().oneToOther()).isEqualTo(5);
    }

    @Test
    void whatFailedBeforeTheRelayBreaksIt() {
        left.far().enableReading();
        List<Condition> seen = new ArrayList<>();
        left.far().onCondition((_, condition) -> seen.add(condition));
        client.option(StandardSocketOptions.SO_LINGER, 0);
        client.close();
        rig.runUntil(() -> !seen.isEmpty());
        relay();
        assertThat(end().reason()).isEqualTo(Relay.Reason.ONE_FAILED);
        rig.runUntil(() -> !atServer.isEmpty());
        assertThat(atServer).containsExactly("Connection reset");
    }

    @Test
    void closingResetsBoth() {
        Relay relay = relay();
        relay.close();
        relay.close();
        assertThat(end().reason()).isEqualTo(Relay.Reason.CLOSED);
        rig.runUntil(() -> !atClient.isEmpty() && !atServer.isEmpty());
        assertThat(atClient).containsExactly("Connection reset");
        assertThat(atServer).containsExactly("Connection reset");
    }

    @Test
    void lastBytesThatStallAreGivenUpAtTheDeadline() {
        relay();
        server.disableReading();
        client.output().add(new byte[100_000]);
        rig.run(Duration.ofSeconds(1));
        assertThat(right.near().unsent()).isPositive();
        client.option(StandardSocketOptions.SO_LINGER, 0);
        client.close();
        rig.run(Duration.ofSeconds(5));
        assertThat(end).as("within the deadline").isNull();
        rig.run(Duration.ofSeconds(30));
        assertThat(end().reason()).isEqualTo(Relay.Reason.ONE_FAILED);
    }

    @Test
    void itRefusesWhatItCannotCouple() {
        assertThatThrownBy(() -> Relay.between(client, client, DEADLINE, (_, _) -> {}))
                .hasMessage("need two buffer events of one base");
        assertThatThrownBy(() -> Relay.between(client, server, Duration.ZERO, (_, _) -> {}))
                .hasMessageContaining("need deadline > 0");
        left.far().close();
        right.near().close();
    }
}
