package io.jevent.backend.linux;

/**
 * What has operations in a ring, at most one of each kind at a time: knows which are in flight, and lives, even after its end,
 * until the last has completed. An operation's tag names its owner, so that a completion finds it without a look-up, the
 * owner's generation, and how often an operation of this kind was begun; so one that comes too late, or twice, finds nobody.
 */
abstract class RingOwner {
    private static final int ENOENT = 2;
    private static final int EALREADY = 114;

    private final RingOwners owners;
    private final int slot;
    private final int generation;

    /** A bit for each kind of operation. */
    private int inFlight;

    /** A byte for each kind of operation. */
    private long sequences;

    private boolean ended;

    /** Whether {@link #prepare()} is due. */
    private boolean due;

    RingOwner(RingOwners owners) {
        this.owners = owners;
        this.slot = owners.add(this);
        this.generation = owners.nextGeneration();
    }

    final int generation() {
        return generation;
    }

    /**
     * The tag of an operation about to be submitted, of which one final completion will come.
     *
     * @param operation its kind, from 0 to 7
     */
    final long begin(int operation) {
        assert !hasInFlight(operation) : "one operation of a kind at a time";
        inFlight |= 1 << operation;
        int shift = operation * Byte.SIZE;
        long next = ((sequences >>> shift) + 1) & RingOwners.MAX_SEQUENCE;
        sequences = (sequences & ~(0xffL << shift)) | (next << shift);
        return tag(operation);
    }

    /** The tag of the operation of a kind that was begun last. */
    final long tag(int operation) {
        return RingOwners.tag(generation, slot, (int) (sequences >>> (operation * Byte.SIZE)) & 0xff, operation);
    }

    final boolean hasInFlight() {
        return inFlight != 0;
    }

    final boolean hasInFlight(int operation) {
        return (inFlight & (1 << operation)) != 0;
    }

    /** Whether a cancel with this result has done what it can: what was cancelled completes without another. */
    static boolean hasCancelled(int result) {
        return result >= 0 || result == -ENOENT || result == -EALREADY;
    }

    /** Asks for {@link #prepare()} before the next submission. */
    final void wantsToPrepare() {
        if (!due) {
            due = true;
            owners.due(this);
        }
    }

    final void prepareNow() {
        due = false;
        if (!ended) {
            prepare();
        }
    }

    /** Takes a completion in, if it is of an operation in flight. */
    final void complete(int operation, CompletionQueue queue) {
        if (!hasInFlight(operation) || queue.tag() != tag(operation)) {
            return;
        }
        if (!queue.hasMore()) {
            inFlight &= ~(1 << operation);
        }
        completed(operation, queue);
        freeIfDone();
    }

    /** Nothing more will be asked for; it is forgotten when what is in flight has completed. */
    final void end() {
        if (!ended) {
            ended = true;
            freeIfDone();
        }
    }

    final boolean isEnded() {
        return ended;
    }

    private void freeIfDone() {
        if (ended && !hasInFlight()) {
            owners.remove(slot, this);
            freed();
        }
    }

    /** Submits what it wants now. */
    abstract void prepare();

    /** Called for each completion, after its end too, when it only gives back what the operation held. */
    abstract void completed(int operation, CompletionQueue queue);

    /** Called once, when it has ended and nothing is in flight. */
    void freed() {}
}
