package io.jevent.loop;

/** Something that holds a descriptor, memory or a registration of a base and must not outlive it. */
public interface LoopResource {
    /** Frees what it holds, silently: no callback runs. */
    void closeWithBase();
}
