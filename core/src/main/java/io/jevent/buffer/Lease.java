package io.jevent.buffer;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What several chunks share, perhaps in buffers of several threads: something that is to be given back exactly once, when the
 * last of them lets go.
 */
final class Lease {
    private final AtomicInteger holderCount = new AtomicInteger(1);
    private final Runnable giveBack;

    /** Makes a lease with one holder. */
    Lease(Runnable giveBack) {
        this.giveBack = giveBack;
    }

    /** One holder more; the caller is one. */
    void share() {
        int before = holderCount.getAndIncrement();
        assert before > 0 : "shared after it was given back";
    }

    /** One holder less. What giving back throws is logged: whoever happens to be last cannot mend it. */
    void release() {
        int left = holderCount.decrementAndGet();
        assert left >= 0 : "released twice";
        if (left == 0) {
            try {
                giveBack.run();
            } catch (RuntimeException e) {
                System.getLogger("io.jevent.buffer").log(System.Logger.Level.ERROR, "a clean-up threw", e);
            }
        }
    }

    /** Whether the caller, a holder, is the only one. */
    boolean isSole() {
        return holderCount.get() == 1;
    }
}
