package io.jevent.loop;

/** Why a run of the loop ended. */
public enum LoopOutcome {
    EMPTY,
    EXIT,
    BREAK,
    DONE
}
