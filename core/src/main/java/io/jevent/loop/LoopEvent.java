package io.jevent.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The loop's half of one event: its callback in the active queues, its place among the added events, and the door through
 * which other threads make something happen to it.
 *
 * <p>Loop only, but for {@link #handOver}. While added it keeps the loop running.
 */
public abstract class LoopEvent extends Activation implements LoopResource {
    private static final VarHandle HANDED_OVER;

    static {
        try {
            HANDED_OVER = MethodHandles.lookup().findVarHandle(LoopEvent.class, "handedOver", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    boolean added;

    /** Neighbours among the added events, in the order of adding; null at the ends and outside. */
    @Nullable
    LoopEvent previousAdded;

    @Nullable
    LoopEvent nextAdded;

    /** What other threads made happen and the loop does not know yet; the first bit hands over a task, which takes all. */
    @SuppressWarnings("UnusedVariable") // by HANDED_OVER
    private int handedOver;

    /**
     * Makes an event that is neither added nor active.
     *
     * @param priority 0 is the best
     */
    protected LoopEvent(int priority) {
        super(priority);
    }

    /** Whether it is among the added events. */
    public final boolean isAdded() {
        return added;
    }

    /**
     * Tells the loop's thread what has happened; several before it comes to it are told as one. Any thread.
     *
     * @throws RejectedExecutionException if the base is closed
     */
    public final void handOver(LoopEngine engine, int bits) {
        if (engine.isClosed()) {
            throw new RejectedExecutionException("this event base is closed");
        }
        if ((int) HANDED_OVER.getAndBitwiseOr(this, bits) == 0) {
            boolean taken = false;
            try {
                engine.execute(this::takeHandedOver, true);
                taken = true;
            } finally {
                if (!taken) {
                    withdrawHandedOver();
                }
            }
        }
    }

    /** Forgets what was handed over and not taken yet. */
    public final void withdrawHandedOver() {
        HANDED_OVER.setVolatile(this, 0);
    }

    private void takeHandedOver() {
        int bits = (int) HANDED_OVER.getAndSet(this, 0);
        if (bits != 0) {
            onHandedOver(bits);
        }
    }

    /** What other threads have handed over; not 0. */
    protected abstract void onHandedOver(int bits);
}
