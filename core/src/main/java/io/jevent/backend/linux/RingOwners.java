package io.jevent.backend.linux;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All owners of operations in a ring, by slot.
 *
 * <p>A tag has 32 bits of generation, 24 of slot, 5 of sequence and 3 of kind of operation.
 */
final class RingOwners {
    static final int MAX_SEQUENCE = 31;

    private static final int SEQUENCE_SHIFT = 3;
    private static final int OPERATION_MASK = 7;
    private static final int SLOT_SHIFT = 8;
    private static final int GENERATION_SHIFT = 32;
    private static final int MAX_SLOTS = 1 << 24;

    private @Nullable RingOwner[] owners = new @Nullable RingOwner[64];

    /** Free slots below the first that was never used. */
    private int[] free = new int[64];

    private int freeCount;
    private int usedCount;
    private int generation;

    private List<RingOwner> due = new ArrayList<>();
    private List<RingOwner> preparing = new ArrayList<>();

    static long tag(int generation, int slot, int sequence, int operation) {
        return ((long) generation << GENERATION_SHIFT)
                | ((long) slot << SLOT_SHIFT)
                | ((long) sequence << SEQUENCE_SHIFT)
                | operation;
    }

    int nextGeneration() {
        return ++generation;
    }

    int add(RingOwner owner) {
        int slot;
        if (freeCount > 0) {
            slot = free[--freeCount];
        } else {
            if (usedCount == MAX_SLOTS) {
                throw new IllegalStateException("need at most " + MAX_SLOTS + " sockets");
            }
            slot = usedCount++;
            if (slot == owners.length) {
                owners = Arrays.copyOf(owners, slot * 2);
            }
        }
        owners[slot] = owner;
        return slot;
    }

    void remove(int slot, RingOwner owner) {
        if (owners[slot] != owner) {
            return;
        }
        owners[slot] = null;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = slot;
    }

    void due(RingOwner owner) {
        due.add(owner);
    }

    /** Lets everybody submit who asked for it. */
    void prepare() {
        if (due.isEmpty()) {
            return;
        }
        List<RingOwner> now = due;
        due = preparing;
        preparing = now;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).prepareNow();
        }
        now.clear();
    }

    /** Hands the present completion to its owner; a doubled or late one finds nobody and is dropped. */
    void complete(CompletionQueue queue) {
        long tag = queue.tag();
        int slot = (int) (tag >>> SLOT_SHIFT) & MAX_SLOTS - 1;
        RingOwner owner = slot < usedCount ? owners[slot] : null;
        if (owner != null && owner.generation() == (int) (tag >>> GENERATION_SHIFT)) {
            owner.complete((int) tag & OPERATION_MASK, queue);
        }
    }

    /** Whether an operation of anybody's is in flight. */
    boolean haveInFlight() {
        for (int i = 0; i < usedCount; i++) {
            RingOwner owner = owners[i];
            if (owner != null && owner.hasInFlight()) {
                return true;
            }
        }
        return false;
    }
}
