package io.jevent.loop;

/** Something that holds a descriptor, memory or a registration of a base and must not outlive it. */
public interface LoopResource {
    /** Frees what it holds, silently: no callback runs. */
    void closeWithBase();

    /** Takes on nothing new from now on: the base is to end when what it has is done. */
    default void drain() {}

    /** One that does these two things. */
    static LoopResource of(Runnable closeWithBase, Runnable drain) {
        return new LoopResource() {
            @Override
            public void closeWithBase() {
                closeWithBase.run();
            }

            @Override
            public void drain() {
                drain.run();
            }
        };
    }
}
