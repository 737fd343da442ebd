package io.jevent.backend.linux;

import io.jevent.backend.Acceptor;
import io.jevent.backend.AcceptorHandler;
import io.jevent.backend.BackendFeature;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.backend.readiness.ReadinessAcceptor;
import io.jevent.backend.readiness.ReadinessTransport;
import io.jevent.backend.readiness.StreamSocket.Stage;
import io.jevent.buffer.BufferPool;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The backend on {@code epoll}.
 *
 * <p>What watchers want is gathered during a turn and told to the system before the next wait, where it still differs from
 * what the system knows: interest that comes and goes within a turn costs nothing. A descriptor that nobody wants anything of
 * is taken out, because a hang-up is reported however little one asks for.
 */
final class EpollBackend extends LinuxBackend {
    static final String NAME = "epoll";
    static final Set<BackendFeature> FEATURES = Set.of(
            BackendFeature.EDGE_TRIGGERED,
            BackendFeature.CONSTANT_COST,
            BackendFeature.ANY_DESCRIPTOR,
            BackendFeature.EARLY_CLOSE,
            BackendFeature.PRECISE_WAIT);

    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int CTL_ADD = 1;
    private static final int CTL_DEL = 2;
    private static final int CTL_MOD = 3;
    private static final int EPOLLET = 1 << 31;

    private static final int MAX_EVENTS = 256;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int ENOENT = 2;
    private static final int EPERM = 1;
    private static final int EEXIST = 17;
    private static final int ENOMEM = 12;
    private static final int ENOSPC = 28;

    /** How long a poll waits at most while the system has no room to watch what it shall. */
    private static final long RETRY_NANOS = 10 * NANOS_PER_MILLI;

    private final int epoll;
    private final MemorySegment events;
    private final MemorySegment oneEvent;
    private final MemorySegment timespec;

    /** By descriptor. */
    private @Nullable EpollKey[] keys = new @Nullable EpollKey[64];

    /** Those whose watchers may want something else than the system knows. */
    private List<EpollKey> changed = new ArrayList<>();

    /** Empty between two polls; swapped with the other, so that nothing is allocated. */
    private List<EpollKey> told = new ArrayList<>();

    /** Keys that were made. */
    private int generations;

    /** Whether the kernel is too old to wait to the nanosecond. */
    private boolean waitsInMillis;

    EpollBackend(BufferPool pool) throws IOException {
        super(pool);
        this.events = arena.allocate((long) MAX_EVENTS * EpollEvent.BYTES, 8);
        this.oneEvent = arena.allocate(EpollEvent.BYTES, 8);
        this.timespec = arena.allocate(16, 8);
        boolean success = false;
        try {
            this.epoll = sockets.check(sockets.libc.epollCreate(EPOLL_CLOEXEC));
            watchWakeUps();
            success = true;
        } finally {
            if (!success) {
                freeWhatIsOpen();
            }
        }
    }

