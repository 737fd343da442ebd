package io.jevent.loop;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Finds callbacks that run too long, in all bases of the process, from a daemon thread of its own.
 *
 * <p>The loops only count their steps. This thread looks at the counts a few times per threshold: a loop that is awake and
 * whose count stands still for the threshold has a callback that blocks it, and its stack is taken while it does. Each such
 * callback is reported once. The thread starts with the first base that runs and ends with the last one that closes. Its
 * time is the machine's, whatever clocks the bases have.
 */
final class LoopHealth implements Runnable {
    private static final int LOOKS_PER_THRESHOLD = 4;
    private static final LoopHealth INSTANCE = new LoopHealth();

    /** Guarded by this. */
    private final List<Watched> watched = new ArrayList<>();

    /** Guarded by this; null while nothing is watched. */
    private @Nullable Thread thread;

    private LoopHealth() {}

    /** One engine and what was last seen of it. */
    private static final class Watched {
        /** Weak, so that a base dropped without close can go, and its watch with it. */
        final WeakReference<LoopEngine> engine;

        final long thresholdNanos;
        long seenStep = -1;
        long seenSince;
        boolean reported;

        Watched(LoopEngine engine, long thresholdNanos) {
            this.engine = new WeakReference<>(engine);
            this.thresholdNanos = thresholdNanos;
        }
    }

    /** Watches an engine from now on. Any thread. */
    static void watch(LoopEngine engine, long thresholdNanos) {
        INSTANCE.add(new Watched(engine, thresholdNanos));
    }

    /** Ends the watch. Any thread. */
    static void unwatch(LoopEngine engine) {
        INSTANCE.remove(engine);
    }

    private synchronized void add(Watched fresh) {
        watched.add(fresh);
        Thread present = thread;
        if (present == null) {
            present = new Thread(null, this, "jevent-health", 0, false);
            present.setDaemon(true);
            thread = present;
            present.start();
        } else {
            LockSupport.unpark(present);
        }
    }

    private synchronized void remove(LoopEngine engine) {
        watched.removeIf(it -> it.engine.refersTo(engine) || it.engine.refersTo(null));
    }

    /** Those that are there; the ones dropped without close are forgotten. */
    private synchronized List<Watched> present() {
        List<Watched> there = new ArrayList<>();
        for (Watched it : watched) {
            if (!it.engine.refersTo(null)) {
                there.add(it);
            }
        }
        watched.retainAll(there);
        if (there.isEmpty()) {
            thread = null;
        }
        return there;
    }

    @Override
    public void run() {
        while (true) {
            List<Watched> present = present();
            if (present.isEmpty()) {
                return;
            }
            long least = Long.MAX_VALUE;
            for (Watched it : present) {
                lookSafely(it);
                least = Math.min(least, it.thresholdNanos);
            }
            LockSupport.parkNanos(Math.max(least / LOOKS_PER_THRESHOLD, TimeUnit.MILLISECONDS.toNanos(1)));
        }
    }

    /** A log handler that throws must not end the watch. */
    private static void lookSafely(Watched it) {
        try {
            look(it);
        } catch (RuntimeException _) {
            // There is nobody else to tell.
        }
    }

    private static void look(Watched it) {
        LoopEngine engine = it.engine.get();
        if (engine == null) {
            return;
        }
        long step = engine.stepSeenFromOutside();
        long present = System.nanoTime();
        if (step != it.seenStep) {
            it.seenStep = step;
            it.seenSince = present;
            it.reported = false;
        } else if (step != LoopEngine.BETWEEN_STEPS && !it.reported && present - it.seenSince >= it.thresholdNanos) {
            it.reported = true;
            report(engine, step, present - it.seenSince);
        }
    }

    private static void report(LoopEngine engine, long step, long nanos) {
        Thread thread = engine.owner();
        String source = engine.currentSeenFromOutside();
        StackTraceElement[] stack = thread.getStackTrace();
        if (engine.stepSeenFromOutside() != step) {
            return; // It has just ended, and the stack is another's.
        }
        Blocked blocked = new Blocked(source + " has run for " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms on "
                + thread.getName() + " and blocks its event loop");
        blocked.setStackTrace(stack);
        if (Flight.isRecording()) {
            Flight.slowCallback(source, thread, nanos, stack);
        }
        System.getLogger("io.jevent.health").log(System.Logger.Level.WARNING, "a callback is slow", blocked);
    }

    /** Carries the stack of a blocked loop into the log. */
    private static final class Blocked extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Blocked(String message) {
            super(message);
        }
    }
}
