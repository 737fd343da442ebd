package io.jevent.backend.linux;

import io.jevent.backend.Acceptor;
import io.jevent.backend.AcceptorHandler;
import io.jevent.backend.BackendFeature;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.backend.readiness.StreamSocket.Stage;
import io.jevent.buffer.BufferPool;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The backend on {@code io_uring}: what a turn wants of the system is gathered and submitted by the call that waits, one for
 * all connections.
 */
final class UringBackend extends LinuxBackend {
    private static final int CLOSING_WAITS = 20;
    private static final long CLOSING_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    static final String NAME = "io_uring";
    static final Set<BackendFeature> FEATURES = Set.of(
            BackendFeature.EDGE_TRIGGERED,
            BackendFeature.CONSTANT_COST,
            BackendFeature.ANY_DESCRIPTOR,
            BackendFeature.EARLY_CLOSE,
            BackendFeature.PRECISE_WAIT);

    final CompletionQueue queue;
    final RingOwners owners = new RingOwners();
    final NativeBlock.Pool blocks = new NativeBlock.Pool(arena);
    final ReceivedBytes received = new ReceivedBytes(arena);
    final LargeBuffers largeBuffers;
    private final Map<Integer, UringKey> keys = new HashMap<>();

    /** Whether something was reported while operations were prepared, so that the poll must not wait. */
    private boolean hasReported;

    /** Makes what a backend asks and is answered by. */
    @FunctionalInterface
    interface QueueMaker {
        /** Makes it; its memory may be the arena's. */
        CompletionQueue make(Libc libc, Arena arena) throws IOException;
    }

    UringBackend(BufferPool pool) throws IOException {
        this(pool, new QueueMaker() {
            @Override
            public CompletionQueue make(Libc libc, Arena arena) throws IOException {
                return new KernelRing(libc, arena);
            }
        });
    }

    /** With another queue than the kernel's. */
    UringBackend(BufferPool pool, QueueMaker maker) throws IOException {
        super(pool);
        boolean success = false;
        try {
            this.queue = maker.make(sockets.libc, arena);
            success = true;
        } finally {
            if (!success) {
                freeWhatIsOpen();
            }
        }
        this.largeBuffers = new LargeBuffers(queue, pool, received, arena);
        new WakeUps(owners).wantsToPrepare();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<BackendFeature> features() {
        return FEATURES;
    }

    /** Notes that a handler was told of something inside {@link RingOwner#prepare()}. */
    void reported() {
        hasReported = true;
    }

    @Override
    void await(long timeoutNanos) throws IOException {
        hasReported = false;
        largeBuffers.refill();
        owners.prepare();
        queue.submitAndWait(hasReported ? 0 : memory.bound(timeoutNanos));
        takeCompletions();
    }

    private void takeCompletions() {
        while (queue.next()) {
            owners.complete(queue);
        }
    }

    /** Submits what is asked for: what a flush has handed over leaves although no poll comes. */
    @Override
    public void reapClosed() throws IOException {
        await(0);
    }

    /** Of a descriptor of our own. */
    @Override
    public DescriptorKey keyOf(int fd) {
        UringKey stale = keys.get(fd);
        if (stale != null) {
            stale.closedUnderIt();
        }
        return keyOf(fd, false);
    }

    @Override
    DescriptorKey userKeyOf(int fd, boolean edgeTriggered) throws IOException {
        UringKey key = keyOf(fd, edgeTriggered);
        if (!key.isWatched()) {
            checkCanBeWatched(key);
        }
        return key;
    }

    /** Asked of epoll, so that the caller hears at once what cannot be watched, such as a file. */
    private void checkCanBeWatched(UringKey key) throws IOException {
        Libc libc = sockets.libc;
        int result = libc.epollCreate(0);
        if (result >= 0) {
            int epoll = result;
            result = libc.epollCtl(epoll, 1, key.fd, EpollEvent.of(libc.word(), PollEvents.IN, key.fd, 0));
            sockets.close(epoll);
        }
        if (result < 0) {
            key.drop();
            throw SystemError.of(libc, -result);
        }
    }

    private UringKey keyOf(int fd, boolean edgeTriggered) {
        UringKey key = keys.computeIfAbsent(fd, it -> new UringKey(this, it, edgeTriggered));
        if (key.isEdgeTriggered() != edgeTriggered) {
            throw new IllegalStateException("descriptor " + fd + " is watched "
                    + (edgeTriggered ? "level-triggered" : "edge-triggered") + " already");
        }
        return key;
    }

    void forget(UringKey key) {
        keys.remove(key.fd, key);
    }

    @Override
    Transport transportOf(int fd, int family, Stage stage, TransportHandler handler) {
        return new UringTransport(this, fd, family, stage, handler);
    }

    @Override
    Acceptor acceptorOf(int fd, AcceptorHandler handler) throws IOException {
        return new UringAcceptor(this, fd, handler);
    }

    @Override
    void closeOwn() {
        if (queue.completesHere()) {
            queue.cancelAllNow();
            takeCompletions(); // They give back what they held.
            for (int i = 0; i < CLOSING_WAITS && owners.haveInFlight(); i++) {
                // Where a thread of the kernel's sends, cancelled is not yet ended.
                waitForTheCancelled();
            }
        }
        // What is left is cancelled with the ring. Nothing touches our memory after that: operations move bytes only on
        // the loop's thread inside a call of its own, and no loop runs.
        queue.close();
        largeBuffers.close();
    }

    private void waitForTheCancelled() {
        try {
            queue.submitAndWait(CLOSING_WAIT_NANOS);
        } catch (IOException e) {
            System.getLogger("io.jevent.backend").log(System.Logger.Level.DEBUG, "closing a ring", e);
        }
        queue.cancelAllNow(); // What had not been submitted before is in flight only now.
        takeCompletions();
    }

    /** The poll for wake-ups: the descriptor is never read, each write to it is a completion. */
    private final class WakeUps extends RingOwner {
        private static final int POLL = 1;

        WakeUps(RingOwners owners) {
            super(owners);
        }

        @Override
        void prepare() {
            queue.poll(wakeUpDescriptor(), PollEvents.IN, true, begin(POLL));
        }

        @Override
        void completed(int operation, CompletionQueue completions) {
            if (!completions.hasMore()) {
                wantsToPrepare();
            }
        }
    }
}
