package io.jevent.bufferevent;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The callbacks of one buffer event that are due, in the order they will run: connected, read, write, writable, conditions.
 *
 * <p>Several reads or writes are one. Conditions are few: at most one end for each direction, and time-outs, which disable
 * their direction until the user enables it again.
 */
final class PendingCallbacks {
    private boolean connected;
    private boolean read;
    private boolean write;
    private boolean writable;

    /** Null until the first one: most connections never have two at a time. */
    private @Nullable ArrayDeque<Condition> conditions;

    void addRead() {
        read = true;
    }

    void addWrite() {
        write = true;
    }

    void addWritable() {
        writable = true;
    }

    void add(Condition condition) {
        if (condition instanceof Condition.Connected) {
            connected = true;
            return;
        }
        if (conditions == null) {
            conditions = new ArrayDeque<>(4);
        }
        conditions.add(condition);
    }

    boolean isEmpty() {
        return !connected && !read && !write && !writable && (conditions == null || conditions.isEmpty());
    }

    boolean takeConnected() {
        boolean due = connected;
        connected = false;
        return due;
    }

    boolean takeRead() {
        boolean due = read;
        read = false;
        return due;
    }

    boolean takeWrite() {
        boolean due = write;
        write = false;
        return due;
    }

    boolean takeWritable() {
        boolean due = writable;
        writable = false;
        return due;
    }

    @Nullable
    Condition takeCondition() {
        return conditions == null ? null : conditions.poll();
    }

    /** Takes all conditions, that of a new connection first. */
    List<Condition> takeConditions() {
        List<Condition> taken = new ArrayList<>();
        if (takeConnected()) {
            taken.add(Condition.Connected.INSTANCE);
        }
        for (Condition next = takeCondition(); next != null; next = takeCondition()) {
            taken.add(next);
        }
        return taken;
    }

    /** Forgets everything but that bytes have arrived. */
    void forgetConnection() {
        connected = false;
        write = false;
        writable = false;
        conditions = null;
    }

    void clear() {
        connected = false;
        read = false;
        write = false;
        writable = false;
        conditions = null;
    }
}
