package io.jevent.buffer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** The change callbacks of one buffer: calls them inside each change, or later with the sum of several. */
final class ChangeCallbacks {
    private static final ChangeRegistration[] NONE = {};

    private final EvBuffer buffer;

    /** Newest first; replaced, never changed, so that a callback may add and remove callbacks. */
    private ChangeRegistration[] present = NONE;

    /** Runs deferred calls; null while calls are not deferred. */
    private @Nullable Executor executor;

    /** Whether a deferred call has been given to the executor and has not begun. */
    private boolean scheduled;

    /** The length before the first change of those that deferred calls have not told. */
    private long untoldBefore;

    private long untoldAdded;
    private long untoldDrained;

    ChangeCallbacks(EvBuffer buffer) {
        this.buffer = buffer;
    }

    void add(ChangeRegistration registration) {
        ChangeRegistration[] grown = new ChangeRegistration[present.length + 1];
        grown[0] = registration;
        System.arraycopy(present, 0, grown, 1, present.length);
        present = grown;
    }

    void remove(ChangeRegistration registration) {
        List<ChangeRegistration> rest = new ArrayList<>(List.of(present));
        rest.remove(registration);
        present = rest.toArray(NONE);
    }

    void clear() {
        for (ChangeRegistration registration : present) {
            registration.markRemoved();
        }
        present = NONE;
        untoldAdded = 0;
        untoldDrained = 0;
    }

    void defer(Executor executor) {
        this.executor = executor;
    }

    void changed(long before, long added, long drained) {
        ChangeRegistration[] callbacks = present;
        if (callbacks.length == 0 || (added | drained) == 0) {
            return;
        }
        Executor later = executor;
        if (later == null) {
            run(callbacks, false, before, added, drained);
            return;
        }
        if ((untoldAdded | untoldDrained) == 0) {
            untoldBefore = before;
        }
        untoldAdded += added;
        untoldDrained += drained;
        try {
            run(callbacks, true, before, added, drained);
        } finally {
            schedule(later);
        }
    }

    private void schedule(Executor later) {
        if (scheduled) {
            return;
        }
        scheduled = true;
        boolean taken = false;
        try {
            later.execute(this::runDeferred);
            taken = true;
        } catch (RejectedExecutionException _) {
            // Told with the next change that the executor takes.
        } finally {
            if (!taken) {
                scheduled = false;
            }
        }
    }

    private void runDeferred() {
        scheduled = false;
        long before = untoldBefore;
        long added = untoldAdded;
        long drained = untoldDrained;
        untoldAdded = 0;
        untoldDrained = 0;
        if ((added | drained) == 0) {
            return;
        }
        Throwable thrown = null;
        for (ChangeRegistration registration : present) {
            if (registration.isEnabled() && !registration.isImmediate()) {
                thrown = call(registration, before, added, drained, thrown);
            }
        }
        rethrow(thrown);
    }

    private void run(ChangeRegistration[] callbacks, boolean onlyImmediate, long before, long added, long drained) {
        Throwable thrown = null;
        for (ChangeRegistration registration : callbacks) {
            if (registration.isEnabled() && (!onlyImmediate || registration.isImmediate())) {
                thrown = call(registration, before, added, drained, thrown);
            }
        }
        rethrow(thrown);
    }

    private static void rethrow(@Nullable Throwable thrown) {
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown != null) {
            throw new AssertionError(thrown);
        }
    }

    @SuppressWarnings("CatchAndPrintStackTrace")
    private @Nullable Throwable call(
            ChangeRegistration registration, long before, long added, long drained, @Nullable Throwable earlier) {
        try {
            registration.callback.onChange(buffer, before, added, drained);
            return earlier;
        } catch (RuntimeException | Error thrown) {
            if (earlier != null) {
                earlier.addSuppressed(thrown);
                return earlier;
            }
            return thrown;
        }
    }
}
