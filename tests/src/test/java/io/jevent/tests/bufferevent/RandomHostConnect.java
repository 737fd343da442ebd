package io.jevent.tests.bufferevent;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.ConnectPacing;
import io.jevent.bufferevent.SocketBufferEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** A connect by name in which everything is left to chance: what the name has, how addresses behave, when it is given up. */
final class RandomHostConnect {
    private static final List<String> ADDRESSES =
            List.of(HostConnectCase.SIX_A, HostConnectCase.SIX_B, HostConnectCase.FOUR_A, HostConnectCase.FOUR_B);

    private final HostConnectCase test;
    private final SplittableRandom random;
    private int conditionCount;

    RandomHostConnect(HostConnectCase test, SplittableRandom random) {
        this.test = test;
        this.random = random;
    }

    void run() {
        ADDRESSES.forEach(this::decide);
        ScriptedResolver resolver = script();
        SocketBufferEvent client = SocketBufferEvent.create(test.rig.base());
        client.onCondition((self, condition) -> {
            boolean isFirst = conditionCount++ == 0;
            assertThat(isFirst || !(condition instanceof Condition.Connected)).isTrue();
            if (random.nextInt(4) == 0) {
                self.close();
            }
        });
        client.timeouts(Duration.ZERO, Duration.ofMillis(random.nextInt(1, 2_000)));
        client.connect(
                resolver,
                HostConnectCase.HOST,
                HostConnectCase.PORT,
                new ConnectPacing(
                        Duration.ofMillis(random.nextInt(100)),
                        Duration.ofMillis(random.nextInt(10, 300)),
                        random.nextInt(1, 6)));
        boolean givesUp = random.nextInt(3) == 0;
        test.runMillis(givesUp ? random.nextInt(1_000) : 10_000);
        if (!givesUp) {
            assertThat(conditionCount).as("outcomes").isPositive();
        }
        end(client);
    }

    private void decide(String literal) {
        switch (random.nextInt(5)) {
            case 0 -> test.network.ignores(HostConnectCase.ip(literal));
            case 1 -> test.network.refuses(HostConnectCase.ip(literal), "Network is unreachable");
            case 2 -> test.network.delays(HostConnectCase.ip(literal), Duration.ofMillis(random.nextInt(600)));
            default -> test.serve(literal);
        }
    }

    private ScriptedResolver script() {
        ScriptedResolver resolver = new ScriptedResolver(test.network);
        resolver.isUnruly = random.nextInt(4) == 0;
        int answers = random.nextInt(1, 4);
        for (int i = 0; i < answers; i++) {
            String[] found = random.ints(random.nextInt(4), 0, ADDRESSES.size())
                    .mapToObj(ADDRESSES::get)
                    .toArray(String[]::new);
            switch (random.nextInt(4)) {
                case 0 -> resolver.findsLast(random.nextInt(400), found);
                case 1 -> resolver.fails(random.nextInt(400), new IOException("SERVFAIL"));
                default -> resolver.finds(random.nextInt(400), found);
            }
        }
        return resolver;
    }

    private void end(SocketBufferEvent client) {
        client.close();
        try {
            for (AutoCloseable it : test.made) {
                it.close();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        test.made.clear();
        test.runMillis(2_000); // What is under way on the network comes to its end.
        try {
            for (AutoCloseable it : test.made) {
                it.close();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        test.made.clear();
    }
}
