package io.jevent.buffer;

/**
 * The handle of one {@link ChangeCallback} of one {@link EvBuffer}: turns it off and on, and removes it.
 *
 * <p>Threading: the buffer's thread.
 *
 * @see "libevent struct evbuffer_cb_entry"
 */
public final class ChangeRegistration implements AutoCloseable {
    private final EvBuffer buffer;
    final ChangeCallback callback;
    private boolean enabled = true;
    private boolean immediate;
    private boolean removed;

    ChangeRegistration(EvBuffer buffer, ChangeCallback callback) {
        this.buffer = buffer;
        this.callback = callback;
    }

    /**
     * Turns the callback on or off; changes made while it is off are not reported. Where the buffer defers its callbacks, what
     * counts is whether it is on when they run.
     *
     * @param enabled whether it is called from now on
     * @see "libevent evbuffer_cb_set_flags(), evbuffer_cb_clear_flags()"
     */
    public void enabled(boolean enabled) {
        this.enabled = enabled;
    }

    /**
     * {@return whether the callback is called}
     */
    public boolean isEnabled() {
        return enabled && !removed;
    }

    /**
     * Makes the callback run inside each change even if the buffer defers its callbacks.
     *
     * @param immediate whether it does
     * @return this registration
     * @see EvBuffer#deferChangeCallbacks
     */
    public ChangeRegistration immediate(boolean immediate) {
        this.immediate = immediate;
        return this;
    }

    /**
     * {@return whether the callback runs inside each change even if the buffer defers its callbacks}
     */
    public boolean isImmediate() {
        return immediate;
    }

    void markRemoved() {
        removed = true;
    }

    /**
     * Removes the callback for good, at once even while callbacks run. Idempotent.
     *
     * @see "libevent evbuffer_remove_cb_entry()"
     */
    @Override
    public void close() {
        if (!removed) {
            removed = true;
            buffer.removeRegistration(this);
        }
    }
}
