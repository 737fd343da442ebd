package io.jevent.backend.linux;

/**
 * All watchers of a descriptor whose readiness a ring tells. Level-triggered, it is polled once and again after each report;
 * edge-triggered, all the time.
 */
final class UringKey extends DescriptorKey {
    private static final int POLL = 1;
    private static final int CANCEL = 2;
    private static final int EBADF = 9;
    private static final int ECANCELED = 125;

    private final UringBackend backend;
    private final boolean edgeTriggered;
    private final Operations operations;

    /** The events of the poll in flight, 0 if there is none. */
    private int polled;

    private boolean cancelling;

    UringKey(UringBackend backend, int fd, boolean edgeTriggered) {
        super(fd);
        this.backend = backend;
        this.edgeTriggered = edgeTriggered;
        this.operations = new Operations(backend.owners);
    }

    boolean isEdgeTriggered() {
        return edgeTriggered;
    }

    @Override
    protected void watch(int ops) {
        if (!isClosed() && PollEvents.of(ops) != polled) {
            operations.wantsToPrepare();
        }
    }

    @Override
    protected void drop() {
        backend.forget(this);
        if (!isClosed()) {
            if (polled != 0) {
                backend.queue.cancelNow(fd);
            }
            operations.end();
        }
    }

    @Override
    void onClosing() {
        backend.forget(this);
        if (polled != 0) {
            backend.queue.cancelNow(fd);
        }
        operations.end();
    }

    private final class Operations extends RingOwner {
        Operations(RingOwners owners) {
            super(owners);
        }

        @Override
        void prepare() {
            int wanted = PollEvents.of(union());
            if (polled == 0 && wanted != 0) {
                polled = wanted;
                backend.queue.poll(fd, wanted, edgeTriggered, begin(POLL));
            } else if (polled != 0 && polled != wanted && !cancelling && !hasInFlight(CANCEL)) {
                cancelling = true;
                backend.queue.cancel(tag(POLL), begin(CANCEL));
            }
        }

        @Override
        void completed(int operation, CompletionQueue queue) {
            if (operation == CANCEL) {
                wantsToPrepare(); // What was begun meanwhile may have to be cancelled again.
                return;
            }
            int result = queue.result();
            if (result == -EBADF && !isEnded()) {
                descriptorClosed(); // Polling it again would only say so again.
                return;
            }
            if (!queue.hasMore()) {
                polled = 0;
                cancelling = false;
                wantsToPrepare();
            }
            if (isEnded() || result == -ECANCELED) {
                return;
            }
            // What the kernel refuses the watchers find when they use the descriptor.
            ready(result < 0 ? PollEvents.ALL_OPS : PollEvents.toOps(result));
        }
    }
}