    private void watchWakeUps() throws IOException {
        int fd = wakeUpDescriptor();
        // Edge-triggered, so that it need never be read: each wake-up is an edge.
        int result = sockets.libc.epollCtl(
                epoll, CTL_ADD, fd, EpollEvent.of(oneEvent, PollEvents.IN | EPOLLET, fd, generations));
        if (result < 0) {
            sockets.close(epoll);
        }
        sockets.check(result);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Set<BackendFeature> features() {
        return FEATURES;
    }

    @Override
    void await(long timeoutNanos) throws IOException {
        int count = waitOnce(tellChanges(timeoutNanos));
        if (count == -Libc.EINTR) {
            return; // A signal of the JVM's own; the loop looks at its timers and waits for what is left.
        }
        sockets.check(count);
        for (int i = 0; i < count; i++) {
            long offset = (long) i * EpollEvent.BYTES;
            int fd = EpollEvent.fd(events, offset);
            EpollKey key = fd < keys.length ? keys[fd] : null;
            // What was closed while another process had it, too, for a moment, may be told of once more.
            if (key != null && key.generation == EpollEvent.generation(events, offset)) {
                key.ready(PollEvents.toOps(EpollEvent.events(events, offset)));
            }
        }
    }

    private int waitOnce(long timeoutNanos) {
        Libc libc = sockets.libc;
        if (timeoutNanos == 0) {
            return libc.epollWait(epoll, events.address(), MAX_EVENTS, 0);
        }
        if (timeoutNanos < 0) {
            return libc.epollWait(epoll, events.address(), MAX_EVENTS, -1);
        }
        if (!waitsInMillis) {
            timespec.set(ValueLayout.JAVA_LONG, 0, timeoutNanos / NANOS_PER_SECOND);
            timespec.set(ValueLayout.JAVA_LONG, 8, timeoutNanos % NANOS_PER_SECOND);
            int count = libc.epollPwait2(epoll, events.address(), MAX_EVENTS, timespec.address());
            if (count != -Libc.ENOSYS && count != -EPERM) { // The latter is what a sandbox says that does not know it.
                return count;
            }
            waitsInMillis = true;
        }
        // Rounded up: a timer must never be early.
        long millis = Math.ceilDiv(timeoutNanos, NANOS_PER_MILLI);
        return libc.epollWait(epoll, events.address(), MAX_EVENTS, (int) Math.min(millis, Integer.MAX_VALUE));
    }

    /** Returns how long the poll may wait after that. */
    private long tellChanges(long timeoutNanos) {
        if (changed.isEmpty()) {
            return timeoutNanos;
        }
        List<EpollKey> now = changed;
        changed = told;
        told = now;
        long timeout = timeoutNanos;
        for (int i = 0; i < now.size(); i++) {
            EpollKey key = now.get(i);
            key.isChanged = false;
            int result = key.tell();
            if (result < 0) {
                timeout = key.onRefused(-result, timeout);
            }
        }
        now.clear();
        return timeout;
    }

    /** Of a descriptor of our own. */
    @Override
    public DescriptorKey keyOf(int fd) {
        EpollKey stale = fd < keys.length ? keys[fd] : null;
        if (stale != null) {
            stale.closedUnderIt();
        }
        return added(new EpollKey(fd, false));
    }

    @Override
    DescriptorKey userKeyOf(int fd, boolean edgeTriggered) throws IOException {
        EpollKey present = fd < keys.length ? keys[fd] : null;
        if (present != null && !present.isGone()) {
            present.checkTriggering(edgeTriggered);
            return present;
        }
        if (present != null) {
            present.closedUnderIt();
        }
        // Asked at once, so that the caller hears what cannot be watched, such as a file.
        EpollKey key = new EpollKey(fd, edgeTriggered);
        sockets.check(key.control(CTL_ADD, PollEvents.IN));
        key.known = PollEvents.IN;
        key.change();
        return added(key);
    }

    private EpollKey added(EpollKey key) {
        if (key.fd >= keys.length) {
            keys = Arrays.copyOf(keys, Math.max(key.fd + 1, keys.length * 2));
        }
        keys[key.fd] = key;
        return key;
    }

    private void forget(EpollKey key) {
        if (keys[key.fd] == key) {
            keys[key.fd] = null;
        }
    }

    @Override
    Transport transportOf(int fd, int family, Stage stage, TransportHandler handler) throws IOException {
        return new ReadinessTransport(new DescriptorStreamSocket(sockets, this, fd, family, stage), memory, handler);
    }

    @Override
    Acceptor acceptorOf(int fd, AcceptorHandler handler) throws IOException {
        return new ReadinessAcceptor(new DescriptorListeningSocket(sockets, this, fd), memory, handler);
    }

    @Override
    Acceptor usersAcceptorOf(int fd, AcceptorHandler handler) throws IOException {
        return new ReadinessAcceptor(
                new DescriptorListeningSocket(sockets, it -> userKeyOf(it, false), fd), memory, handler);
    }

    @Override
    public void reapClosed() {
        // A closed descriptor is free at once.
    }

    @Override
    void closeOwn() {
        sockets.close(epoll);
    }

    /** All watchers of a descriptor, and what the system knows of it. */
    private final class EpollKey extends DescriptorKey {
        private final boolean edgeTriggered;

        /** Tells it apart from what had the same number before. */
        private final int generation = ++generations;

        /** The events that the system knows, 0 when it does not know the descriptor. */
        private int known;

        private boolean isChanged;

        EpollKey(int fd, boolean edgeTriggered) {
            super(fd);
            this.edgeTriggered = edgeTriggered;
        }

        @Override
        protected void watch(int ops) {
            if (!isChanged && PollEvents.of(ops) != known) {
                change();
            }
        }

        private void change() {
            if (!isChanged && !isClosed()) {
                isChanged = true;
                changed.add(this);
            }
        }

        /** Makes the system know what is wanted; returns minus errno if it refuses. */
        private int tell() {
            int wanted = PollEvents.of(union());
            if (isClosed() || wanted == known) {
                return 0;
            }
            int operation = known == 0 ? CTL_ADD : wanted == 0 ? CTL_DEL : CTL_MOD;
            int result = control(operation, wanted);
            // The user may have closed the descriptor, and opened another of the same number.
            if (result == -ENOENT) {
                result = wanted == 0 ? 0 : control(CTL_ADD, wanted);
            } else if (result == -EEXIST) {
                result = control(CTL_MOD, wanted);
            }
            if (result >= 0) {
                known = wanted;
            }
            return result;
        }

        private int control(int operation, int events) {
            int flags = edgeTriggered ? EPOLLET : 0;
            return sockets.libc.epollCtl(epoll, operation, fd, EpollEvent.of(oneEvent, events | flags, fd, generation));
        }

        /** Returns how long the poll may wait. */
        private long onRefused(int error, long timeoutNanos) {
            if (error == ENOSPC || error == ENOMEM) { // As many are watched as a user may, which may pass.
                change();
                return timeoutNanos < 0 ? RETRY_NANOS : Math.min(timeoutNanos, RETRY_NANOS);
            }
            // The descriptor was closed under its watchers, who find that when they use it.
            System.getLogger("io.jevent.backend")
                    .log(System.Logger.Level.DEBUG, "watching descriptor {0}: {1}", fd, sockets.libc.describe(error));
            ready(PollEvents.ALL_OPS);
            return 0;
        }

        /** Whether the system watches it no more, because it was closed under its watchers. */
        private boolean isGone() {
            return known != 0 && control(CTL_MOD, known) == -ENOENT;
        }

        private void checkTriggering(boolean edgeTriggered) {
            if (this.edgeTriggered != edgeTriggered) {
                throw new IllegalStateException("descriptor " + fd + " is watched "
                        + (edgeTriggered ? "level-triggered" : "edge-triggered") + " already");
            }
        }

        @Override
        protected void drop() {
            forget(this);
            if (!isClosed() && known != 0) {
                known = 0;
                control(CTL_DEL, 0);
            }
        }

        @Override
        void onClosing() {
            known = 0;
            forget(this);
        }
    }
}
