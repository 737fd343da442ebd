package io.jevent.bufferevent;

import io.jevent.backend.Direction;
import io.jevent.buffer.EvBuffer;
import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes between a buffer event above and one below, through a filter.
 *
 * <p>What it hears from below it only notes; it works when it is delivered, in the loop's turn of the one above, and when that
 * one flushes. Bytes go down as long as the one below is writable, and up as long as the one above admits them.
 */
final class FilterTransport extends StackedTransport {
    /** After so many calls of the filter others have their turn. */
    private static final int CALLS_PER_DELIVERY = 64;

    private final BufferFilter filter;
    private final boolean closesBelow;
    private boolean ended;
    private boolean released;

    // ---- what was heard from below ----

    private boolean connected;
    private boolean inputEnded;
    private Condition.@Nullable Failed failure;

    // ---- up ----

    private @Nullable EvBuffer target;
    private long admitted;

    /** The filter waits until the program has drained what it was given. */
    private boolean needsDrain;

    private boolean needsMore;
    private boolean endTold;

    // ---- down ----

    private @Nullable EvBuffer source;
    private long sendAdmitted;

    /** The filter waits until everything below has left. */
    private boolean needsDrainBelow;

    private boolean outputFinished;

    FilterTransport(AbstractBufferEvent above, AbstractBufferEvent below, BufferFilter filter, boolean closesBelow) {
        super(above, below);
        this.filter = filter;
        this.closesBelow = closesBelow;
        above.input()
                .addChangeCallback((buffer, before, added, drained) -> onTargetDrained(drained))
                .immediate(true);
    }

    /** From now on the one below is ours. */
    void takeOver() {
        below.standUnder(this);
        below.enableWriting();
        inputEnded = below.hasInputEnded();
    }

    // ---- what is heard from below ----

    @Override
    public void onBelowReceived() {
        needsMore = false;
        tellIfReady();
    }

    @Override
    public void onBelowSent() {
        if (below.unsentNow() == 0) {
            needsDrainBelow = false;
        }
        above.onSent(0);
        tellIfReady();
    }

    @Override
    public void onBelowCondition(Condition condition) {
        switch (condition) {
            case Condition.Connected _ -> connected = true;
            case Condition.Eof _ -> inputEnded = true;
            case Condition.Failed failed -> failure = failed;
            case Condition.TimedOut timedOut -> above.timedOutBelow(timedOut);
        }
        tellIfReady();
    }

    @Override
    public void onBelowClosed() {
        if (!ended) {
            failure = new Condition.Failed(
                    Direction.READING, new IOException("the buffer event below the filter was closed"));
            above.onReady();
        }
    }

    @Override
    public boolean needsMore() {
        return needsMore && admitted > 0;
    }

    private void tellIfReady() {
        if (!ended && (connected || failure != null || canSendDown() || canReceive())) {
            above.onReady();
        }
    }

    private boolean canSendDown() {
        EvBuffer from = source;
        return from != null && !from.isEmpty() && !needsDrainBelow && below.isWritable();
    }

    private boolean canReceive() {
        boolean something = (!below.isGone() && !below.input().isEmpty() && !needsMore) || (inputEnded && !endTold);
        return admitted > 0 && !needsDrain && something;
    }

    private void onTargetDrained(long drained) {
        if (drained > 0 && needsDrain) {
            needsDrain = false;
            readBelow();
            tellIfReady();
        }
    }

    @Override
    public void deliver() {
        if (connected) {
            connected = false;
            above.onConnected();
        }
        if (!ended && canSendDown()) {
            sendDown(FlushMode.NORMAL);
        }
        if (!ended && canReceive()) {
            passUp(FlushMode.NORMAL, false);
        }
        if (!ended && failure != null) {
            fail(failure);
        }
        if (!ended && canReceive()) {
            above.onReady();
        }
    }

    // ---- up ----

    @Override
    public void receive(EvBuffer target, long admittedBytes) {
        this.target = target;
        this.admitted = admittedBytes;
        readBelow();
        tellIfReady();
    }

    private void readBelow() {
        if (!ended) {
            readBelow(admitted > 0 && !needsDrain);
        }
    }

