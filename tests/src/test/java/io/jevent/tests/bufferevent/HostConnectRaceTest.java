package io.jevent.tests.bufferevent;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.ConnectPacing;
import io.jevent.bufferevent.SocketBufferEvent;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Which address a connect by name tries when, and which one wins. */
class HostConnectRaceTest extends HostConnectCase {
    @Test
    void familiesTakeTurnsBeginningWithIpv6WhateverTheOrderOfTheAnswer() {
        ignored(SIX_A, SIX_B, FOUR_A, FOUR_B);
        resolver.findsLast(7, FOUR_A, FOUR_B, SIX_A, SIX_B);
        connecting();
        runMillis(5_000);
        assertThat(tried()).containsExactly("7 " + SIX_A, "257 " + FOUR_A, "507 " + SIX_B, "757 " + FOUR_B);
        assertThat(log).isEmpty();
    }

    @Test
    void theNextAddressIsTriedAtOnceWhenTheOneBeforeFails() {
        serve(FOUR_A);
        network.refuses(ip(SIX_A), "Network is unreachable");
        resolver.findsLast(0, SIX_A, FOUR_A);
        connecting();
        runMillis(1_000);
        assertThat(log).containsExactlyInAnyOrder("accepted by 192.0.2.1 after 0", "Connected");
    }

    @Test
    void theNextAddressIsTriedAfterTheAttemptDelayToTheNanosecondAndTheLoserIsClosed() {
        serve(FOUR_A);
        ignored(SIX_A);
        resolver.findsLast(0, SIX_A, FOUR_A);
        SocketBufferEvent client = client();
        client.connect(resolver, HOST, PORT, new ConnectPacing(Duration.ZERO, Duration.ofNanos(10_000_001), 16));
        runMillis(1_000);
        assertThat(log).containsExactlyInAnyOrder("accepted by 192.0.2.1 after 10000001", "Connected");
        assertThat(network.openCount()).as("the listener and two ends").isEqualTo(3);
        assertThat(client.remoteAddress().orElseThrow()).hasToString("/192.0.2.1:80");
    }

    @Test
    void ipv4ThatComesFirstWaitsForIpv6ToTheNanosecond() {
        serve(FOUR_A);
        resolver.finds(0, FOUR_A);
        SocketBufferEvent client = client();
        client.connect(
                resolver, HOST, PORT, new ConnectPacing(Duration.ofNanos(50_000_001), Duration.ofMillis(250), 16));
        runMillis(1_000);
        assertThat(log).containsExactlyInAnyOrder("accepted by 192.0.2.1 after 50000001", "Connected");
        assertThat(resolver.log).containsExactly("resolve example.org", "cancel example.org");
    }

    @Test
    void ipv6ThatComesWithinTheResolutionDelayIsTriedFirst() {
        ignored(SIX_A, FOUR_A);
        resolver.finds(0, FOUR_A).findsLast(49, SIX_A);
        connecting();
        runMillis(1_000);
        assertThat(tried()).containsExactly("49 " + SIX_A, "299 " + FOUR_A);
    }

    @Test
    void ipv6ThatComesLaterTakesItsTurn() {
        ignored(SIX_A, SIX_B, FOUR_A, FOUR_B);
        resolver.finds(0, FOUR_A, FOUR_B).findsLast(100, SIX_A, SIX_B);
        connecting();
        runMillis(2_000);
        assertThat(tried()).containsExactly("50 " + FOUR_A, "300 " + SIX_A, "550 " + FOUR_B, "800 " + SIX_B);
    }

    @Test
    void moreIpv4AddressesDoNotProlongTheWaitForIpv6() {
        ignored(FOUR_A, FOUR_B);
        resolver.finds(0, FOUR_A).finds(30, FOUR_B);
        connecting();
        runMillis(1_000);
        assertThat(tried()).containsExactly("50 " + FOUR_A, "300 " + FOUR_B);
    }

    @Test
    void whatAResolverFindsAfterItsLastAnswerIsNotTried() {
        ignored(FOUR_A, FOUR_B);
        resolver.findsLast(0, FOUR_A).finds(10, FOUR_B);
        connecting();
        runMillis(1_000);
        assertThat(tried()).containsExactly("0 " + FOUR_A);
    }

    @Test
    void theWaitForIpv6EndsWhenThereIsNone() {
        ignored(FOUR_A);
        resolver.finds(0, FOUR_A).findsLast(20);
        connecting();
        runMillis(1_000);
        assertThat(tried()).containsExactly("20 " + FOUR_A);
    }

