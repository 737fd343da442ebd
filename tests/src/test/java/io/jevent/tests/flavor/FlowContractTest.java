package io.jevent.tests.flavor;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferEventFlow;
import io.jevent.tests.flavor.BufferEventFlavor.Ends;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every flavor of buffer event promises to publishers and subscribers. */
@Tag("socket")
@Timeout(120)
class FlowContractTest {
    @ParameterizedTest
    @EnumSource
    void anEndSubscribedToItselfEchoesAndCloses(BufferEventFlavor flavor) {
        byte[] bytes = new byte[flavor.isSlow() ? 2_000 : 300_000];
        new SplittableRandom(9).nextBytes(bytes);
        try (Ends ends = flavor.open();
                EvBuffer all = ends.rig().base().newBuffer()) {
            BufferEventFlow.publisher(ends.far(), 1_000)
                    .subscribe(BufferEventFlow.subscriber(ends.far(), Duration.ofSeconds(100)));
            ends.near().write(bytes);
            ends.near().shutdownOutput();
            ends.near().onRead(near -> near.input().moveTo(all, Long.MAX_VALUE));
            ends.near().enableReading();
            ends.rig().runUntil(() -> all.length() == bytes.length);
            assertThat(Arrays.mismatch(all.removeAll(), bytes)).isEqualTo(-1);
            ends.near().close();
            ends.rig().runUntil(ends.far()::isClosed);
        }
    }
}
