package io.jevent.tests.bufferevent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.ConnectPacing;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import io.jevent.testkit.SimulatedNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** A case about connecting by name, on a network with four addresses; closing the rig fails if anything is left over. */
abstract class HostConnectCase {
    static final String SIX_A = "2001:db8::a";
    static final String SIX_B = "2001:db8::b";
    static final String FOUR_A = "192.0.2.1";
    static final String FOUR_B = "192.0.2.2";
    static final String HOST = "example.org";
    static final int PORT = 80;

    LoopRig rig = LoopRig.simulated(1, Faults.none());
    SimulatedNetwork network = rig.network().orElseThrow();
    ScriptedResolver resolver = new ScriptedResolver(network);
    final List<String> log = new ArrayList<>();

    /** What servers have got. */
    final StringBuilder received = new StringBuilder();

    final List<AutoCloseable> made = new ArrayList<>();

    final void on(Faults faults) {
        rig.close();
        rig = LoopRig.simulated(1, faults);
        network = rig.network().orElseThrow();
        resolver = new ScriptedResolver(network);
    }

    @AfterEach
    void nothingIsLeftOver() throws Exception {
        for (AutoCloseable it : made) {
            it.close();
        }
        rig.close();
    }

    static InetAddress ip(String literal) {
        return InetAddress.ofLiteral(literal);
    }

    void ignored(String... literals) {
        for (String literal : literals) {
            network.ignores(ip(literal));
        }
    }

    /** Serves an address: what comes is collected, and a connection is closed when its peer ends. */
    void serve(String literal) {
        try {
            made.add(ConnectionListener.bind(
                    rig.base(), new InetSocketAddress(ip(literal), PORT), (listener, socket) -> {
                        log.add("accepted by " + literal + " after "
                                + network.clock().elapsed().toNanos());
                        SocketBufferEvent far = SocketBufferEvent.create(rig.base(), socket);
                        made.add(far);
                        far.onRead(self -> received.append(self.input().removeString(US_ASCII)));
                        far.onCondition((self, condition) -> self.close());
                        far.enableReading();
                    }));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    SocketBufferEvent client(BufferEventOption... options) {
        SocketBufferEvent client = SocketBufferEvent.create(rig.base(), options);
        made.add(client);
        client.onCondition((self, condition) -> log.add(BufferEventCase.nameOf(condition)));
        return client;
    }

    SocketBufferEvent connecting(BufferEventOption... options) {
        SocketBufferEvent client = client(options);
        connect(client);
        return client;
    }

    void connect(SocketBufferEvent client) {
        client.connect(resolver, HOST, PORT, ConnectPacing.DEFAULT);
    }

    void runMillis(long millis) {
        rig.run(Duration.ofMillis(millis));
    }

    /** The connects begun so far, as "millis address". */
    List<String> tried() {
        List<String> tried = new ArrayList<>();
        for (String line : network.trace()) {
            int at = line.indexOf(" us: connect ");
            if (at >= 0) {
                String target = line.substring(line.indexOf('>') + 1);
                String address = target.substring(target.indexOf('/') + 1, target.lastIndexOf(':'));
                long micros = Long.parseLong(line.substring(0, at));
                assertThat(micros % 1000).as(line).isZero();
                tried.add(micros / 1000 + " "
                        + address.replace("[", "").replace("]", "").replace(":0:0:0:0:0:", "::"));
            }
        }
        return tried;
    }

    Condition failureOf(SocketBufferEvent client) {
        Condition[] seen = new Condition[1];
        client.onCondition((self, condition) -> {
            assertThat(seen[0]).as("one condition").isNull();
            seen[0] = condition;
        });
        runMillis(60_000);
        return seen[0];
    }
}
