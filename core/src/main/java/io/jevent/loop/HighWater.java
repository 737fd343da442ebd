package io.jevent.loop;

/** A count and the highest it has been. */
final class HighWater {
    private int count;
    private int highest;

    int count() {
        return count;
    }

    int highest() {
        return highest;
    }

    void increment() {
        if (++count > highest) {
            highest = count;
        }
    }

    void decrement() {
        assert count > 0 : "counted below 0";
        count--;
    }

    /** Forgets how high it has been before now. */
    void clearHighest() {
        highest = count;
    }
}
