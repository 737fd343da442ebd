package io.jevent.tests.bufferevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Transport;
import io.jevent.buffer.BufferPool;
import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.RemoteBufferEvent;
import io.jevent.bufferevent.RemoteResult;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.event.EventCount;
import io.jevent.testkit.ScriptedBackend;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A buffer event as other threads see it: what is taken, when it leaves, how it ends. */
class RemoteBufferEventTest extends BufferEventCase {
    private static final int KIB = 1024;

    private final long bytesBefore = BufferPool.shared().bytesInUse();

    /** The base may be closed in the case; then nothing is left in any case. */
    @AfterEach
    void allMemoryIsBack() {
        base.close();
        assertThat(BufferPool.shared().bytesInUse()).isEqualTo(bytesBefore);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Runs something on another thread and waits for it. */
    private static void elsewhere(Runnable work) {
        CompletableFuture.runAsync(work, task -> Thread.ofPlatform().start(task))
                .join();
    }

    /** Runs the loop until it waits for nothing but the view, for a second of its own time. */
    private void turns() {
        Event.once(base, Duration.ofSeconds(1), (_, _) -> base.exit());
        base.dispatch();
    }

    /** A connected buffer event whose peer takes nothing and whose output is above its high mark. */
    private RemoteBufferEvent stalled(SocketBufferEvent bufferEvent) {
        peer().window(0);
        bufferEvent.write(new byte[64 * KIB + 1]);
        turns();
        assertThat(bufferEvent.isWritable()).isFalse();
        return bufferEvent.remote();
    }

    @Test
    void whatAnotherThreadWritesLeavesInOrderAndInOneCall() {
        RemoteBufferEvent remote = connected().remote();
        elsewhere(() -> {
            assertThat(remote.write(bytes("one "))).isEqualTo(RemoteResult.ACCEPTED);
            assertThat(remote.write(bytes("..two.."), 2, 3)).isEqualTo(RemoteResult.ACCEPTED);
            assertThat(remote.write(ByteBuffer.wrap(bytes(" three ")))).isEqualTo(RemoteResult.ACCEPTED);
            try (EvBuffer four = EvBuffer.create()) {
                four.addAscii("four");
                assertThat(remote.write(four)).isEqualTo(RemoteResult.ACCEPTED);
                assertThat(four.isEmpty()).isTrue();
            }
            assertThat(remote.write(bytes("!"))).isEqualTo(RemoteResult.ACCEPTED);
        });
        turns();
        assertThat(peer().receivedText()).isEqualTo("one two three four!");
        assertThat(peer().writeCount()).isEqualTo(1);
    }

    @Test
    void theViewIsTheSameEachTimeAndItsLoopWaitsUntilItIsReleased() {
        SocketBufferEvent bufferEvent = connected();
        RemoteBufferEvent remote = bufferEvent.remote();
        assertThat(bufferEvent.remote()).isSameAs(remote);
        assertThat(base.eventCount(EventCount.VIRTUAL)).isEqualTo(1);
        at(50, () -> elsewhere(() -> remote.write(bytes("late"))));
        at(60, () -> elsewhere(remote::release));
        base.dispatch();
        assertThat(peer().receivedText()).isEqualTo("late");
        assertThat(remote.write(bytes("r"))).as("still usable").isEqualTo(RemoteResult.ACCEPTED);
        base.dispatch();
        assertThat(peer().receivedText()).isEqualTo("later");
        assertThat(bufferEvent.remote()).isSameAs(remote);
        assertThat(base.eventCount(EventCount.VIRTUAL)).isEqualTo(1);
        bufferEvent.close();
        base.dispatch();
    }

    @Test
    void aPeerThatDoesNotReadMakesTheQueueFullAndNothingIsTakenInPart() {
        SocketBufferEvent bufferEvent = connected();
        RemoteBufferEvent remote = stalled(bufferEvent);
        byte[] piece = new byte[100 * KIB];
        int taken = 0;
        while (remote.write(piece) == RemoteResult.ACCEPTED) {
            taken++;
        }
        turns();
        assertThat(taken).isEqualTo((int) (RemoteBufferEvent.DEFAULT_REMOTE_QUEUE_BYTES / piece.length));
        assertThat(remote.queuedBytes()).isEqualTo((long) taken * piece.length);
        assertThat(remote.write(piece)).isEqualTo(RemoteResult.FULL);
        try (EvBuffer whole = EvBuffer.create()) {
            whole.add(piece);
            assertThat(remote.write(whole)).isEqualTo(RemoteResult.FULL);
            assertThat(whole.length()).isEqualTo(piece.length);
        }
        ByteBuffer nio = ByteBuffer.wrap(piece);
        assertThat(remote.write(nio)).isEqualTo(RemoteResult.FULL);
        assertThat(nio.position()).isZero();
        assertThat(bufferEvent.output().length())
                .as("the output is not filled beyond its mark")
                .isEqualTo(64 * KIB + 1);
        peer().window(Transport.UNLIMITED);
        turns();
        assertThat(peer().received()).hasSize(64 * KIB + 1 + taken * piece.length);
        assertThat(remote.queuedBytes()).isZero();
    }

    @Test
    void whoWasRefusedIsToldOnceWhenThereIsRoomForIt() {
        RemoteBufferEvent remote = stalled(connected());
        remote.maxQueuedBytes(100 * KIB);
        assertThat(remote.write(new byte[30 * KIB])).isEqualTo(RemoteResult.ACCEPTED);
        byte[] large = new byte[90 * KIB];
        assertThat(remote.write(large)).isEqualTo(RemoteResult.FULL);
        AtomicInteger told = new AtomicInteger();
        assertThat(remote.whenWritable(() -> {
                    told.incrementAndGet();
                    assertThat(remote.write(large)).isEqualTo(RemoteResult.ACCEPTED);
                }))
                .isEqualTo(RemoteResult.ACCEPTED);
        turns();
        assertThat(told).as("more than half is free, but not enough").hasValue(0);
        peer().window(Transport.UNLIMITED);
        assertThat(told).as("not inside a call").hasValue(0);
        turns();
        assertThat(told).hasValue(1);
        assertThat(peer().received()).hasSize(64 * KIB + 1 + 120 * KIB);
    }

    @Test
    void whoAsksWhenThereIsRoomIsToldSoon() {
        SocketBufferEvent first = connected();
        RemoteBufferEvent stalled = stalled(connected());
        stalled.write(new byte[1]);
        turns();
        first.remote().whenWritable(() -> log.add("idle"));
        stalled.whenWritable(() -> log.add("stalled"));
        assertThat(log).as("not inside the call").isEmpty();
        turns();
        assertThat(log).containsExactly("idle", "stalled");
    }

    @Test
    void whatCouldNeverFitIsAMistakeOfTheCaller() {
        RemoteBufferEvent remote = connected().remote();
        remote.maxQueuedBytes(10);
        assertThatThrownBy(() -> remote.write(new byte[11]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most maxQueuedBytes = 10 bytes, got 11");
        assertThat(remote.write(new byte[10])).isEqualTo(RemoteResult.ACCEPTED);
        assertThatThrownBy(() -> remote.maxQueuedBytes(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> remote.maxQueuedOperations(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> remote.closeAfterFlush(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void operationsAreBoundedAndSmallWritesAreOne() {
        RemoteBufferEvent remote = connected().remote();
        remote.maxQueuedOperations(2);
        for (int i = 0; i < 100; i++) {
            assertThat(remote.write(new byte[10])).isEqualTo(RemoteResult.ACCEPTED);
        }
        assertThat(remote.execute(_ -> log.add("executed"))).isEqualTo(RemoteResult.ACCEPTED);
        assertThat(remote.execute(_ -> log.add("refused"))).isEqualTo(RemoteResult.FULL);
        assertThat(remote.write(new byte[10])).isEqualTo(RemoteResult.FULL);
        assertThat(remote.whenWritable(() -> log.add("room"))).isEqualTo(RemoteResult.ACCEPTED);
        assertThat(remote.whenWritable(() -> log.add("room"))).isEqualTo(RemoteResult.ACCEPTED);
        assertThat(remote.whenWritable(() -> log.add("one too many"))).isEqualTo(RemoteResult.FULL);
        turns();
        assertThat(log).containsExactly("executed", "room", "room", "write 0");
        assertThat(peer().received()).hasSize(1000);
    }

    @Test
    void operationsRunInOrderWithTheWritesAroundThem() {
        RemoteBufferEvent remote = connected().remote();
        remote.write(bytes("a"));
        remote.execute(it -> it.write(bytes("b")));
        remote.write(bytes("c"));
        remote.execute(_ -> {
            throw new IllegalStateException("thrown by an operation");
        });
        remote.write(bytes("d"));
        assertThatThrownBy(this::turns).hasRootCauseMessage("thrown by an operation");
        turns();
        assertThat(peer().receivedText()).isEqualTo("abcd");
    }

    @Test
    void aBufferMovesWithItsMemoryWhichIsGivenBackOnceSent() {
        RemoteBufferEvent remote = stalled(connected());
        AtomicInteger cleanups = new AtomicInteger();
        try (EvBuffer buffer = EvBuffer.create()) {
            buffer.addReference(MemorySegment.ofArray(new byte[2000]), _ -> cleanups.incrementAndGet());
            remote.write(buffer);
        }
        turns();
        assertThat(cleanups).hasValue(0);
        peer().window(Transport.UNLIMITED);
        turns();
        assertThat(cleanups).hasValue(1);
    }

    @Test
    void aBufferOfAnotherLoopMovesAndItsMemoryGoesHome() {
        RemoteBufferEvent remote = connected().remote();
        try (EventBase other = new ScriptedBackend().newBase();
                EvBuffer buffer = other.newBuffer()) {
            buffer.add(new byte[5000]);
            assertThat(remote.write(buffer)).isEqualTo(RemoteResult.ACCEPTED);
            turns();
            assertThat(other.bufferBytesInUse()).isZero();
        }
        assertThat(peer().received()).hasSize(5000);
    }

    @Test
    void aRefusedBufferStaysAsItWas() {
        RemoteBufferEvent remote = connected().remote();
        try (EvBuffer buffer = EvBuffer.create()) {
            buffer.add(new byte[100]);
            buffer.freeze(EvBuffer.End.START);
            assertThatThrownBy(() -> remote.write(buffer)).isInstanceOf(IllegalStateException.class);
            assertThat(buffer.length()).isEqualTo(100);
            assertThat(remote.queuedBytes()).isZero();
        }
    }

    @Test
    void theEndOfTheOutputComesBehindTheBytes() {
        SocketBufferEvent bufferEvent = connected();
        RemoteBufferEvent remote = bufferEvent.remote();
        remote.write(bytes("last words"));
        remote.shutdownOutput();
        remote.shutdownOutput();
        assertThat(remote.write(bytes("too late"))).isEqualTo(RemoteResult.CLOSED);
        assertThat(remote.execute(_ -> log.add("executed"))).isEqualTo(RemoteResult.ACCEPTED);
        turns();
        assertThat(log).contains("executed");
        assertThat(peer().receivedText()).isEqualTo("last words");
        assertThat(peer().sawEnd()).isTrue();
    }

    @Test
    void whatTheLoopEndsIsEndedForTheViewToo() {
        SocketBufferEvent bufferEvent = connected();
        RemoteBufferEvent remote = stalled(bufferEvent);
        remote.write(bytes("queued"));
        bufferEvent.shutdownOutput();
        assertThat(remote.queuedBytes()).isZero();
        assertThat(remote.write(bytes("too late"))).isEqualTo(RemoteResult.CLOSED);
        SocketBufferEvent endedBefore = SocketBufferEvent.create(base);
        endedBefore.shutdownOutput();
        assertThat(endedBefore.remote().write(bytes("too late"))).isEqualTo(RemoteResult.CLOSED);
    }

    @Test
    void closingIsNotPutOffByAPeerThatDoesNotRead() {
        SocketBufferEvent bufferEvent = connected();
        RemoteBufferEvent remote = stalled(bufferEvent);
        remote.write(new byte[100 * KIB]);
        remote.execute(_ -> log.add("executed"));
        remote.whenWritable(() -> log.add("told, " + remote.write(new byte[1])));
        elsewhere(remote::close);
        assertThat(remote.write(new byte[1])).isEqualTo(RemoteResult.CLOSED);
        assertThat(remote.execute(_ -> {})).isEqualTo(RemoteResult.CLOSED);
        assertThat(remote.whenWritable(() -> {})).isEqualTo(RemoteResult.CLOSED);
        assertThat(remote.queuedBytes()).isZero();
        base.dispatch();
        assertThat(bufferEvent.isClosed()).isTrue();
        assertThat(peer().isOpen()).isFalse();
        assertThat(log).containsExactly("executed", "told, CLOSED");
        remote.close();
        remote.shutdownOutput();
        remote.release();
        remote.closeAfterFlush(Duration.ofSeconds(1));
        base.dispatch();
    }

    @Test
    void closingAfterFlushSendsWhatIsQueuedFirst() {
        SocketBufferEvent bufferEvent = connected();
        RemoteBufferEvent remote = stalled(bufferEvent);
        remote.write(new byte[100 * KIB]);
        remote.closeAfterFlush(Duration.ofSeconds(10));
        assertThat(remote.write(new byte[1])).isEqualTo(RemoteResult.CLOSED);
        at(100, () -> peer().window(Transport.UNLIMITED));
        at(200, () -> peer().ends());
        base.dispatch();
        assertThat(peer().received()).hasSize(164 * KIB + 1);
        assertThat(peer().isOpen()).isFalse();
    }

    @Test
    void itCanBeClosedAtOnceWhileItClosesAfterFlush() {
        RemoteBufferEvent remote = stalled(connected());
        remote.closeAfterFlush(Duration.ofDays(1));
        turns();
        remote.close();
        turns();
        assertThat(peer().isOpen()).isFalse();
        RemoteBufferEvent inOneTurn = stalled(connected());
        inOneTurn.execute(it -> it.closeAfterFlush(Duration.ofDays(1)));
        inOneTurn.close();
        turns();
        assertThat(peer().isOpen()).isFalse();
    }

    @Test
    void closingOnTheLoopDropsWhatIsQueuedAndTellsWhoWaits() {
        SocketBufferEvent bufferEvent = connected();
        RemoteBufferEvent remote = stalled(bufferEvent);
        remote.write(new byte[700 * KIB]);
        remote.execute(_ -> log.add("executed"));
        remote.whenWritable(() -> log.add("told"));
        bufferEvent.close();
        assertThat(log).as("not inside the call").isEmpty();
        base.dispatch();
        assertThat(log).containsExactly("told");
        assertThatThrownBy(bufferEvent::remote).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingTheBaseDropsWhatIsQueuedAndTellsWhoWaits() {
        RemoteBufferEvent remote = stalled(connected());
        remote.write(new byte[700 * KIB]);
        remote.whenWritable(() -> log.add("told"));
        base.close();
        assertThat(log).containsExactly("told");
        assertThat(remote.write(new byte[1])).isEqualTo(RemoteResult.CLOSED);
    }

    @Test
    void onlyTheLoopGivesTheViewOut() {
        SocketBufferEvent bufferEvent = connected();
        elsewhere(() -> assertThatThrownBy(bufferEvent::remote).isInstanceOf(WrongThreadException.class));
    }
}