    /** Calls the filter as long as that brings something; returns whether it did. */
    private boolean passUp(FlushMode asked, boolean whateverTheMark) {
        boolean progress = false;
        for (int calls = 0; calls < CALLS_PER_DELIVERY; calls++) {
            EvBuffer into = target;
            if (ended || endTold || into == null || below.isGone() || needsDrain) {
                return progress;
            }
            EvBuffer from = below.input();
            boolean worthACall = inputEnded || (!needsMore && !from.isEmpty()) || (whateverTheMark && calls == 0);
            if (!worthACall || (admitted == 0 && !whateverTheMark)) {
                return progress;
            }
            long fromBefore = from.length();
            long intoBefore = into.length();
            FilterResult result = callInput(
                    from, into, whateverTheMark ? UNLIMITED : admitted, inputEnded ? FlushMode.FINISHED : asked);
            if (ended || result == null) {
                return progress;
            }
            long gained = into.length() - intoBefore;
            boolean moved = gained > 0 || from.length() < fromBefore;
            progress |= moved;
            needsDrain = result == FilterResult.NEEDS_DRAIN && !into.isEmpty();
            needsMore = !inputEnded && !needsDrain && (result == FilterResult.NEEDS_MORE || !moved);
            if (needsMore) {
                below.limitsChanged(); // Its high mark, if it has one, may be too low for the filter.
            }
            if (needsDrain) {
                readBelow();
            }
            if (gained > 0) {
                if (admitted != UNLIMITED) {
                    admitted = Math.max(0, admitted - gained);
                }
                above.onReceived(gained);
            } else if (inputEnded && !moved && !needsDrain) {
                endOfInput(from.length());
            }
        }
        return progress;
    }

    private @Nullable FilterResult callInput(EvBuffer from, EvBuffer into, long maxBytes, FlushMode mode) {
        into.unfreeze(EvBuffer.End.END);
        IOException problem;
        try {
            return filter.input(from, into, maxBytes, mode);
        } catch (IOException e) {
            problem = e;
        } catch (RuntimeException e) {
            above.engine.report(above.self(), e);
            problem = new IOException("the filter failed: " + e, e);
        } finally {
            if (!into.isClosed()) {
                into.freeze(EvBuffer.End.END);
            }
        }
        fail(new Condition.Failed(Direction.READING, problem));
        return null;
    }

    /** Nothing more comes from below, and the filter can do nothing with what is left. */
    private void endOfInput(long left) {
        endTold = true;
        if (left > 0) {
            String message = "the input ended inside a unit, behind " + left + " bytes of it";
            fail(new Condition.Failed(Direction.READING, new EOFException(message)));
        } else {
            above.onEnd();
        }
    }

    boolean flushInput(FlushMode mode) {
        if (mode == FlushMode.NORMAL || target == null) {
            return false;
        }
        needsMore = false;
        return passUp(mode, true);
    }

    // ---- down ----

    @Override
    public void send(EvBuffer source, long admittedBytes) {
        this.source = source;
        this.sendAdmitted = admittedBytes;
        if (canSendDown()) {
            sendDown(FlushMode.NORMAL);
        }
    }

    @Override
    public void stopSending() {
        source = null;
    }

    private boolean sendDown(FlushMode asked) {
        boolean progress = filterDown(asked);
        if (progress && !ended && !below.isGone()) {
            below.flushWithinTurn();
        }
        return progress;
    }

    /** Calls the filter as long as that brings something; returns whether it did. */
    private boolean filterDown(FlushMode asked) {
        boolean progress = false;
        FlushMode mode = above.isOutputEnding() ? FlushMode.FINISHED : asked;
        for (int calls = 0; calls < CALLS_PER_DELIVERY; calls++) {
            EvBuffer from = source;
            if (ended || from == null || from.isEmpty() || below.isGone() || needsDrainBelow) {
                return progress;
            }
            long room = asked == FlushMode.NORMAL ? below.roomBelowHighMark() : UNLIMITED;
            if (room <= 0) {
                return progress;
            }
            long fromBefore = from.length();
            EvBuffer into = below.output();
            long intoBefore = into.length();
            FilterResult result = callOutput(from, room, mode);
            if (ended || result == null) {
                return progress;
            }
            long taken = fromBefore - from.length();
            boolean moved = taken > 0 || below.isGone() || into.length() > intoBefore;
            progress |= moved;
            needsDrainBelow = result == FilterResult.NEEDS_DRAIN && unsentBytes() > 0;
            if (taken > 0) {
                sent(from, taken);
            }
            if (mode == FlushMode.FINISHED && !moved && !needsDrainBelow) {
                String message = "the output ended inside a unit, behind " + from.length() + " bytes of it";
                fail(new Condition.Failed(Direction.WRITING, new EOFException(message)));
                return progress;
            }
            if (!moved || (result != FilterResult.OK && mode != FlushMode.FINISHED)) {
                return progress;
            }
        }
        tellIfReady();
        return progress;
    }

