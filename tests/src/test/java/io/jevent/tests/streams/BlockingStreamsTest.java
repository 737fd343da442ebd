package io.jevent.tests.streams;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.bufferevent.BlockingStreams;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.flavor.Threads;
import io.jevent.tests.flavor.Threads.Worker;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What blocking streams do beside moving bytes: pausing, timing out, failing, being interrupted and closed. */
@Timeout(120)
class BlockingStreamsTest {
    private final LoopRig rig = LoopRig.simulated(11, Faults.none());
    private final LoopRig.Pair pair = rig.connectedPair();
    private final SocketBufferEvent near = pair.near();
    private final SocketBufferEvent far = pair.far();

    @AfterEach
    void nothingIsLeft() {
        rig.close();
    }

    private static void assertFails(LoopRig rig, Worker<?> worker, Class<? extends Throwable> as, String message) {
        assertThatThrownBy(() -> Threads.join(rig, worker))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isExactlyInstanceOf(as)
                .hasMessageContaining(message);
    }

    /** What another thread reads. */
    private int next(InputStream input) {
        return Threads.join(rig, Threads.start(input::read));
    }

    private int available(InputStream input) {
        return Threads.join(rig, Threads.start(input::available));
    }

    /** Lets pass what is under way. */
    private void settle() {
        rig.run(Duration.ofSeconds(1));
    }

    @Test
    void readingPausesAtTheHighMarkAndGoesOnAtHalf() {
        InputStream input = near.blockingStreams().input();
        far.write(new byte[300_000]);
        settle();
        assertThat(far.unsent() > 0 || near.isReadingEnabled()).isTrue();
        int held = Threads.join(rig, Threads.start(input::available));
        assertThat(held).isBetween(32 * 1024 + 1, BlockingStreams.DEFAULT_HIGH_BYTES);
        assertThat(near.isReadingEnabled()).isFalse();
        assertThat(near.input().isEmpty()).isTrue();
        Threads.join(rig, Threads.start(() -> input.readNBytes(held - 32 * 1024 - 1)));
        settle();
        assertThat(near.isReadingEnabled()).as("more than half is held").isFalse();
        Threads.join(rig, Threads.start(input::read));
        settle();
        assertThat(available(input)).isGreaterThan(32 * 1024);
        assertThat(Threads.join(rig, Threads.start(() -> input.skip(10)))).isEqualTo(10);
    }

    @Test
    void theHighMarkIsTheInputsWhereThatHasOne() {
        near.inputWatermark(new Watermark(0, 100));
        far.write(new byte[1000]);
        BlockingStreams streams = near.blockingStreams();
        settle();
        assertThat(available(streams.input())).isBetween(51, 100);
        assertThat(Threads.join(rig, Threads.start(() -> streams.input().readNBytes(1000))))
                .hasSize(1000);
    }

    @Test
    void whatWaitedBeforeIsReadFirst() {
        far.output().addAscii("early");
        near.enableReading();
        settle();
        assertThat(near.input().length()).isEqualTo(5);
        BlockingStreams streams = near.blockingStreams();
        assertThat(near.blockingStreams()).isSameAs(streams);
        far.shutdownOutput();
        byte[] all = Threads.join(rig, Threads.start(streams.input()::readAllBytes));
        assertThat(new String(all, US_ASCII)).isEqualTo("early");
        assertThat(next(streams.input())).as("again").isEqualTo(-1);
        assertThat(Threads.join(rig, Threads.start(() -> streams.input().skip(1))))
                .isZero();
    }

