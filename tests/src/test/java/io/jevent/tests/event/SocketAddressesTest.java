package io.jevent.tests.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.event.SocketAddresses;
import io.jevent.event.SocketPair;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses as text, and pairs of sockets. */
class SocketAddressesTest {
    @ParameterizedTest
    @CsvSource({"1.2.3.4, 1.2.3.4", "255.255.255.255, 255.255.255.255", "0.0.0.0, 0.0.0.0"})
    @Tag("parity") // regress_util.c: ipv4_parse
    void dottedQuadsAreRead(String text, String host) {
        assertThat(SocketAddresses.parseAddress(text).getHostAddress()).isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "1.2.3.04",
                "1.2.3.-4",
                "1.2.3.4x",
                "a.b.c.d",
                "1",
                "0x7f.0.0.1",
                " 1.2.3.4",
                "1.2.3.4 ",
                "localhost"
            })
    @Tag("parity") // regress_util.c: ipv4_parse
    void whatIsNoDottedQuadIsRefused(String text) {
        assertThatThrownBy(() -> SocketAddresses.parseAddress(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("need an IP address, got " + text);
    }

    @ParameterizedTest
    @CsvSource({
        "::, 0:0:0:0:0:0:0:0",
        "::1, 0:0:0:0:0:0:0:1",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
        "ffff::, ffff:0:0:0:0:0:0:0",
        "::1.2.3.4, 0:0:0:0:0:0:102:304",
        "a:b::c:d, a:b:0:0:0:0:c:d"
    })
    @Tag("parity") // regress_util.c: ipv6_parse
    void ipv6AddressesAreRead(String text, String host) {
        assertThat(SocketAddresses.parseAddress(text).getHostAddress()).isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "g::", "::1.2.3", "[::1]", "12345::"
            })
    @Tag("parity") // regress_util.c: ipv6_parse
    void whatIsNoIpv6AddressIsRefused(String text) {
        assertThatThrownBy(() -> SocketAddresses.parseAddress(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Tag("parity") // regress_util.c: ipv6_parse_scope
    void aScopeIsAnInterfaceOfThisMachine() throws IOException {
        NetworkInterface loopback = NetworkInterface.getByIndex(1);
        Inet6Address address = (Inet6Address) SocketAddresses.parseAddress("fe80::1%" + loopback.getIndex());
        assertThat(address.getScopeId()).isEqualTo(loopback.getIndex());
        assertThatThrownBy(() -> SocketAddresses.parseAddress("fe80::1%nosuchif"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "1.2.3.4, 1.2.3.4, 0",
        "1.2.3.4:80, 1.2.3.4, 80",
        "::1, 0:0:0:0:0:0:0:1, 0",
        "[::1], 0:0:0:0:0:0:0:1, 0",
        "[::1]:65535, 0:0:0:0:0:0:0:1, 65535"
    })
    @Tag("parity") // regress_util.c: sockaddr_port_parse
    void addressesWithAndWithoutPortsAreRead(String text, String host, int port) {
        InetSocketAddress address = SocketAddresses.parse(text);
        assertThat(address.getAddress().getHostAddress()).isEqualTo(host);
        assertThat(address.getPort()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.2.3.4:",
                "1.2.3.4:0",
                "1.2.3.4:65536",
                "1.2.3.4:x",
                "1.2.3.4:-1",
                "1.2.3.4:+80",
                ":80",
                "[::1",
                "::1]",
                "[::1]x",
                "[::1]:",
                "[1.2.3.4]:80",
                "[]:80",
                "[::1]:80:90",
                "1.2.3.4:٨٠",
                "[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]:80"
            })
    @Tag("parity") // regress_util.c: sockaddr_port_parse
    void malformedAddressesAndPortsAreRefused(String text) {
        assertThatThrownBy(() -> SocketAddresses.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.3.4:80", "1.2.3.4", "[::1]:80", "::1", "::", "1::8", "fe80:0:1::2", "1:2:3:4:5:6:7:8"})
    @Tag("parity") // regress_util.c: sockaddr_port_format
    void whatIsWrittenCanBeReadAgain(String text) {
        assertThat(SocketAddresses.format(SocketAddresses.parse(text))).isEqualTo(text);
    }

    @Test
    void anUnresolvedAddressCannotBeWritten() {
        assertThatThrownBy(() -> SocketAddresses.format(InetSocketAddress.createUnresolved("host.invalid", 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Tag("socket")
    void aPairOfSocketsIsConnected() throws IOException {
        try (SocketPair pair = SocketPair.open()) {
            pair.first().write(ByteBuffer.wrap(new byte[] {42}));
            ByteBuffer read = ByteBuffer.allocate(2);
            assertThat(pair.second().read(read)).isEqualTo(1);
            pair.second().write(read.flip());
            assertThat(pair.first().read(ByteBuffer.allocate(2))).isEqualTo(1);
            pair.first().shutdownOutput();
            assertThat(pair.second().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "::ffff:010.2.3.4",
                "::1.2.3",
                "::ffff:1.2",
                "::1%",
                "fe80::1%",
                "::00001",
                "1::2::3",
                ":::",
                ":1",
                "::1%99999",
                "::ffff:0x1.2.3.4",
                "::1/64",
                "%lo",
                "::%"
            })
    void whatIsNearlyAnAddressIsRefused(String text) {
        assertThatThrownBy(() -> SocketAddresses.parseAddress(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
