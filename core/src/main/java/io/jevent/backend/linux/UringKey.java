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
            operations.stop();
        }
    }

    @Override
    void onClosing() {
        backend.forget(this);
        operations.stop();
    }

    private final class Operations extends RingOwner {
        Operations(RingOwners owners) {
            super(owners);
        }

        /** Ends the poll by its tag: the number may be another descriptor's by now. */
        void stop() {
            if (polled != 0) {
                backend.queue.cancelTagNow(tag(POLL));
            }
            end();
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
                // If that was refused, or something was begun meanwhile, it is cancelled again.
                cancelling &= hasCancelled(queue.result());
                wantsToPrepare();
                return;
            }
            int result = queue.result();
            if (!queue.hasMore()) {
                polled = 0;
                cancelling = false;
                wantsToPrepare();
            }
            if (result == -EBADF && !isEnded()) {
                closing(); // Polling it again would only say so again, or hear of another descriptor.
                descriptorClosed();
                return;
            }
            if (isEnded() || result == -ECANCELED) {
                return;
            }
            // What the kernel refuses the watchers find when they use the descriptor.
            ready(result < 0 ? PollEvents.ALL_OPS : PollEvents.toOps(result));
        }
    }
}