    @Test
    void theyHaveTheCallbacksAndTheLoopDoesNotBlockOnThem() {
        BlockingStreams streams = near.blockingStreams();
        assertThatThrownBy(() -> near.onRead(_ -> {})).hasMessageContaining("streams");
        assertThatThrownBy(streams.input()::read)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("block the loop");
        assertThatThrownBy(() -> streams.output().write(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(streams.output()::flush).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> streams.input().transferTo(streams.output()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void silenceWhileSomebodyReadsIsATimeoutAndTheStreamGoesOn() {
        InputStream input = near.blockingStreams().input();
        near.timeouts(Duration.ofSeconds(5), Duration.ZERO);
        rig.run(Duration.ofSeconds(60)); // Nobody reads.
        far.output().addAscii("x");
        assertThat(next(input)).isEqualTo('x');
        assertFails(rig, Threads.start(input::read), SocketTimeoutException.class, "in time");
        far.output().addAscii("y");
        assertThat(next(input)).isEqualTo('y');
    }

    @Test
    void outputThatDoesNotLeaveInTimeIsATimeoutAndTheStreamGoesOn() {
        OutputStream output = near.blockingStreams().output();
        near.timeouts(Duration.ZERO, Duration.ofSeconds(5));
        Worker<Void> writer = Threads.start(() -> {
            while (true) {
                output.write(new byte[50_000]);
            }
        });
        assertFails(rig, writer, SocketTimeoutException.class, "did not leave in time");
        far.enableReading();
        settle();
        Threads.join(rig, Threads.start(() -> {
            output.flush();
            return null;
        }));
        assertThat(near.unsent()).isZero();
    }

    @Test
    void aFailureComesAfterTheBytesWithItsCauseAndTheReadersStack() {
        PairBufferEvent one = PairBufferEvent.create(rig.base());
        PairBufferEvent other = one.partner().orElseThrow();
        BlockingStreams streams = one.blockingStreams();
        other.output().addAscii("ab");
        settle();
        other.close(); // which ends the input first
        assertThat(new String(Threads.join(rig, Threads.start(streams.input()::readAllBytes)), US_ASCII))
                .isEqualTo("ab");
        Worker<Void> writer = Threads.start(() -> {
            while (true) {
                streams.output().write(1);
            }
        });
        assertThatThrownBy(() -> Threads.join(rig, writer))
                .cause()
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("the other end of the pair is closed")
                .hasStackTraceContaining("aFailureComesAfter")
                .hasCauseExactlyInstanceOf(IOException.class);
        one.close();
    }

    @Test
    void anInterruptEndsTheWaitAndNotTheStream() {
        BlockingStreams streams = near.blockingStreams();
        Worker<Boolean> reader = Threads.start(() -> {
            assertThatThrownBy(streams.input()::read).isInstanceOf(InterruptedIOException.class);
            return Thread.currentThread().isInterrupted();
        });
        Threads.awaitBlocked(rig, reader);
        reader.thread().interrupt();
        assertThat(Threads.join(rig, reader)).as("still interrupted").isTrue();
        far.output().addAscii("z");
        assertThat(next(streams.input())).isEqualTo('z');

        byte[] much = new byte[3_000_000];
        Worker<Integer> writer = Threads.start(() -> {
            try {
                streams.output().write(much);
                return much.length;
            } catch (InterruptedIOException e) {
                return e.bytesTransferred;
            }
        });
        Threads.awaitBlocked(rig, writer);
        writer.thread().interrupt();
        int written = Threads.join(rig, writer);
        assertThat(written).isBetween(1, much.length - 1);
        far.enableReading();
        rig.runUntil(() -> far.input().length() == written);
    }

    @Test
    void flushWaitsUntilEverythingHasLeft() {
        BlockingStreams streams = near.blockingStreams();
        Worker<Void> flusher = Threads.start(() -> {
            streams.output().write(new byte[50_000]);
            streams.output().write(new byte[3_000]);
            streams.output().flush();
            return null;
        });
        Threads.join(rig, flusher);
        assertThat(near.unsent()).isZero();
        near.disableWriting();
        Worker<Void> blocked = Threads.start(() -> {
            streams.output().write(1);
            streams.output().flush();
            return null;
        });
        Threads.awaitBlocked(rig, blocked);
        settle();
        assertThat(blocked.result().isDone()).isFalse();
        near.enableWriting();
        Threads.join(rig, blocked);
        Threads.join(rig, Threads.start(() -> {
            streams.output().flush(); // Nothing since; the loop is not asked.
            return null;
        }));
    }

    @Test
    void closingTheInputThrowsAwayWhatStillComes() {
        BlockingStreams streams = near.blockingStreams();
        Worker<Integer> reader = Threads.start(streams.input()::read);
        Threads.awaitBlocked(rig, reader);
        closeElsewhere(streams.input());
        assertFails(rig, reader, IOException.class, "input is closed");
        far.write(new byte[500_000]);
        rig.runUntil(() -> far.unsent() == 0);
        assertFails(rig, Threads.start(streams.input()::available), IOException.class, "input is closed");
    }

    @Test
    void closingTheInputWhileItIsPausedReadsOn() {
        BlockingStreams streams = near.blockingStreams();
        far.write(new byte[500_000]);
        settle();
        closeElsewhere(streams.input());
        rig.runUntil(() -> far.unsent() == 0);
    }

    @Test
    void closingTheOutputEndsItBehindWhatWasWritten() {
        BlockingStreams streams = near.blockingStreams();
        Threads.join(rig, Threads.start(() -> {
            streams.output().write("end".getBytes(US_ASCII));
            streams.output().close();
            assertThatThrownBy(() -> streams.output().write(1)).hasMessage("the output is closed");
            assertThatThrownBy(streams.output()::flush).hasMessage("the output is closed");
            return null;
        }));
        boolean[] ended = new boolean[1];
        far.onCondition((_, condition) -> ended[0] = condition instanceof Condition.Eof);
        far.enableReading();
        rig.runUntil(() -> ended[0]);
        assertThat(far.input().removeString(US_ASCII)).isEqualTo("end");
        assertThat(near.isClosed()).isFalse();
        closeElsewhere(streams.input());
        far.close();
        rig.runUntil(near::isClosed);
    }

    @Test
    void closingSendsWhatWasWritten() {
        BlockingStreams streams = near.blockingStreams();
        Threads.join(rig, Threads.start(() -> {
            streams.output().write(new byte[60_000]);
            streams.close();
            streams.close();
            return null;
        }));
        far.enableReading();
        rig.runUntil(() -> far.input().length() == 60_000);
        far.close();
        rig.runUntil(near::isClosed);
    }

    @Test
    void closingNowDropsWhatIsUnsent() {
        BlockingStreams streams = near.blockingStreams();
        near.disableWriting();
        Threads.join(rig, Threads.start(() -> {
            streams.output().write(new byte[60_000]);
            streams.closeNow();
            return null;
        }));
        rig.runUntil(near::isClosed);
        far.enableReading();
        settle();
        assertThat(far.input().isEmpty()).isTrue();
    }

    @Test
    void closingTheBaseTellsWhoWaits() throws Exception {
        BlockingStreams streams = near.blockingStreams();
        far.write(new byte[100_000]);
        Worker<Long> reader = Threads.start(() -> streams.input().transferTo(OutputStream.nullOutputStream()));
        Worker<Void> writer = Threads.start(() -> {
            while (true) {
                streams.output().write(new byte[50_000]);
            }
        });
        Threads.awaitBlocked(rig, writer);
        Threads.awaitBlocked(rig, reader);
        rig.base().close();
        for (FutureTask<?> result : new FutureTask<?>[] {reader.result(), writer.result()}) {
            assertThatThrownBy(result::get).hasCauseInstanceOf(IOException.class);
        }
        assertThatThrownBy(streams.input()::read).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> streams.output().write(1)).isInstanceOf(IOException.class);
    }

    private void closeElsewhere(AutoCloseable stream) {
        Threads.join(rig, Threads.start(() -> {
            stream.close();
            return null;
        }));
    }
}
