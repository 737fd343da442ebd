package io.jevent.tests.flow;

import io.jevent.bufferevent.BufferEventFlow;
import io.jevent.bufferevent.PairBufferEvent;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.testng.annotations.AfterClass;

/** What Reactive Streams asks of a publisher; its elements are single bytes here, so that they can be counted. */
public class PublisherVerification extends FlowPublisherVerification<ByteBuffer> {
    private final FlowLoop loop = new FlowLoop();

    /** For TestNG. */
    public PublisherVerification() {
        super(new TestEnvironment(2_000, 100), 1_000);
    }

    /** Ends the loop. */
    @AfterClass
    public void closeLoop() {
        loop.close();
    }

    @Override
    public Flow.Publisher<ByteBuffer> createFlowPublisher(long elements) {
        return loop.call(() -> {
            PairBufferEvent reader = PairBufferEvent.create(loop.base());
            PairBufferEvent writer = reader.partner().orElseThrow();
            writer.write(new byte[(int) elements]);
            writer.shutdownOutput();
            return BufferEventFlow.publisher(reader, 1);
        });
    }

    @Override
    public Flow.Publisher<ByteBuffer> createFailedFlowPublisher() {
        return loop.call(() -> {
            PairBufferEvent reader = PairBufferEvent.create(loop.base());
            Flow.Publisher<ByteBuffer> publisher = BufferEventFlow.publisher(reader);
            reader.close();
            return publisher;
        });
    }

    @Override
    public long maxElementsFromPublisher() {
        return 100_000;
    }
}
