package io.jevent.tests.flow;

import io.jevent.bufferevent.BufferEventFlow;
import io.jevent.bufferevent.PairBufferEvent;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.testng.annotations.AfterClass;

/** What Reactive Streams asks of a subscriber, as seen from outside. */
public class SubscriberVerification extends FlowSubscriberBlackboxVerification<ByteBuffer> {
    private final FlowLoop loop = new FlowLoop();

    /** For TestNG. */
    public SubscriberVerification() {
        super(new TestEnvironment(2_000, 100));
    }

    /** Ends the loop. */
    @AfterClass
    public void closeLoop() {
        loop.close();
    }

    @Override
    public Flow.Subscriber<ByteBuffer> createFlowSubscriber() {
        return loop.call(() -> {
            PairBufferEvent writer = PairBufferEvent.create(loop.base());
            writer.partner().orElseThrow().enableReading();
            return BufferEventFlow.subscriber(writer);
        });
    }

    @Override
    public ByteBuffer createElement(int element) {
        return ByteBuffer.allocate(100 + element);
    }
}
