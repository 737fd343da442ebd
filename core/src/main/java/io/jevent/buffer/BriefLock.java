package io.jevent.buffer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock for critical sections of a few instructions: taking it costs one atomic instruction, giving it back one store.
 *
 * <p>Who finds it taken spins a little, then gives way, then sleeps for moments; there is no queue and no fairness. Not
 * reentrant.
 */
final class BriefLock {
    private static final int SPINS = 100;
    private static final int YIELDS = 100;
    private static final long NAP_NANOS = 50_000;
    private static final VarHandle TAKEN;

    static {
        try {
            TAKEN = MethodHandles.lookup().findVarHandle(BriefLock.class, "taken", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedVariable") // by TAKEN
    private boolean taken;

    void lock() {
        if (!TAKEN.compareAndSet(this, false, true)) {
            lockContended();
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // only to let the holder go on where there are few processors
    private void lockContended() {
        for (int tries = 0; !TAKEN.compareAndSet(this, false, true); tries++) {
            if (tries < SPINS) {
                Thread.onSpinWait();
            } else if (tries < SPINS + YIELDS) {
                Thread.yield();
            } else {
                LockSupport.parkNanos(NAP_NANOS);
            }
        }
    }

    void unlock() {
        TAKEN.setRelease(this, false);
    }
}