    private void sent(EvBuffer from, long taken) {
        if (sendAdmitted != UNLIMITED) {
            sendAdmitted -= taken;
        }
        if (from.isEmpty() || sendAdmitted <= 0) {
            source = null;
        }
        above.onSent(taken);
    }

    private @Nullable FilterResult callOutput(EvBuffer from, long maxBytes, FlushMode mode) {
        from.unfreeze(EvBuffer.End.START);
        IOException problem;
        try {
            return from.length() <= sendAdmitted
                    ? filter.output(from, below.output(), maxBytes, mode)
                    : callOutputWithTheAdmitted(from, maxBytes, mode);
        } catch (IOException e) {
            problem = e;
        } catch (RuntimeException e) {
            above.engine.report(above.self(), e);
            problem = new IOException("the filter failed: " + e, e);
        } finally {
            if (!from.isClosed()) {
                from.freeze(EvBuffer.End.START);
            }
        }
        fail(new Condition.Failed(Direction.WRITING, problem));
        return null;
    }

    /**
     * The filter sees no more than it may take, which is then not the end; what it leaves goes back. A unit that is larger goes
     * whole, and is paid back later.
     */
    private FilterResult callOutputWithTheAdmitted(EvBuffer from, long maxBytes, FlushMode mode) throws IOException {
        long before = from.length();
        FilterResult result;
        try (EvBuffer part = above.base.newBuffer()) {
            from.moveTo(part, sendAdmitted);
            try {
                FlushMode forPart = mode == FlushMode.FINISHED ? FlushMode.FLUSH : mode;
                result = filter.output(part, below.output(), maxBytes, forPart);
            } finally {
                if (!from.isClosed()) {
                    from.prependBuffer(part);
                }
            }
        }
        boolean nothingTaken = !from.isClosed() && from.length() == before;
        return nothingTaken ? filter.output(from, below.output(), maxBytes, mode) : result;
    }

    boolean flushOutput(FlushMode mode) {
        if (mode == FlushMode.NORMAL || below.isGone() || outputFinished) {
            return false;
        }
        boolean progress = sendDown(mode);
        boolean hasEnded = ended || outputFinished || below.isGone(); // By what was called when the last byte had left.
        if (!hasEnded && source == null && mode == FlushMode.FLUSH) {
            progress |= pushOut(mode);
        }
        return progress;
    }

    /** Lets the filter give out what it has kept back. */
    private boolean pushOut(FlushMode mode) {
        long before = below.output().length();
        try (EvBuffer nothing = above.base.newBuffer()) {
            sendAdmitted = UNLIMITED;
            callOutput(nothing, UNLIMITED, mode);
        }
        boolean progress = !ended && !below.isGone() && below.output().length() > before;
        if (progress) {
            below.flushWithinTurn();
        }
        return progress;
    }

    @Override
    public void shutdownOutput() {
        if (ended || outputFinished || below.isGone()) {
            return;
        }
        outputFinished = true;
        pushOut(FlushMode.FINISHED);
        if (!ended && !below.isGone()) {
            below.shutdownOutput();
        }
    }

    // ---- the end ----

    private void fail(Condition.Failed told) {
        failure = null;
        if (ended) {
            return;
        }
        if (told.direction() != Direction.CONNECTING) {
            ended = true;
        }
        above.onFailed(told.direction(), told.cause());
    }

    @Override
    public void close() {
        ended = true;
        target = null;
        source = null;
        if (!released) {
            released = true;
            filter.close();
            if (below.isUnder(this)) {
                below.standAlone();
                if (closesBelow) {
                    below.close();
                }
            }
        }
    }
}
