package io.jevent.backend.linux;

import io.jevent.backend.Interest;
import io.jevent.backend.ReadinessHandler;
import io.jevent.backend.Registration;
import io.jevent.backend.readiness.Watcher;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** A watcher of a descriptor that the user owns. */
final class DescriptorRegistration extends Watcher implements Registration {
    /** All sets of interests, by the bits of {@link #indexOf}. */
    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of sets
    private static final Set<Interest>[] SETS = new Set[8];

    static {
        for (int i = 0; i < SETS.length; i++) {
            Set<Interest> set = EnumSet.noneOf(Interest.class);
            for (Interest interest : Interest.values()) {
                if ((i & 1 << interest.ordinal()) != 0) {
                    set.add(interest);
                }
            }
            SETS[i] = Collections.unmodifiableSet(set);
        }
    }

    private final DescriptorKey key;
    private final ReadinessHandler handler;
    private boolean closed;

    DescriptorRegistration(DescriptorKey key, ReadinessHandler handler) {
        this.key = key;
        this.handler = handler;
        key.add(this);
    }

    @Override
    public void interest(Set<Interest> interest) {
        int wanted = 0;
        for (Interest one : interest) {
            wanted |= switch (one) {
                case READ -> READ;
                case WRITE -> WRITE;
                case CLOSED -> CLOSED;
            };
        }
        ops(wanted, key);
    }

    @Override
    protected void onReady(int readyOps) {
        handler.onReady(SETS[indexOf(readyOps)]);
    }

    private static int indexOf(int ops) {
        return ((ops & READ) != 0 ? 1 << Interest.READ.ordinal() : 0)
                | ((ops & WRITE) != 0 ? 1 << Interest.WRITE.ordinal() : 0)
                | ((ops & CLOSED) != 0 ? 1 << Interest.CLOSED.ordinal() : 0);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            key.remove(this);
        }
    }
}
