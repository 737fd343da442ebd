package io.jevent.tests.backend;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.EvBuffer;
import io.jevent.testkit.LoopRig;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** While the system sends from a buffer's memory, nobody can take that away. */
@Tag("socket")
@Timeout(60)
class SendingBufferTest {
    private static final int MANY_BYTES = 8 << 20;

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the first bytes of this buffer are being sent");
    }

    @Test
    void itsStartStaysAsItIsEvenUnfrozenUntilItIsSent() {
        byte[] bytes = new byte[MANY_BYTES];
        new SplittableRandom(1).nextBytes(bytes);
        try (LoopRig rig = BackendUnderTest.IO_URING.open()) {
            LoopRig.Pair pair = rig.connectedPair();
            EvBuffer output = pair.near().output();
            output.add(bytes);
            rig.run(Duration.ofMillis(5)); // Until the socket has no room.
            assertThat(output.length()).isPositive();
            output.unfreeze(EvBuffer.End.START);
            assertRefused(() -> output.drain(1));
            assertRefused(output::removeAll);
            assertRefused(() -> output.prepend(new byte[1]));
            assertRefused(() -> output.pullUp(output.length()));
            assertRefused(() -> output.moveTo(pair.far().output(), 1));
            assertRefused(output::close);
            output.freeze(EvBuffer.End.START);
            output.addAscii("the end");
            pair.far().enableReading();
            rig.runUntil(() -> pair.far().input().length() == MANY_BYTES + 7);
            assertThat(Arrays.mismatch(bytes, Arrays.copyOf(pair.far().input().removeAll(), MANY_BYTES)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void onceSentItsStartIsFree() {
        try (LoopRig rig = BackendUnderTest.IO_URING.open()) {
            LoopRig.Pair pair = rig.connectedPair();
            EvBuffer output = pair.near().output();
            output.addAscii("first");
            pair.far().enableReading();
            rig.runUntil(() -> pair.far().input().length() == 5);
            rig.runUntil(output::isEmpty);
            output.addAscii("second");
            output.unfreeze(EvBuffer.End.START);
            assertThat(output.removeString(US_ASCII)).isEqualTo("second");
        }
    }
}
