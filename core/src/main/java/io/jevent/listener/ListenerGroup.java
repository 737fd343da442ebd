package io.jevent.listener;

import io.jevent.backend.AcceptedSocket;
import io.jevent.event.EventBase;
import io.jevent.event.EventBaseGroup;
import io.jevent.event.HandOverCallback;
import io.jevent.loop.LoopAccess;
import io.jevent.loop.LoopEngine;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Listens on one address for all bases of an {@link EventBaseGroup}, and spreads the connections over them.
 *
 * <pre>{@code
 * try (EventBaseGroup group = EventBaseGroup.create(4, EventBaseConfig.builder().build())) {
 *     group.start();
 *     ListenerGroup.bind(group, address, ListenerConfig.of(ListenerOption.REUSE_ADDRESS),
 *             (base, socket) -> serve(SocketBufferEvent.create(base, socket)));
 *     ...
 * }
 * }</pre>
 *
 * <p>How is told by {@link Spreading} and {@link Balance}. It closes with the bases.
 *
 * <p>Threading: any thread, but for {@code bind}; what changes something takes effect in each loop's next turn.
 *
 * <p><em>Difference</em>: libevent leaves threads to the program.
 */
public final class ListenerGroup implements AutoCloseable {
    private static final boolean SYSTEM_SPREADS = System.getProperty("os.name").equals("Linux");
    private static final long LOOK_AT_GROUP_MILLIS = 20;

    private final EventBaseGroup group;
    private final Balance balance;
    private final HandOverCallback onAccept;

    /** Open connections, by the index of the base they were given to. */
    private final AtomicIntegerArray openCounts;

    /** One for each base, or one on the first base. */
    private final List<ConnectionListener> listeners = new ArrayList<>();

    private Spreading spreading = Spreading.HAND_OVER;

    /** Makes all loops see what is done to the group in the same order. */
    private final Object order = new Object();

    /** Whose turn it is; belongs to the loop of the listener that hands over. */
    private int nextIndex;

    private ListenerGroup(EventBaseGroup group, Balance balance, HandOverCallback onAccept) {
        this.group = group;
        this.balance = balance;
        this.onAccept = onAccept;
        this.openCounts = new AtomicIntegerArray(group.bases().size());
    }

    /**
     * Listens, with {@link Spreading#BEST} and {@link Balance#ROUND_ROBIN}.
     *
     * <p>Threading: until the group has started its maker's thread; from then on any but those of the group. Waits for the
     * loops of the group.
     *
     * @param group the loops
     * @param address where; port 0 picks a free one
     * @param config how; see {@link Spreading} about its limits
     * @param onAccept takes each connection on the loop it came to
     * @return the listener group
     * @throws IOException if the system refuses, for instance because the address is in use
     * @throws UnsupportedOperationException if the backend does not have an option of the socket
     * @throws IllegalArgumentException as {@link ConnectionListener#bind(EventBase, SocketAddress, ListenerConfig,
     *     AcceptCallback)}
     * @throws IllegalStateException on a thread of the group, or if the group has been stopped
     * @throws WrongThreadException if the group has not started and belongs to another thread
     */
    public static ListenerGroup bind(
            EventBaseGroup group, SocketAddress address, ListenerConfig config, HandOverCallback onAccept)
            throws IOException {
        return bind(group, address, config, Spreading.BEST, Balance.ROUND_ROBIN, onAccept);
    }

