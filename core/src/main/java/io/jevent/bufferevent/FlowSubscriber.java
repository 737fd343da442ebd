package io.jevent.bufferevent;

import io.jevent.loop.KeepAlive;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a publisher gives to a buffer event, through the queue of its remote view.
 *
 * <p>Elements wait here when the queue is full, no more than were asked for, and more are asked for only when none waits.
 *
 * <p>Threading: any thread; made on the loop.
 */
final class FlowSubscriber implements Flow.Subscriber<ByteBuffer> {
    private static final int QUEUED_BYTES = BlockingStreams.DEFAULT_HIGH_BYTES;

    /** Elements asked for at first; again so many are, when half of them came. */
    private static final int ELEMENTS_AT_A_TIME = 8;

    private final RemoteQueue queue;
    private final Consumer<RemoteQueue> onEnd;
    private final KeepAlive keepAlive;

    /** Guards everything below; the publisher and the loop are called without it. */
    private final Object lock = new Object();

    private final ArrayDeque<ByteBuffer> waiting = new ArrayDeque<>();
    private Flow.@Nullable Subscription subscription;

    /** Elements taken since some were last asked for. */
    private int taken;

    /** The publisher has said so. */
    private boolean completed;

    /** Nothing is taken or asked for any more. */
    private boolean over;

    /** The queue will tell when there is room. */
    private boolean roomAsked;

    FlowSubscriber(AbstractBufferEvent owner, Consumer<RemoteQueue> onEnd) {
        owner.checkOpen();
        this.queue = owner.remoteQueue();
        this.onEnd = onEnd;
        this.keepAlive = new KeepAlive(owner.engine);
        keepAlive.hold(true);
        // The queue never holds less than nothing, so this is called when the buffer event closes.
        queue.whenAtMost(-1, () -> {
            keepAlive.hold(false);
            cancel();
        });
    }

    // ---- what the publisher says ----

    @Override
    public void onSubscribe(Flow.Subscription offered) {
        Objects.requireNonNull(offered);
        boolean isFirst;
        synchronized (lock) {
            isFirst = subscription == null && !over;
            if (isFirst) {
                subscription = offered;
            }
        }
        if (isFirst) {
            offered.request(ELEMENTS_AT_A_TIME);
        } else {
            offered.cancel();
        }
    }

    @Override
    public void onNext(ByteBuffer element) {
        Objects.requireNonNull(element);
        synchronized (lock) {
            if (over) {
                return;
            }
            waiting.add(element.slice()); // The position is ours to move, the element not.
        }
        pump();
    }

    @Override
    public void onError(Throwable cause) {
        Objects.requireNonNull(cause);
        if (end()) {
            queue.close();
        }
    }

    @Override
    public void onComplete() {
        synchronized (lock) {
            completed = true;
        }
        pump();
    }

    // ---- what becomes of it ----

    /** Writes what waits, as far as there is room, and says or asks what follows from that. */
    private void pump() {
        Flow.Subscription asked = null;
        int count = 0;
        boolean isComplete;
        boolean isClosed;
        synchronized (lock) {
            RemoteResult result = over ? RemoteResult.ACCEPTED : writeWaiting();
            isClosed = result == RemoteResult.CLOSED;
            isComplete = !over && result == RemoteResult.ACCEPTED && completed;
            if (!over && result == RemoteResult.ACCEPTED && !completed && taken >= ELEMENTS_AT_A_TIME / 2) {
                asked = subscription;
                count = taken;
                taken = 0;
            }
        }
        if (isClosed) {
            cancel();
        } else if (isComplete) {
            if (end()) {
                onEnd.accept(queue);
            }
        } else if (asked != null) {
            asked.request(count);
        }
    }

    /** Writes elements in pieces for which there is room at once as soon as the queue says so. */
    private RemoteResult writeWaiting() {
        int limit = (int) Math.min(QUEUED_BYTES, queue.maxBytes());
        int pieceBytes = Math.max(1, limit / 2);
        for (ByteBuffer first = waiting.peek(); first != null; first = waiting.peek()) {
            while (first.hasRemaining()) {
                int count = Math.min(first.remaining(), pieceBytes);
                RemoteResult result = queue.write(first.slice(first.position(), count), limit);
                if (result != RemoteResult.ACCEPTED) {
                    return result == RemoteResult.FULL ? askForRoom(limit - pieceBytes) : result;
                }
                first.position(first.position() + count);
            }
            waiting.remove();
            taken++;
        }
        return RemoteResult.ACCEPTED;
    }

    private RemoteResult askForRoom(int atMostBytes) {
        if (!roomAsked) {
            roomAsked = true;
            if (queue.whenAtMost(atMostBytes, this::onRoom) != RemoteResult.ACCEPTED) {
                return RemoteResult.CLOSED;
            }
        }
        return RemoteResult.FULL;
    }

    private void onRoom() {
        synchronized (lock) {
            roomAsked = false;
        }
        pump();
    }

    /** Nothing more is written: whoever gives more is told. */
    private void cancel() {
        Flow.Subscription present;
        synchronized (lock) {
            present = completed ? null : subscription;
        }
        if (end() && present != null) {
            present.cancel();
        }
    }

    /** Lets go of everything; returns whether that is new. */
    private boolean end() {
        synchronized (lock) {
            if (over) {
                return false;
            }
            over = true;
            subscription = null;
            waiting.clear();
        }
        queue.releaseWith(keepAlive);
        return true;
    }
}