    @Test
    void theWaitForIpv6EndsWhenTheLookupFails() {
        serve(FOUR_A);
        resolver.finds(0, FOUR_A).fails(20, new IOException("SERVFAIL"));
        connecting();
        runMillis(1_000);
        assertThat(log).containsExactlyInAnyOrder("accepted by 192.0.2.1 after 20000000", "Connected");
    }

    @Test
    void ipv6AloneDoesNotWaitAndAddressesThatComeWhenTheirTurnIsOverdueAreTriedAtOnce() {
        ignored(SIX_A, FOUR_A);
        resolver.finds(0, SIX_A).findsLast(400, FOUR_A);
        connecting();
        runMillis(1_000);
        assertThat(tried()).containsExactly("0 " + SIX_A, "400 " + FOUR_A);
    }

    @Test
    void addressesThatComeAfterAllOthersHaveFailedAreTriedAtOnce() {
        serve(FOUR_A);
        network.refuses(ip(SIX_A), "Connection refused");
        resolver.finds(0, SIX_A).finds(100, FOUR_A);
        connecting();
        runMillis(1_000);
        assertThat(log).containsExactlyInAnyOrder("accepted by 192.0.2.1 after 100000000", "Connected");
    }

    @Test
    void theFirstToConnectWinsEvenIfALaterOneWasUnderWay() {
        serve(SIX_A);
        serve(FOUR_A);
        network.delays(ip(SIX_A), Duration.ofMillis(300));
        network.delays(ip(FOUR_A), Duration.ofMillis(100));
        resolver.findsLast(0, SIX_A, FOUR_A);
        connecting();
        runMillis(1_000);
        assertThat(log).containsExactlyInAnyOrder("accepted by 2001:db8::a after 300000000", "Connected");
        assertThat(tried()).containsExactly("0 " + SIX_A, "250 " + FOUR_A);
    }

    @Test
    void aLaterOneThatConnectsFirstWins() {
        serve(SIX_A);
        serve(FOUR_A);
        network.delays(ip(SIX_A), Duration.ofMillis(300));
        resolver.findsLast(0, SIX_A, FOUR_A);
        connecting();
        runMillis(1_000);
        assertThat(log).containsExactlyInAnyOrder("accepted by 192.0.2.1 after 250000000", "Connected");
    }

    @Test
    void twoThatConnectInTheSameTurnGiveOneConnection() {
        serve(SIX_A);
        serve(FOUR_A);
        network.delays(ip(SIX_A), Duration.ofMillis(250));
        resolver.findsLast(0, SIX_A, FOUR_A);
        SocketBufferEvent client = connecting();
        runMillis(1_000);
        assertThat(log.stream().filter("Connected"::equals)).hasSize(1);
        client.close();
        runMillis(1);
        assertThat(network.openCount()).as("the listeners").isEqualTo(2);
    }

    @Test
    void theFailureOfAnEarlierAttemptDoesNotHurryTheNext() {
        ignored(FOUR_A, SIX_B);
        network.delays(ip(SIX_A), Duration.ofMillis(300));
        network.refuses(ip(SIX_A), "Connection refused");
        resolver.findsLast(0, SIX_A, SIX_B, FOUR_A);
        connecting();
        runMillis(1_000);
        assertThat(tried()).containsExactly("0 " + SIX_A, "250 " + FOUR_A, "500 " + SIX_B);
    }

    @Test
    void noMoreAddressesAreTriedThanAllowedAndNoneTwice() {
        ignored(SIX_A, SIX_B, FOUR_A, FOUR_B);
        resolver.finds(0, SIX_A, SIX_A, FOUR_A).finds(1, SIX_A, FOUR_A, SIX_B).findsLast(300, FOUR_A, FOUR_B);
        client().connect(resolver, HOST, PORT, new ConnectPacing(Duration.ZERO, Duration.ofMillis(100), 3));
        runMillis(5_000);
        assertThat(tried()).containsExactly("0 " + SIX_A, "100 " + FOUR_A, "200 " + SIX_B);
    }

    @Test
    void optionsSetMeanwhileHoldForSocketsUnderWayAndLaterOnes() {
        serve(SIX_A);
        serve(FOUR_A);
        for (String winner : new String[] {SIX_A, FOUR_A}) {
            network.delays(ip(SIX_A), Duration.ofMillis(winner.equals(SIX_A) ? 200 : 500));
            ScriptedResolver both = new ScriptedResolver(network).findsLast(0, SIX_A, FOUR_A);
            SocketBufferEvent client = client();
            client.connect(both, HOST, PORT, ConnectPacing.DEFAULT);
            runMillis(100);
            client.option(StandardSocketOptions.SO_KEEPALIVE, true);
            runMillis(1_000);
            assertThat(client.option(StandardSocketOptions.SO_KEEPALIVE))
                    .as(winner)
                    .isTrue();
        }
    }
}