    /**
     * Listens.
     *
     * <p>Threading: as {@link #bind(EventBaseGroup, SocketAddress, ListenerConfig, HandOverCallback)}.
     *
     * @param group the loops
     * @param address where; port 0 picks a free one
     * @param config how; see {@link Spreading} about its limits
     * @param spreading how connections come to the loops
     * @param balance to which one the next connection goes
     * @param onAccept takes each connection on the loop it came to
     * @return the listener group
     * @throws IOException if the system refuses, for instance because the address is in use
     * @throws UnsupportedOperationException if the backend does not have an option of the socket, or does not have {@link
     *     Spreading#REUSE_PORT}
     * @throws IllegalArgumentException as {@link ConnectionListener#bind(EventBase, SocketAddress, ListenerConfig,
     *     AcceptCallback)}, and for {@link Spreading#REUSE_PORT} if the address is not an Internet one
     * @throws IllegalStateException on a thread of the group, or if the group has been stopped
     * @throws WrongThreadException if the group has not started and belongs to another thread
     */
    public static ListenerGroup bind(
            EventBaseGroup group,
            SocketAddress address,
            ListenerConfig config,
            Spreading spreading,
            Balance balance,
            HandOverCallback onAccept)
            throws IOException {
        boolean internet = address instanceof InetSocketAddress;
        if (spreading == Spreading.REUSE_PORT && !internet) {
            throw new IllegalArgumentException("REUSE_PORT needs an Internet address, got " + address);
        }
        boolean isBest = SYSTEM_SPREADS
                && internet
                && group.bases().size() > 1
                && config.limits().isNone();
        ListenerGroup made = new ListenerGroup(group, balance, onAccept);
        switch (spreading) {
            case REUSE_PORT -> made.open(address, config, true);
            case HAND_OVER -> made.open(address, config, false);
            case BEST -> {
                if (!isBest || !made.openIfSpread(address, config)) {
                    made.open(address, config, false);
                }
            }
        }
        return made;
    }

    private boolean openIfSpread(SocketAddress address, ListenerConfig config) throws IOException {
        try {
            open(address, config, true);
            return true;
        } catch (UnsupportedOperationException _) {
            return false; // If that was for another option, the next attempt says so.
        }
    }

    /** Opens all or nothing. */
    private void open(SocketAddress address, ListenerConfig config, boolean onEach) throws IOException {
        boolean success = false;
        try {
            if (onEach) {
                openOnEach(address, config.with(StandardSocketOptions.SO_REUSEPORT, true));
                spreading = Spreading.REUSE_PORT;
            } else {
                EventBase first = group.bases().getFirst();
                listeners.add(openOn(first, address, config, (listener, socket) -> handOver(socket)));
            }
            success = true;
        } finally {
            if (!success) {
                close();
                listeners.clear();
            }
        }
    }

    private void openOnEach(SocketAddress address, ListenerConfig config) throws IOException {
        SocketAddress bound = address;
        for (int i = 0; i < group.bases().size(); i++) {
            EventBase base = group.bases().get(i);
            int index = i;
            ConnectionListener listener = openOn(base, bound, config, (self, socket) -> {
                count(index, socket);
                onAccept.onHandOver(base, socket);
            });
            listeners.add(listener);
            bound = listener.localAddress();
        }
    }

    /** Opens a listener on the thread of its base. */
    private ConnectionListener openOn(
            EventBase base, SocketAddress address, ListenerConfig config, AcceptCallback callback) throws IOException {
        LoopEngine engine = LoopAccess.engineOf(base);
        if (engine.isClosed()) {
            throw new IllegalStateException("need a group that has not been stopped");
        }
        if (!group.isRunning()) {
            return ConnectionListener.bind(base, address, config, callback);
        }
        for (EventBase each : group.bases()) {
            if (LoopAccess.engineOf(each).isInLoopForGood()) {
                throw new IllegalStateException("a thread of the group cannot wait for the others");
            }
        }
        CompletableFuture<ConnectionListener> opened = new CompletableFuture<>();
        try {
            engine.execute(() -> open(opened, base, address, config, callback), true);
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("need a group that has not been stopped", e);
        }
        return await(opened, engine);
    }

    private static void open(
            CompletableFuture<ConnectionListener> opened,
            EventBase base,
            SocketAddress address,
            ListenerConfig config,
            AcceptCallback callback) {
        try {
            ConnectionListener listener = ConnectionListener.bind(base, address, config, callback);
            if (!opened.complete(listener)) {
                listener.close(); // Nobody waits for it any more.
            }
        } catch (IOException | RuntimeException e) {
            opened.completeExceptionally(e);
        }
    }

