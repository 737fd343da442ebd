package io.jevent.backend.linux;

import io.jevent.backend.nio.ChannelPoller;
import io.jevent.backend.readiness.ReadinessKey;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Waits, on a thread of its own, for channels that users opened themselves: their descriptors cannot be had from Java, so
 * the loop's own wait cannot include them.
 *
 * <p>A channel is armed for one report. The helper disarms it, puts it into a queue and wakes the loop; the loop takes the
 * queue in its next poll, tells the watchers, and arms the channel again when it next waits. So a channel that stays ready
 * does not make the helper spin, and what is reported has not been reported before.
 *
 * <p>The thread begins with the first channel and ends with {@link #close()}. It is a daemon.
 *
 * <p>Threading: loop only, except where a method says otherwise.
 */
final class AuxiliarySelector implements ChannelPoller {
    private final Selector selector;
    private final Thread helper;
    private final Runnable wakeUp;
    private final Object lock = new Object();

    /** Keys that are ready, in order; guarded by the lock. */
    private List<Key> fired = new ArrayList<>();

    /** Empty between two takes; swapped with the other, so that nothing is allocated. */
    private List<Key> taken = new ArrayList<>();

    /** Keys that have been told of and are to be armed again. */
    private final List<Key> disarmed = new ArrayList<>();

    /** All keys. */
    private final Set<Key> keys = new HashSet<>();

    /** Passes the selector has finished; guarded by the lock. */
    private long passCount;

    private boolean ended;
    private boolean closedSincePass;
    private boolean armedSincePass;

    /**
     * Starts the helper.
     *
     * @param wakeUp makes the loop's poll return; called on the helper
     */
    AuxiliarySelector(Runnable wakeUp) throws IOException {
        this.selector = Selector.open();
        this.wakeUp = wakeUp;
        this.helper = Thread.ofPlatform().daemon().name("jevent-channels").start(this::select);
    }

    // ---- on the helper ----

    private void select() {
        try {
            while (selector.isOpen()) {
                selectOnce();
                boolean any;
                synchronized (lock) {
                    passCount++;
                    lock.notifyAll();
                    any = !fired.isEmpty();
                }
                if (any) {
                    wakeUp.run();
                }
            }
        } catch (ClosedSelectorException _) {
            // The end.
        } catch (IOException e) {
            System.getLogger("io.jevent.backend").log(System.Logger.Level.ERROR, "waiting for channels failed", e);
        } finally {
            synchronized (lock) {
                ended = true;
                lock.notifyAll();
            }
        }
    }

    private void selectOnce() throws IOException {
        try {
            selector.select(this::fire);
        } catch (CancelledKeyException _) {
            // A channel that was closed at this very moment; the next pass leaves it out.
        }
    }

    private void fire(SelectionKey selected) {
        Key key = (Key) selected.attachment();
        synchronized (lock) {
            if (key.armed && selected.isValid()) {
                key.readyOps = selected.readyOps();
                selected.interestOps(0);
                key.armed = false;
                fired.add(key);
            }
        }
    }

    // ---- on the loop ----

    /** Tells the watchers of all channels that were found ready; returns whether there was any. */
    boolean report() {
        List<Key> ready;
        synchronized (lock) {
            if (fired.isEmpty()) {
                return false;
            }
            ready = fired;
            fired = taken;
            taken = ready;
        }
        for (Key key : ready) {
            disarmed.add(key);
            key.ready(key.readyOps);
        }
        ready.clear();
        return true;
    }

    /** Arms again what was reported; to be called before each wait. */
    void rearm() {
        if (disarmed.isEmpty()) {
            return;
        }
        synchronized (lock) {
            for (Key key : disarmed) {
                key.arm();
            }
        }
        disarmed.clear();
        armedSincePass = true;
        selector.wakeup();
    }

    /**
     * Makes sure that the selector has looked at every channel since it was armed; for polls that do not wait, and yet are to
     * find what is ready.
     */
    void look() {
        if (armedSincePass) {
            awaitPass();
        }
    }

    /** Tells the watchers of channels that were closed under them; returns whether anybody heard. */
    boolean reportClosedChannels() {
        boolean any = false;
        for (Key key : List.copyOf(keys)) {
            if (!key.selected.channel().isOpen()) {
                any |= key.descriptorClosed();
            }
        }
        return any;
    }

    @Override
    public ReadinessKey keyOf(SelectableChannel channel) throws IOException {
        SelectionKey known = channel.keyFor(selector);
        if (known != null && !known.isValid()) {
            awaitPass();
            known = null;
        }
        if (known == null) {
            channel.configureBlocking(false);
            Key key = new Key();
            synchronized (lock) {
                key.selected = channel.register(selector, 0, key);
            }
            keys.add(key);
            return key;
        }
        return (Key) known.attachment();
    }

    @Override
    public void noteClosed() {
        closedSincePass = true;
        selector.wakeup();
    }

    @Override
    public boolean freeClosed() {
        if (!closedSincePass) {
            return false;
        }
        closedSincePass = false;
        awaitPass();
        return true;
    }

    /** Waits until the selector has forgotten what was closed before the call. */
    private void awaitPass() {
        armedSincePass = false;
        boolean interrupted = false;
        synchronized (lock) {
            // The pass that runs now may have looked before; the next one has not.
            long enough = passCount + 2;
            while (passCount < enough && !ended) {
                selector.wakeup();
                try {
                    lock.wait(1);
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the helper, and returns when it uses nothing of the backend's any more. */
    void close() {
        try {
            selector.close();
        } catch (IOException e) {
            System.getLogger("io.jevent.backend").log(System.Logger.Level.DEBUG, "closing the selector", e);
        }
        boolean interrupted = false;
        while (helper.isAlive()) {
            try {
                helper.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The key of one channel. */
    private final class Key extends ReadinessKey {
        @SuppressWarnings("NullAway.Init") // set under the lock right after it is made
        private SelectionKey selected;

        /** Guarded by the lock, like the next. */
        private boolean armed = true;

        private int readyOps;

        @Override
        protected void watch(int ops) {
            synchronized (lock) {
                if (armed && want(ops)) {
                    armedSincePass = true;
                    selector.wakeup();
                }
            }
        }

        private void arm() {
            armed = true;
            want(union());
        }

        /** Returns whether that is a change. */
        private boolean want(int ops) {
            try {
                if (selected.isValid() && selected.interestOps() != ops) {
                    selected.interestOps(ops);
                    return true;
                }
            } catch (CancelledKeyException _) {
                // Closed by another thread at this very moment; nobody can watch it any more.
            }
            return false;
        }

        @Override
        protected void drop() {
            keys.remove(this);
            selected.cancel();
            noteClosed();
        }
    }
}
