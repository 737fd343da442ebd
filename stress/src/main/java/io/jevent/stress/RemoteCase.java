package io.jevent.stress;

import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.RemoteBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.EventBase;
import io.jevent.event.LoopOption;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A case about the view of one end of a pair. The loop's actor makes the pair, so that the other is another thread from the
 * start, and runs the loop.
 */
public abstract class RemoteCase {
    final EventBase base = new ParkingBackend().newBase();

    /** The end that reads; the loop's. */
    @Nullable
    PairBufferEvent reader;

    private volatile @Nullable RemoteBufferEvent remote;
    boolean sleptOn;

    /** For JCStress. */
    protected RemoteCase() {}

    /** Runs the loop until something ends it; the writing end is full with more than one byte unsent. */
    final void runLoop() {
        try {
            base.loop(LoopOption.NONBLOCK); // From now on it is this thread's.
            PairBufferEvent writer = PairBufferEvent.create(base);
            PairBufferEvent other = writer.partner().orElseThrow();
            writer.outputWatermark(new Watermark(0, 1));
            reader = other;
            other.enableReading();
            begin(writer, other);
            remote = writer.remote();
            base.loop(LoopOption.NO_EXIT_ON_EMPTY);
        } catch (UncheckedIOException e) {
            sleptOn = true;
        }
    }

    /** Sets the callbacks, on the loop's thread. */
    abstract void begin(PairBufferEvent writer, PairBufferEvent other);

    /** The view, once there is one. */
    final RemoteBufferEvent awaitRemote() {
        RemoteBufferEvent present = remote;
        while (present == null) {
            Thread.onSpinWait();
            present = remote;
        }
        return present;
    }
}
