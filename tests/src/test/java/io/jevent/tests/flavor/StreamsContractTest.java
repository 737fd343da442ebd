package io.jevent.tests.flavor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.bufferevent.BlockingStreams;
import io.jevent.tests.flavor.BufferEventFlavor.Ends;
import io.jevent.tests.flavor.Threads.Worker;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every flavor of buffer event promises to those who block on it. */
@Tag("socket")
@Timeout(120)
class StreamsContractTest {
    @ParameterizedTest
    @EnumSource
    void bytesGoThereAndBackAndBothSeeTheEnd(BufferEventFlavor flavor) {
        byte[] bytes = new byte[flavor.isSlow() ? 2_000 : 300_000];
        new SplittableRandom(3).nextBytes(bytes);
        try (Ends ends = flavor.open()) {
            BlockingStreams near = ends.near().blockingStreams();
            BlockingStreams far = ends.far().blockingStreams();
            Worker<Long> echo = Threads.start(() -> {
                long count = far.input().transferTo(far.output());
                far.output().close();
                return count;
            });
            Worker<Void> writer = Threads.start(() -> {
                near.output().write(bytes);
                near.output().flush();
                near.output().close();
                return null;
            });
            Worker<byte[]> reader = Threads.start(near.input()::readAllBytes);
            assertThat(Arrays.mismatch(Threads.join(ends.rig(), reader), bytes)).isEqualTo(-1);
            Threads.join(ends.rig(), writer);
            assertThat(Threads.join(ends.rig(), echo)).isEqualTo(bytes.length);
            near.close();
            far.close();
            Threads.runUntil(
                    ends.rig(),
                    writer.result(),
                    () -> ends.near().isClosed() && ends.far().isClosed());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoWaitsIsToldWhenTheLoopClosesIt(BufferEventFlavor flavor) {
        try (Ends ends = flavor.open()) {
            BlockingStreams near = ends.near().blockingStreams();
            Worker<Integer> reader = Threads.start(near.input()::read);
            Worker<Void> writer = Threads.start(() -> {
                while (true) {
                    near.output().write(new byte[50_000]);
                }
            });
            Threads.awaitBlocked(ends.rig(), reader);
            Threads.awaitBlocked(ends.rig(), writer);
            ends.near().close();
            assertThatThrownBy(() -> Threads.join(ends.rig(), reader)).hasCauseInstanceOf(IOException.class);
            assertThatThrownBy(() -> Threads.join(ends.rig(), writer)).hasCauseInstanceOf(IOException.class);
        }
    }
}
