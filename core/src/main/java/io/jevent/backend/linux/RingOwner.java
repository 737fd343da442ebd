package io.jevent.backend.linux;

/**
 * What has operations in a ring: knows how many are in flight, and lives, even after its end, until the last has completed.
 * An operation's tag names its owner, so that a completion finds it without a look-up, and the owner's generation, so that
 * one that comes too late finds nobody.
 */
abstract class RingOwner {
    private final RingOwners owners;
    private final int slot;
    private final int generation;
    private int inFlight;
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

    /** The tag of an operation about to be submitted, of which one final completion will come. */
    final long begin(int operation) {
        inFlight++;
        return tag(operation);
    }

    final long tag(int operation) {
        return RingOwners.tag(generation, slot, operation);
    }

    final boolean hasInFlight() {
        return inFlight > 0;
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

    /** Takes a completion in. */
    final void complete(int operation, CompletionQueue queue) {
        if (!queue.hasMore()) {
            inFlight--;
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
        if (ended && inFlight == 0) {
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
