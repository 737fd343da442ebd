package io.jevent.loop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The watchers of one stage of the turn, in the order of registration.
 *
 * <p>The array is replaced, never changed: a watcher may add and remove watchers while they run, which counts from the next
 * turn on.
 */
final class WatchList {
    private static final LoopWatch[] NONE = {};

    private LoopWatch[] watches = NONE;

    boolean isEmpty() {
        return watches.length == 0;
    }

    void add(LoopWatch watch) {
        LoopWatch[] grown = Arrays.copyOf(watches, watches.length + 1);
        grown[watches.length] = watch;
        watches = grown;
    }

    void remove(LoopWatch watch) {
        List<LoopWatch> rest = new ArrayList<>(List.of(watches));
        rest.remove(watch);
        watches = rest.toArray(NONE);
    }

    void run(long timeoutNanos, ErrorSink errors) {
        for (LoopWatch watch : watches) {
            try {
                watch.run(timeoutNanos);
            } catch (Exception e) {
                errors.onError(watch.source(), e);
            }
        }
    }
}
