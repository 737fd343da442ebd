package io.jevent.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.listener.PeerTable.Peer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is remembered of addresses, and for how long. */
class PeerTableTest {
    private static final long SECOND = 1_000_000_000;
    private static final long START = nearTheEnd(SECOND);

    private static long nearTheEnd(long nanos) {
        return Long.MAX_VALUE - nanos;
    }

    private static SocketAddress from(String host) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), 4711);
    }

    private static PeerTable tableOf(int maxCount) {
        return new PeerTable(maxCount, Optional.of(new AcceptRate(1, 2)), START);
    }

    private static Peer open(PeerTable table, String host, long presentNanos) {
        Peer peer = table.of(from(host), presentNanos);
        table.opened(peer, presentNanos);
        return peer;
    }

    @Test
    void ipv6AddressesOfOneNetworkAreOneAndIpv4OnesAreNot() {
        assertThat(PeerTable.keyOf(from("2001:db8:1:2::1"))).isEqualTo(PeerTable.keyOf(from("2001:db8:1:2:ffff::2")));
        assertThat(PeerTable.keyOf(from("2001:db8:1:2::1"))).isNotEqualTo(PeerTable.keyOf(from("2001:db8:1:3::1")));
        assertThat(PeerTable.keyOf(from("10.0.0.1"))).isNotEqualTo(PeerTable.keyOf(from("10.0.0.2")));
        assertThat(PeerTable.keyOf(from("::ffff:10.0.0.1"))).isEqualTo(PeerTable.keyOf(from("10.0.0.1")));
        assertThat(PeerTable.keyOf(from("0.0.0.0"))).isNotEqualTo(PeerTable.keyOf(from("::1")));
        assertThat(PeerTable.keyOf(UnixDomainSocketAddress.of("")))
                .isEqualTo(PeerTable.keyOf(UnixDomainSocketAddress.of("x")))
                .isNotEqualTo(PeerTable.keyOf(from("255.255.255.255")));
    }

    @Test
    void anAddressIsForgottenOnceItHasNoConnectionsAndItsTokensAreBack() {
        PeerTable table = tableOf(10);
        Peer first = open(table, "10.0.0.1", START);
        table.closed(first, START + SECOND / 2);
        assertThat(table.count()).as("half a token is missing").isEqualTo(1);
        assertThat(table.of(from("10.0.0.1"), START + SECOND / 2)).isSameAs(first);
        Peer second = open(table, "10.0.0.2", START + SECOND);
        assertThat(table.count()).as("only the second").isEqualTo(1);
        assertThat(second.openCount()).isEqualTo(1);
    }

    @Test
    void aFullTableForgetsTheOneThatHasBeenIdleForLongest() {
        PeerTable table = tableOf(2);
        Peer first = open(table, "10.0.0.1", START);
        Peer second = open(table, "10.0.0.2", START);
        table.closed(second, START);
        table.closed(first, START);
        Peer third = open(table, "10.0.0.3", START);
        assertThat(table.count()).isEqualTo(2);
        assertThat(table.of(from("10.0.0.1"), START)).isSameAs(first);
        assertThat(table.of(from("10.0.0.3"), START)).isSameAs(third);
        assertThat(third.openCount()).isEqualTo(1);
        assertThat(table.of(from("10.0.0.2"), START)).as("forgotten").isNotIn(first, second, third);
    }

    @Test
    void whereAllHaveConnectionsTheNewOnesShareTheLimitsOfOne() {
        PeerTable table = tableOf(1);
        Peer known = open(table, "10.0.0.1", START);
        Peer second = open(table, "10.0.0.2", START);
        Peer third = open(table, "10.0.0.3", START);
        assertThat(third).isSameAs(second).isNotSameAs(known);
        assertThat(third.openCount()).isEqualTo(2);
        assertThat(table.mayTake(third, START)).as("a burst of two").isFalse();
        table.closed(second, START);
        table.closed(third, START);
        assertThat(third.openCount()).isZero();
        assertThat(table.count()).isEqualTo(1);
    }
}
