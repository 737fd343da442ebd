package io.jevent.benchmarks;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import java.util.ArrayList;
import java.util.List;

/** A ring of 1000 events that are activated from callbacks. */
abstract class RingWorkload extends Workload {
    static final int HOPS = 100_000;
    private static final int RING = 1000;

    final List<Event> ring = new ArrayList<>();
    private final EventBase base = EventBase.create();
    private final int firstCount;
    private int left;
    private long sum;

    private RingWorkload(String name, int firstCount) {
        super(name, "hop", HOPS);
        this.firstCount = firstCount;
        for (int i = 0; i < RING; i++) {
            int index = i;
            ring.add(Event.user(base, (_, _) -> {
                sum += index;
                onHop(index, --left);
            }));
        }
    }

    abstract void onHop(int index, int left);

    @Override
    long run(Stopwatch watch) {
        left = HOPS;
        sum = 0;
        for (int i = 0; i < firstCount; i++) {
            ring.get(i).activate();
        }
        base.dispatch();
        return sum;
    }

    @Override
    public void close() {
        base.close();
    }

    /** One activation wanders around the ring. */
    static final class Chain extends RingWorkload {
        Chain(String name) {
            super(name, 1);
        }

        @Override
        void onHop(int index, int left) {
            if (left > 0) {
                ring.get((index + 1) % RING).activate();
            }
        }
    }

    /** All events of the ring are active at the same time. */
    static final class All extends RingWorkload {
        All(String name) {
            super(name, RING);
        }

        @Override
        void onHop(int index, int left) {
            if (left >= RING) {
                ring.get(index).activate();
            }
        }
    }
}
