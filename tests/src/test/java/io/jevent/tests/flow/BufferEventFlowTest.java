package io.jevent.tests.flow;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.bufferevent.BufferEventFlow;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.event.EventCount;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A publisher and a subscriber over the two ends of a pair: elements, demand, ends. */
@Timeout(60)
class BufferEventFlowTest {
    private final LoopRig rig = LoopRig.simulated(5, Faults.none());
    private final PairBufferEvent near = PairBufferEvent.create(rig.base());
    private final PairBufferEvent far = near.partner().orElseThrow();
    private final List<String> log = new ArrayList<>();
    private boolean baseClosed;

    @AfterEach
    void nothingIsLeft() {
        if (!baseClosed) {
            near.close();
            far.close();
            settle();
        }
        rig.close();
    }

    private void settle() {
        rig.run(Duration.ofSeconds(1));
    }

    /** Logs what it is told and asks for nothing by itself. */
    private final class Logging implements Flow.Subscriber<ByteBuffer> {
        Flow.@Nullable Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            this.subscription = subscription;
            log.add("subscribed");
        }

        @Override
        public void onNext(ByteBuffer element) {
            assertThat(element.isReadOnly()).isTrue();
            log.add(US_ASCII.decode(element).toString());
        }

        @Override
        public void onError(Throwable cause) {
            log.add(cause.getClass().getSimpleName() + ": " + cause.getMessage());
        }

        @Override
        public void onComplete() {
            log.add("complete");
        }

