package io.jevent.bufferevent;

import io.jevent.backend.Direction;
import io.jevent.backend.Transport;
import java.util.List;

/** The filter flavor: its transport is the buffer event below. */
final class FilterBufferEventImpl extends AbstractBufferEvent implements FilterBufferEvent {
    private final AbstractBufferEvent below;
    private final BufferFilter filter;
    private final FilterTransport passage;

    private FilterBufferEventImpl(AbstractBufferEvent below, BufferFilter filter, BufferEventOption... options) {
        super(below.base, options);
        this.below = below;
        this.filter = filter;
        boolean closesBelow = List.of(options).contains(BufferEventOption.CLOSE_ON_FREE);
        this.passage = new FilterTransport(this, below, filter, closesBelow);
    }

    static FilterBufferEventImpl on(AbstractBufferEvent below, BufferFilter filter, BufferEventOption... options) {
        below.checkCanBeBelow();
        FilterBufferEventImpl made = new FilterBufferEventImpl(below, filter, options);
        made.passage.takeOver();
        made.begin(made.passage, below.state());
        return made;
    }

    @Override
    BufferEvent self() {
        return this;
    }

    @Override
    boolean flushesWithinTurn() {
        return below.flushesWithinTurn();
    }

    @Override
    void endTransport(Transport transport) {
        transport.close();
    }

    /** The one below may connect again. */
    @Override
    boolean outlivesFailedConnect() {
        return true;
    }

    @Override
    void abandonConnect() {
        below.abandonConnect();
        becomeUnconnected();
    }

    @Override
    void outputEnds() {
        onReady(); // The filter is asked once more for what it has left in the output.
    }

    @Override
    public BufferEvent underlying() {
        return below.self();
    }

    @Override
    public BufferFilter filter() {
        return filter;
    }

    @Override
    boolean doFlush(Direction direction, FlushMode mode) {
        boolean moved;
        if (direction == Direction.READING) {
            boolean movedBelow = below.doFlush(direction, mode);
            moved = passage.flushInput(mode) || movedBelow;
        } else {
            handDown();
            FlushMode pushing = mode == FlushMode.FINISHED ? FlushMode.FLUSH : mode; // The end follows by itself.
            moved = passage.flushOutput(pushing);
            moved |= below.doFlush(direction, pushing);
            if (mode == FlushMode.FINISHED) {
                shutdownOutput();
            }
        }
        return moved;
    }

    @Override
    public String toString() {
        return "FilterBufferEvent[" + state() + ", on " + below + "]";
    }
}
