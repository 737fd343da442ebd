package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.backend.AcceptedSocket;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A client, the proxy and the echo server, all in one simulated network. */
class TcpProxyTest {
    /** Everything that one client may see. */
    private static final class Client {
        final SocketBufferEvent bufferEvent;
        final List<Condition> conditions = new ArrayList<>();

        Client(LoopRig rig, InetSocketAddress address) {
            bufferEvent = SocketBufferEvent.create(rig.base());
            bufferEvent.onCondition((_, condition) -> conditions.add(condition));
            bufferEvent.enableReading();
            bufferEvent.connect(address);
        }

        boolean hasEnded() {
            return conditions.stream().anyMatch(it -> !(it instanceof Condition.Connected));
        }
    }

    private static ConnectionListener proxy(LoopRig rig, InetSocketAddress server) throws IOException {
        return TcpProxy.listen(rig.base(), rig.anyAddress(), server);
    }

    private static InetSocketAddress addressOf(ConnectionListener listener) {
        return (InetSocketAddress) listener.localAddress();
    }

    @Test
    void everyByteGoesThereAndBackAndTheEndFollowsItHoweverTheNetworkCutsThem() throws IOException {
        String text = "0123456789abcdef".repeat(10_000);
        for (long seed = 0; seed < 20; seed++) {
            try (LoopRig rig = LoopRig.simulated(seed, Faults.mild());
                    ConnectionListener server = EchoServer.listen(rig.base(), rig.anyAddress());
                    ConnectionListener proxy = proxy(rig, addressOf(server))) {
                Client client = new Client(rig, addressOf(proxy));
                client.bufferEvent.output().addAscii(text);
                client.bufferEvent.shutdownOutput();
                rig.runUntil(client::hasEnded);
                assertThat(client.bufferEvent.input().removeString(US_ASCII)).isEqualTo(text);
                assertThat(client.conditions).last().isInstanceOf(Condition.Eof.class);
                client.bufferEvent.close();
            }
        }
    }

    @Test
    void aServerThatIsNotThereEndsTheClientAtOnce() throws IOException {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none());
                ConnectionListener proxy =
                        proxy(rig, rig.network().orElseThrow().address(1))) {
            Client client = new Client(rig, addressOf(proxy));
            rig.run(Duration.ofSeconds(1));
            assertThat(client.hasEnded()).isTrue();
            client.bufferEvent.close();
        }
    }

    @Test
    void aSilentConnectionIsDroppedAfterFiveMinutesWhichPassAtOnce() throws IOException {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none());
                ConnectionListener server =
                        ConnectionListener.bind(rig.base(), rig.anyAddress(), (_, socket) -> sayNothing(rig, socket));
                ConnectionListener proxy = proxy(rig, addressOf(server))) {
            Client client = new Client(rig, addressOf(proxy));
            rig.run(Duration.ofMinutes(4));
            assertThat(client.hasEnded()).isFalse();
            rig.run(Duration.ofMinutes(2));
            assertThat(client.hasEnded()).isTrue();
            client.bufferEvent.close();
        }
    }

    private static void sayNothing(LoopRig rig, AcceptedSocket socket) {
        SocketBufferEvent patient = SocketBufferEvent.create(rig.base(), socket);
        patient.onCondition((it, _) -> it.close());
        patient.enableReading();
    }
}