        void request(long count) {
            assertThat(subscription).isNotNull();
            subscription.request(count);
        }
    }

    private Logging subscribed(int maxElementBytes) {
        Logging subscriber = new Logging();
        BufferEventFlow.publisher(near, maxElementBytes).subscribe(subscriber);
        assertThat(log).as("not inside the call").isEmpty();
        settle();
        return subscriber;
    }

    /** A publisher of the test's own. */
    private final class Source implements Flow.Subscription {
        long demand;

        @Override
        public void request(long count) {
            demand += count;
        }

        @Override
        public void cancel() {
            log.add("cancelled");
        }
    }

    @Test
    void elementsComeAsFarAsAskedForAndOneIsReadAhead() {
        far.output().addAscii("abcdefghij");
        far.shutdownOutput();
        Logging subscriber = subscribed(3);
        assertThat(near.input().length()).isEqualTo(3);
        subscriber.request(1);
        settle();
        assertThat(log).containsExactly("subscribed", "abc");
        subscriber.request(1);
        subscriber.request(1);
        settle();
        assertThat(log).containsExactly("subscribed", "abc", "def", "ghi");
        assertThat(near.input().length()).isEqualTo(1);
        subscriber.request(Long.MAX_VALUE);
        subscriber.request(Long.MAX_VALUE);
        settle();
        assertThat(log).containsExactly("subscribed", "abc", "def", "ghi", "j", "complete");
        near.write(new byte[1]);
    }

    @Test
    void theEndIsSeenWithoutAsking() {
        far.shutdownOutput();
        subscribed(3);
        assertThat(log).containsExactly("subscribed", "complete");
        assertThat(rig.base().eventCount(EventCount.VIRTUAL)).isZero();
    }

    @Test
    void nothingIsReadBeforeThereIsASubscriber() {
        near.enableReading();
        far.output().addAscii("abc");
        Flow.Publisher<ByteBuffer> publisher = BufferEventFlow.publisher(near);
        settle();
        assertThat(near.input().isEmpty()).isTrue();
        assertThat(rig.base().eventCount(EventCount.VIRTUAL))
                .as("but the loop waits for one")
                .isEqualTo(1);
        publisher.subscribe(new Logging());
        settle();
        assertThat(near.input().length()).isEqualTo(3);
        publisher.subscribe(new Logging());
        assertThat(log)
                .containsExactly(
                        "subscribed", "subscribed", "IllegalStateException: need no subscriber yet, got a second one");
    }

    @Test
    void cancellingStopsReadingAndLetsTheLoopEnd() {
        Logging subscriber = subscribed(10);
        subscriber.request(5);
        far.output().addAscii("abc");
        settle();
        assertThat(subscriber.subscription).isNotNull();
        subscriber.subscription.cancel();
        subscriber.request(5);
        settle();
        far.output().addAscii("def");
        settle();
        assertThat(log).containsExactly("subscribed", "abc");
        assertThat(near.isReadingEnabled()).isFalse();
        assertThat(rig.base().eventCount(EventCount.VIRTUAL)).isZero();
    }

    @Test
    void aDemandBelowOneIsAnError() {
        subscribed(10).request(0);
        settle();
        assertThat(log).containsExactly("subscribed", "IllegalArgumentException: need a demand above 0, got 0");
        assertThatThrownBy(() -> BufferEventFlow.publisher(far, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void silenceIsAnErrorIfSomethingWasAskedFor() {
        near.timeouts(Duration.ofMillis(100), Duration.ZERO);
        Logging subscriber = subscribed(10);
        settle();
        assertThat(log).containsExactly("subscribed");
        far.output().addAscii("a");
        subscriber.request(2);
        settle();
        assertThat(log).containsExactly("subscribed", "a", "SocketTimeoutException: nothing came in time");
    }

    @Test
    void closingIsAnErrorAndFailingComesBehindTheBytes() {
        Logging subscriber = subscribed(10);
        far.output().addAscii("abc");
        settle();
        near.maxOutputBytes(1);
        near.write(new byte[2]);
        settle();
        assertThat(log).containsExactly("subscribed");
        subscriber.request(1);
        settle();
        assertThat(log)
                .containsExactly(
                        "subscribed", "abc", "IOException: unsent output passed 1 bytes; the peer does not read");
        log.clear();
        PairBufferEvent other = PairBufferEvent.create(rig.base());
        PairBufferEvent partner = other.partner().orElseThrow();
        BufferEventFlow.publisher(other).subscribe(new Logging());
        settle();
        other.close();
        assertThat(log).as("not inside the call").containsExactly("subscribed");
        settle();
        assertThat(log).containsExactly("subscribed", "IOException: the buffer event is closed");
        partner.close();
    }

    @Test
    void closingTheBaseIsAnErrorToo() {
        Flow.Publisher<ByteBuffer> publisher = BufferEventFlow.publisher(far);
        subscribed(10);
        baseClosed = true;
        rig.base().close();
        assertThat(log).containsExactly("subscribed", "IOException: the buffer event is closed");
        publisher.subscribe(new Logging());
        assertThat(log)
                .containsExactly(
                        "subscribed",
                        "IOException: the buffer event is closed",
                        "subscribed",
                        "IOException: the event base is closed");
    }

    @Test
    void whatASubscriberThrowsIsReportedAndCancels() {
        BufferEventFlow.publisher(near).subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(10);
            }

            @Override
            public void onNext(ByteBuffer element) {
                throw new IllegalStateException("cannot take it");
            }

            @Override
            public void onError(Throwable cause) {
                log.add("error");
            }

            @Override
            public void onComplete() {
                log.add("complete");
            }
        });
        far.output().addAscii("a");
        settle();
        far.output().addAscii("b");
        far.shutdownOutput();
        settle();
        assertThat(rig.takeThrown()).hasSize(1);
        assertThat(log).isEmpty();
        assertThat(near.isReadingEnabled()).isFalse();
    }

    @Test
    void whatASubscriberIsGivenIsWrittenAndMoreIsAskedForOnlyWhileThereIsRoom() {
        Flow.Subscriber<ByteBuffer> subscriber = BufferEventFlow.subscriber(near);
        Source source = new Source();
        subscriber.onSubscribe(source);
        long asked = source.demand;
        assertThat(asked).isPositive();
        ByteBuffer element = ByteBuffer.allocate(50_000);
        int given = 0;
        while (given < source.demand) {
            subscriber.onNext(element);
            given++;
            settle();
        }
        assertThat(element.position()).as("the element is the publisher's").isZero();
        assertThat(near.remote().queuedBytes()).isLessThanOrEqualTo(64 * 1024);
        assertThat(given).isLessThan(20);
        subscriber.onComplete();
        far.enableReading();
        int all = given * 50_000;
        rig.runUntil(() -> far.input().length() == all);
        assertThatThrownBy(() -> near.write(new byte[1])).isInstanceOf(IllegalStateException.class);
        assertThat(source.demand).as("nothing behind the end").isEqualTo(given);
    }

    @Test
    void anErrorOfThePublishersClosesAndTheEndMayToo() {
        Flow.Subscriber<ByteBuffer> subscriber = BufferEventFlow.subscriber(near);
        subscriber.onSubscribe(new Source());
        subscriber.onError(new IllegalStateException("no more"));
        rig.runUntil(near::isClosed);
        assertThat(log).isEmpty();

        Flow.Subscriber<ByteBuffer> closing = BufferEventFlow.subscriber(far, Duration.ofMillis(10));
        closing.onSubscribe(new Source());
        closing.onComplete();
        rig.runUntil(far::isClosed);
        assertThatThrownBy(() -> BufferEventFlow.subscriber(far, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BufferEventFlow.subscriber(far)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingCancelsTheSubscription() {
        Flow.Subscriber<ByteBuffer> subscriber = BufferEventFlow.subscriber(near);
        subscriber.onSubscribe(new Source());
        near.close();
        settle();
        assertThat(log).containsExactly("cancelled");
        subscriber.onSubscribe(new Source());
        assertThat(log).containsExactly("cancelled", "cancelled");
        subscriber.onNext(ByteBuffer.allocate(1));
        Flow.Subscriber<ByteBuffer> ended = BufferEventFlow.subscriber(far);
        ended.onSubscribe(new Source());
        far.shutdownOutput();
        ended.onNext(ByteBuffer.allocate(1));
        assertThat(log).containsExactly("cancelled", "cancelled", "cancelled");
    }
}
