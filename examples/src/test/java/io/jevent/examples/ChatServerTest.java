package io.jevent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChatServerTest {
    private static LoopRig.Pair join(LoopRig rig, ChatServer server) {
        LoopRig.Pair pair = rig.connectedPair();
        server.join(pair.far());
        pair.near().enableReading();
        return pair;
    }

    private static String heard(LoopRig.Pair pair) {
        return pair.near().input().removeString(UTF_8);
    }

    @Test
    void everyoneHearsWhoJoinsSpeaksRenamesAndLeaves() {
        for (long seed = 0; seed < 20; seed++) {
            try (LoopRig rig = LoopRig.simulated(seed, Faults.mild())) {
                ChatServer server = new ChatServer(rig.base());
                LoopRig.Pair one = join(rig, server);
                LoopRig.Pair two = join(rig, server);
                one.near().output().addUtf8("hello\n/name Zoë\r\nit is me\n/quit\n");
                rig.run(Duration.ofSeconds(1));
                assertThat(heard(two))
                        .isEqualTo(
                                "guest2 has joined\nguest1: hello\nguest1 is now Zoë\nZoë: it is me\nZoë has left\n");
                assertThat(heard(one)).startsWith("guest1 has joined\n").endsWith("Zoë: it is me\n");
                assertThat(one.far().isClosed()).isTrue();
            }
        }
    }

    @Test
    void aMemberThatDoesNotReadHoldsUpNobodyAndIsToldWhatItMissed() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.mild())) {
            ChatServer server = new ChatServer(rig.base());
            LoopRig.Pair slow = join(rig, server);
            LoopRig.Pair fast = join(rig, server);
            slow.near().disableReading();
            long[] heardBytes = {0};
            fast.near().onRead(it -> heardBytes[0] += it.input().drain(Long.MAX_VALUE));
            for (int i = 0; i < 1000; i++) {
                fast.near().output().addAscii("x".repeat(500) + "\n");
            }
            rig.runUntil(() -> heardBytes[0] >= 1000 * 509);
            assertThat(slow.far().output().length()).isLessThan(65 * 1024);
            slow.near().enableReading();
            rig.runUntil(() -> slow.far().unsent() == 0);
            rig.run(Duration.ofSeconds(1));
            assertThat(heard(slow)).containsPattern("\\(you have missed \\d+\\)\n$");
        }
    }

    @Test
    void aMemberThatReadsNothingForAMinuteIsDropped() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.mild())) {
            ChatServer server = new ChatServer(rig.base());
            LoopRig.Pair slow = join(rig, server);
            LoopRig.Pair fast = join(rig, server);
            slow.near().disableReading();
            fast.near().output().addAscii(("x".repeat(500) + "\n").repeat(100));
            rig.run(Duration.ofSeconds(65));
            assertThat(slow.far().isClosed()).isTrue();
            assertThat(heard(fast)).endsWith("guest1 has left\n");
        }
    }

    @Test
    void anEndlessLineEndsTheMembership() {
        try (LoopRig rig = LoopRig.simulated(1, Faults.none())) {
            ChatServer server = new ChatServer(rig.base());
            LoopRig.Pair one = join(rig, server);
            one.near().output().addAscii("x".repeat(5000));
            rig.run(Duration.ofSeconds(1));
            assertThat(heard(one)).endsWith("that line is too long\n");
            assertThat(one.far().isClosed()).isTrue();
        }
    }
}