    /** Waits for a loop, which may come to its end instead. */
    private static ConnectionListener await(CompletableFuture<ConnectionListener> opened, LoopEngine engine)
            throws IOException {
        while (true) {
            boolean closed = engine.isClosed();
            try {
                return opened.get(LOOK_AT_GROUP_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException _) {
                if (closed && opened.cancel(false)) {
                    throw new IllegalStateException("the group was stopped meanwhile");
                }
            } catch (InterruptedException _) {
                opened.cancel(false);
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for a loop of the group");
            } catch (ExecutionException e) {
                throw rethrown(e.getCause());
            }
        }
    }

    /** What a loop's thread has thrown, for the thread that waits. */
    private static IOException rethrown(@Nullable Throwable thrown) {
        return switch (thrown) {
            case IOException refused -> refused;
            case RuntimeException wrong -> throw wrong;
            case null, default -> throw new IllegalStateException(thrown);
        };
    }

    private void handOver(AcceptedSocket socket) {
        int index = nextIndex();
        count(index, socket);
        group.handOver(group.bases().get(index), socket, onAccept);
    }

    private int nextIndex() {
        int length = openCounts.length();
        int best = nextIndex;
        if (balance == Balance.LEAST_CONNECTIONS) {
            for (int i = 1; i < length; i++) {
                int other = (nextIndex + i) % length;
                best = openCounts.get(other) < openCounts.get(best) ? other : best;
            }
        }
        nextIndex = (best + 1) % length;
        return best;
    }

    private void count(int index, AcceptedSocket socket) {
        openCounts.incrementAndGet(index);
        socket.onClosed(() -> openCounts.decrementAndGet(index));
    }

    /**
     * {@return the loops}
     */
    public EventBaseGroup group() {
        return group;
    }

    /**
     * {@return where it listens, with the port the system chose}
     */
    public SocketAddress localAddress() {
        return listeners.getFirst().localAddress();
    }

    /**
     * {@return how it spreads connections: never {@link Spreading#BEST}}
     */
    public Spreading spreading() {
        return spreading;
    }

    /**
     * {@return the listeners: of each base, or of the first; each belongs to its own loop, where its error and limit callbacks
     * can be set}
     */
    public List<ConnectionListener> listeners() {
        return List.copyOf(listeners);
    }

    /**
     * {@return open connections of all bases; of a moment, for other loops go on}
     */
    public int openConnections() {
        int sum = 0;
        for (int i = 0; i < openCounts.length(); i++) {
            sum += openCounts.get(i);
        }
        return sum;
    }

    /**
     * {@return open connections that were given to one base, those under way included}
     *
     * @param base one of the group's
     * @throws IllegalArgumentException if it is not one of the group's
     */
    public int openConnections(EventBase base) {
        int index = group.bases().indexOf(base);
        if (index < 0) {
            throw new IllegalArgumentException("need a base of this group, got " + base);
        }
        return openCounts.get(index);
    }

    /** Stops accepting; connections wait in the system's backlogs. Idempotent; does nothing once closed. */
    public void pause() {
        onEach(listener -> {
            if (!listener.isClosed()) {
                listener.pause();
            }
        });
    }

    /** Starts accepting. Idempotent; does nothing once closed. */
    public void resume() {
        onEach(listener -> {
            if (!listener.isClosed()) {
                listener.resume();
            }
        });
    }

    /**
     * Stops listening; connections in the backlogs are reset, those that were accepted go on. The address is free once every
     * loop has come to it. Idempotent.
     */
    @Override
    public void close() {
        onEach(ConnectionListener::close);
    }

    private void onEach(Consumer<ConnectionListener> action) {
        synchronized (order) {
            for (ConnectionListener listener : listeners) {
                LoopEngine engine = LoopAccess.engineOf(listener.base());
                // Where the group has just started, the maker's thread may look like that of a loop which is yet to
                // begin.
                if (group.isRunning() ? engine.isInLoopForGood() : engine.isInLoop()) {
                    action.accept(listener);
                    continue;
                }
                try {
                    engine.execute(() -> action.accept(listener), true);
                } catch (RejectedExecutionException _) {
                    // It has been closed with its base.
                }
            }
        }
    }

    @Override
    public String toString() {
        return "ListenerGroup[" + localAddress() + ", " + spreading() + "]";
    }
}
