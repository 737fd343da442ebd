package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.listener.ConnectionListener;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SwitchboardTest {
    private static SocketBufferEvent caller(LoopRig rig, ConnectionListener board, String says) {
        SocketBufferEvent caller = SocketBufferEvent.create(rig.base());
        caller.onCondition((_, _) -> {});
        caller.enableReading();
        caller.connect(board.localAddress());
        caller.output().addAscii(says);
        rig.run(Duration.ofSeconds(1));
        return caller;
    }

    @Test
    void everyTwoCallersTalkToEachOther() throws Exception {
        try (LoopRig rig = LoopRig.simulated(3, Faults.mild());
                ConnectionListener board = Switchboard.listen(rig.base(), rig.anyAddress());
                SocketBufferEvent one = caller(rig, board, "one");
                SocketBufferEvent two = caller(rig, board, "two");
                SocketBufferEvent three = caller(rig, board, "three")) {
            assertThat(one.input().removeString(US_ASCII)).isEqualTo("two");
            assertThat(two.input().removeString(US_ASCII)).isEqualTo("one");
            assertThat(three.input().length()).isZero();
            one.shutdownOutput();
            two.output().addAscii("after the end");
            two.shutdownOutput();
            three.shutdownOutput();
            rig.run(Duration.ofSeconds(1));
            assertThat(one.input().removeString(US_ASCII)).isEqualTo("after the end");
        }
    }

    @Test
    void whoHangsUpWhileWaitingIsForgotten() throws Exception {
        try (LoopRig rig = LoopRig.simulated(3, Faults.none());
                ConnectionListener board = Switchboard.listen(rig.base(), rig.anyAddress())) {
            caller(rig, board, "nobody hears this").close();
            rig.run(Duration.ofSeconds(1));
            try (SocketBufferEvent two = caller(rig, board, "two");
                    SocketBufferEvent three = caller(rig, board, "three")) {
                assertThat(two.input().removeString(US_ASCII)).isEqualTo("three");
                assertThat(three.input().removeString(US_ASCII)).isEqualTo("two");
                two.shutdownOutput();
                three.shutdownOutput();
                rig.run(Duration.ofSeconds(1));
            }
        }
    }
}
