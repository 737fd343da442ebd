package io.jevent.loop;

/** A task that holds something which must not be lost if the loop ends before it runs. */
public interface DroppableTask extends Runnable {
    /** The loop will not run it. On the thread that closes the base. */
    void dropped();
}
