package io.jevent.bufferevent;

import io.jevent.buffer.EvBuffer;
import io.jevent.loop.Activation;
import io.jevent.loop.KeepAlive;
import io.jevent.loop.LoopEngine;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a buffer event reads, as elements for one subscriber.
 *
 * <p>Everything happens on the loop, in one place ({@link #emitOne}); other threads only add to the demand, or cancel, and have the
 * loop look. Bytes stay in the buffer event's input until they are asked for, and its high mark, one element, does the rest.
 *
 * <p>Threading: loop only, but {@link #subscribe} and the subscription are for any thread.
 */
final class FlowPublisher implements Flow.Publisher<ByteBuffer>, Layer {
    /** After so many others have their turn. */
    private static final int ELEMENTS_PER_TURN = 16;

    private final AbstractBufferEvent owner;
    private final LoopEngine engine;
    private final int maxElementBytes;
    private final KeepAlive keepAlive;
    private final Emission emission;
    private final AtomicBoolean isTaken = new AtomicBoolean();

    /** Null before there is one and after it has ended, so that nobody holds the subscriber then. */
    private @Nullable Subscription subscription;

    private boolean inputEnded;

    /** Why nothing more comes; null as long as something may. */
    private @Nullable IOException failure;

    /** The subscriber is being called, and whatever it asks is looked at afterwards. */
    private boolean emitting;

    FlowPublisher(AbstractBufferEvent owner, int maxElementBytes) {
        this.owner = owner;
        this.engine = owner.engine;
        this.maxElementBytes = maxElementBytes;
        owner.checkCanBeBelow();
        this.keepAlive = new KeepAlive(engine);
        this.emission = new Emission(owner.priority());
    }

    /** Takes the buffer event over. */
    void begin() {
        owner.disableReading();
        owner.inputWatermark(new Watermark(0, maxElementBytes));
        owner.standUnder(this);
        inputEnded = owner.hasInputEnded();
        keepAlive.hold(true);
    }

    // ---- the subscriber comes ----

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        Objects.requireNonNull(subscriber);
        if (isTaken.getAndSet(true)) {
            refuse(subscriber, new IllegalStateException("need no subscriber yet, got a second one"));
            return;
        }
        try {
            engine.execute(() -> begin(subscriber), true);
        } catch (RejectedExecutionException e) {
            refuse(subscriber, new IOException("the event base is closed"));
        }
    }

    private static void refuse(Flow.Subscriber<? super ByteBuffer> subscriber, Exception because) {
        subscriber.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long count) {}

            @Override
            public void cancel() {}
        });
        subscriber.onError(because);
    }

    private void begin(Flow.Subscriber<? super ByteBuffer> subscriber) {
        Subscription begun = new Subscription(subscriber);
        subscription = begun;
        if (!owner.isGone()) {
            owner.enableReading();
        }
        call(() -> subscriber.onSubscribe(begun));
        schedule();
    }

    // ---- elements ----

    private void schedule() {
        engine.activateDeferred(emission);
    }

    private void emit() {
        int left = ELEMENTS_PER_TURN;
        Subscription present = subscription;
        while (present != null && left > 0 && emitOne(present)) {
            present = subscription;
            left--;
        }
        if (left == 0) {
            schedule();
        }
    }

    /** Gives the next signal, if it is time for one; returns whether it was an element. */
    private boolean emitOne(Subscription present) {
        EvBuffer input = owner.isGone() ? null : owner.input();
        if (present.isCancelled) {
            end();
        } else if (present.refusedDemand <= 0) {
            fail(present, new IllegalArgumentException("need a demand above 0, got " + present.refusedDemand));
        } else if (input != null && !input.isEmpty()) {
            return present.takeDemand() && emitNext(present, input);
        } else if (input != null && inputEnded) {
            end();
            call(present.subscriber::onComplete);
        } else if (failure != null) {
            fail(present, failure);
        }
        return false;
    }

    private boolean emitNext(Subscription present, EvBuffer input) {
        byte[] bytes = new byte[(int) Math.min(input.length(), maxElementBytes)];
        input.remove(bytes, 0, bytes.length);
        ByteBuffer element = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
        call(() -> present.subscriber.onNext(element));
        return true;
    }

    private void fail(Subscription present, Exception cause) {
        end();
        call(() -> present.subscriber.onError(cause));
    }

    private void end() {
        subscription = null;
        keepAlive.hold(false);
        if (!owner.isGone()) {
            owner.disableReading();
        }
    }

    private void call(Runnable signal) {
        emitting = true;
        try {
            signal.run();
        } catch (Exception e) {
            engine.report(owner.self(), e);
            if (subscription != null) {
                end();
            }
        } finally {
            emitting = false;
        }
    }

    // ---- what is heard ----

    @Override
    public void onBelowReceived() {
        schedule();
    }

    @Override
    public void onBelowSent() {}

    @Override
    public void flushAbove() {}

    @Override
    public void onBelowCondition(Condition condition) {
        switch (condition) {
            case Condition.Connected _ -> {}
            case Condition.Eof _ -> inputEnded = true;
            case Condition.Failed failed -> note(failed.cause());
            case Condition.TimedOut timedOut -> onTimedOut(timedOut);
        }
        schedule();
    }

    private void onTimedOut(Condition.TimedOut timedOut) {
        switch (timedOut.direction()) {
            case READING -> {
                Subscription present = subscription;
                if (present != null && present.hasDemand()) {
                    note(new SocketTimeoutException("nothing came in time"));
                } else if (present != null && !owner.isGone()) {
                    owner.enableReading(); // Nobody waits.
                }
            }
            case WRITING -> note(new SocketTimeoutException("what was written did not leave in time"));
            case CONNECTING -> note(new SocketTimeoutException("the connect took too long"));
        }
    }

    private void note(IOException cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    @Override
    public void onBelowClosed() {
        note(new IOException("the buffer event is closed"));
        keepAlive.hold(false);
        if (engine.isClosed()) {
            emit(); // Now or never.
        } else {
            schedule();
        }
    }

    /** The subscriber's turn, in the active queues. */
    private final class Emission extends Activation {
        Emission(int priority) {
            super(priority);
        }

        @Override
        protected void run() {
            emit();
        }

        @Override
        protected Object source() {
            return owner.self();
        }
    }

    /** What the subscriber has asked for. */
    private final class Subscription implements Flow.Subscription {
        private final Flow.Subscriber<? super ByteBuffer> subscriber;
        private final AtomicLong demand = new AtomicLong();
        private volatile boolean isCancelled;

        /** A count that may not be asked for; 1 while nobody has. */
        private volatile long refusedDemand = 1;

        Subscription(Flow.Subscriber<? super ByteBuffer> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long count) {
            if (count <= 0) {
                refusedDemand = count;
                look();
            } else if (demand.getAndUpdate(now -> now + count < 0 ? Long.MAX_VALUE : now + count) == 0) {
                look();
            }
        }

        @Override
        public void cancel() {
            isCancelled = true;
            look();
        }

        /** Has the loop look; the loop itself does in any case, once the call it makes has returned. */
        private void look() {
            if (engine.isInLoop() && emitting) {
                return;
            }
            try {
                engine.execute(FlowPublisher.this::schedule, true);
            } catch (RejectedExecutionException e) {
                // The base is being closed, which tells the subscriber.
            }
        }

        boolean hasDemand() {
            return demand.get() > 0;
        }

        boolean takeDemand() {
            return demand.getAndUpdate(now -> now == 0 || now == Long.MAX_VALUE ? now : now - 1) > 0;
        }
    }
}
