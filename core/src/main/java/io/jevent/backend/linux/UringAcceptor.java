package io.jevent.backend.linux;

import io.jevent.backend.Acceptor;
import io.jevent.backend.AcceptorHandler;
import io.jevent.backend.readiness.MemoryWaiter;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket over a ring: one operation accepts for as long as accepting is on. What was accepted while it was being
 * turned off is kept, and handed over when it is on again.
 */
final class UringAcceptor extends RingOwner implements Acceptor, MemoryWaiter {
    /** Connections handed over in one turn, so that a flood of them does not starve those already here. */
    private static final int MAX_ACCEPTS_PER_TURN = 64;

    /** Connections that wait to be handed over at most; beyond it accepting pauses. */
    private static final int MAX_WAITING = 1024;

    private static final int ACCEPT = 1;
    private static final int CANCEL = 2;
    private static final int ECANCELED = 125;

    private final UringBackend backend;
    private final int fd;
    private final int family;
    private final SocketAddress localAddress;
    private final AcceptorHandler handler;
    private final ArrayDeque<DescriptorAcceptedSocket> accepted = new ArrayDeque<>();
    private @Nullable IOException failure;
    private boolean accepting;
    private boolean waitsForMemory;

    /** Whether the operation is in flight. */
    private boolean armed;

    private boolean cancelling;

    UringAcceptor(UringBackend backend, int fd, AcceptorHandler handler) throws IOException {
        SocketAddress address =
                Objects.requireNonNull(backend.sockets.localAddress(fd), "a listening socket has an address");
        super(backend.owners);
        this.backend = backend;
        this.fd = fd;
        this.handler = handler;
        this.localAddress = address;
        this.family = SocketAddressCodec.familyOf(localAddress);
    }

    @Override
    public SocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public OptionalInt descriptor() {
        return OptionalInt.of(fd);
    }

    @Override
    public void accepting(boolean accepting) {
        this.accepting = accepting && !isEnded();
        wantsToPrepare();
    }

    private boolean mayAccept() {
        return accepting && !waitsForMemory;
    }

    @Override
    public void memoryAvailable() {
        waitsForMemory = false;
        accepting(accepting);
    }

    @Override
    void prepare() {
        boolean wanted = mayAccept() && accepted.size() < MAX_WAITING && failure == null;
        if (wanted && !armed) {
            armed = true;
            backend.queue.accept(fd, begin(ACCEPT));
        } else if (!wanted && armed && !cancelling && !hasInFlight(CANCEL)) {
            cancelling = true;
            backend.queue.cancel(tag(ACCEPT), begin(CANCEL));
        }
        reportIfAny();
    }

    private void reportIfAny() {
        if (mayAccept() && (!accepted.isEmpty() || failure != null)) {
            backend.reported();
            handler.onReady();
        }
    }

    @Override
    void completed(int operation, CompletionQueue queue) {
        if (operation == CANCEL) {
            // If that was refused, or something was begun meanwhile, it is cancelled again.
            cancelling &= hasCancelled(queue.result());
            wantsToPrepare();
            return;
        }
        if (!queue.hasMore()) {
            armed = false;
            cancelling = false;
            wantsToPrepare();
        }
        int result = queue.result();
        if (result >= 0) {
            take(new DescriptorAcceptedSocket(result, family, null));
        } else if (Sockets.endsAccepting(-result) && result != -ECANCELED) {
            failure = SystemError.of(backend.sockets.libc, -result);
        }
        reportIfAny();
    }

    private void take(DescriptorAcceptedSocket socket) {
        if (isEnded()) {
            socket.close();
            return;
        }
        accepted.add(socket);
        if (accepted.size() == MAX_WAITING) {
            wantsToPrepare();
        }
    }

    @Override
    public void deliver() {
        if (!waitsForMemory && backend.memory.mustWait(this)) {
            waitsForMemory = true;
            wantsToPrepare();
        }
        for (int i = 0; i < MAX_ACCEPTS_PER_TURN && mayAccept() && !accepted.isEmpty(); i++) {
            handler.onAccepted(accepted.remove());
        }
        IOException cause = failure;
        if (mayAccept() && accepted.isEmpty() && cause != null) {
            failure = null;
            wantsToPrepare();
            handler.onAcceptFailed(cause);
        } else if (!accepted.isEmpty()) {
            wantsToPrepare(); // The next poll tells of the rest.
        }
    }

    @Override
    public void close() {
        if (!isEnded()) {
            release();
            backend.sockets.close(fd);
        }
    }

    @Override
    public void release() {
        if (!isEnded()) {
            accepting = false;
            backend.memory.forget(this);
            if (hasInFlight()) {
                // At once, because somebody may want to bind the address again.
                backend.queue.cancelNow(fd);
            }
            accepted.forEach(DescriptorAcceptedSocket::close);
            accepted.clear();
            end();
        }
    }
}
