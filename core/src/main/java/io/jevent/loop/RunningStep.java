package io.jevent.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What a loop runs now, for questions and for the health watch: an activation, a task, or something of its own.
 *
 * <p>Threading: written by the loop; another thread sees it a little late.
 */
final class RunningStep {
    private static final VarHandle COUNT;

    static {
        try {
            COUNT = MethodHandles.lookup().findVarHandle(RunningStep.class, "count", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The activation or task that runs now; null between two of them. */
    private @Nullable Object current;

    /** Grows whenever a step begins or ends; who finds it unchanged knows that the same one still runs. */
    private long count;

    void begin(Object step) {
        current = step;
        COUNT.setOpaque(this, count + 1);
    }

    void end() {
        current = null;
        COUNT.setOpaque(this, count + 1);
    }

    /** The event whose callback runs now, or null. */
    @Nullable
    LoopEvent event() {
        return current instanceof LoopEvent event ? event : null;
    }

    long countSeenFromOutside() {
        return (long) COUNT.getOpaque(this);
    }

    /** What runs now, for people. */
    String describedFromOutside() {
        Object step = current;
        return switch (step) {
            case null -> "the loop itself";
            case Activation activation ->
                "a callback of " + activation.source().getClass().getSimpleName();
            default -> "task " + step.getClass().getName();
        };
    }
}
