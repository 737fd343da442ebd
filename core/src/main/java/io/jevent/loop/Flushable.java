package io.jevent.loop;

/** Something that gathers output during a turn and hands it to the backend at the turn's end, once. */
public interface Flushable {
    /** Hands over what was gathered. Runs no user code; may queue callbacks, and may ask for another flush. */
    void flush();
}
