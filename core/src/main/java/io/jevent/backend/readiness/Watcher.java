package io.jevent.backend.readiness;

/**
 * One watcher of one descriptor: what it wants, and what to tell it.
 *
 * <p>Threading: loop only.
 */
public abstract class Watcher implements MemoryWaiter {
    /** Bytes or the end of input can be taken. */
    public static final int READ = 1;

    /** Bytes can be given. */
    public static final int WRITE = 1 << 2;

    /** A connect has ended. */
    public static final int CONNECT = 1 << 3;

    /** A connection can be accepted. */
    public static final int ACCEPT = 1 << 4;

    /** The peer has ended its output, even while bytes wait. */
    public static final int CLOSED = 1 << 5;

    private int ops;

    /** What it wants to hear of; {@link ReadinessKey#update} makes a change known. */
    public final int ops() {
        return ops;
    }

    /** Changes what it wants to hear of, and makes that known on its key. */
    protected final void ops(int wanted, ReadinessKey key) {
        if (ops != wanted) {
            ops = wanted;
            key.update();
        }
    }

    /** Called inside poll with the ready ones of {@link #ops}, never none. */
    protected abstract void onReady(int readyOps);

    /** Called in debug mode when the descriptor is closed under this watcher; returns whether anybody is told. */
    protected boolean onDescriptorClosed() {
        return false;
    }

    @Override
    public void memoryAvailable() {
        throw new AssertionError(this + " never waits for memory");
    }
}
