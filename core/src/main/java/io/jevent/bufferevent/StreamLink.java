package io.jevent.bufferevent;

import io.jevent.buffer.EvBuffer;
import io.jevent.loop.LoopEngine;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the loop and the threads in a pair of blocking streams share.
 *
 * <p>In: the loop moves what comes into {@link #arrived} and stops reading when more than half of what may be held is there;
 * whoever takes bytes starts it again. Out: everything goes through the queue of the remote view, with a bound of its own, and
 * whoever finds it full waits until that says there is room. So neither side ever waits for the other with the lock held.
 *
 * <p>Threading: any thread, but what a {@link Layer} hears is told on the loop's.
 */
final class StreamLink implements Layer {
    private static final int QUEUED_BYTES = BlockingStreams.DEFAULT_HIGH_BYTES;

    private final AbstractBufferEvent owner;
    private final LoopEngine engine;
    private final RemoteQueue queue;

    /** The loop's: what comes is here on its way, because the input's change callbacks are the user's. */
    private final EvBuffer passing = EvBuffer.create();

    /** Bytes held at which reading goes on again. */
    private final long resumeBytes;

    /** Guards everything below. Nothing waits for it long: the longest is a copy of what may be held. */
    private final ReentrantLock lock = new ReentrantLock();

    private final java.util.concurrent.locks.Condition readable = lock.newCondition();
    private final java.util.concurrent.locks.Condition writable = lock.newCondition();
    private final EvBuffer arrived = EvBuffer.create();
    private boolean paused;
    private boolean resumeAsked;

    /** The peer has ended its output. */
    private boolean inputEnded;

    private boolean inputClosed;
    private boolean outputClosed;

    /** The buffer event is closed or closing. */
    private boolean ended;

    /** Why there is no connection; null while there is one, or may be one. */
    private @Nullable IOException failure;

    /** How often reading fell silent; those who wait meanwhile are told. */
    private long readTimeouts;

    private long writeTimeouts;

    /** Those of the write timeouts that somebody was told of. */
    private long writeTimeoutsTold;

    /** Whoever waits will be told of room by the queue. */
    private boolean roomAsked;

    /** Bytes put into the queue. */
    private long written;

    /** Those of them that are in the output, as far as a flush has asked. */
    private long handedOn;

    /** Those of them that have left. */
    private long flushed;

    StreamLink(AbstractBufferEvent owner) {
        this.owner = owner;
        this.engine = owner.engine;
        owner.checkCanBeBelow();
        long high = owner.inputWatermark().high();
        long held = high == Watermark.UNLIMITED ? BlockingStreams.DEFAULT_HIGH_BYTES : high;
        this.resumeBytes = held / 2;
        this.queue = owner.remote().queue();
        owner.inputWatermark(new Watermark(0, held - resumeBytes));
    }

    /** Takes the buffer event over. Loop only. */
    void begin() {
        owner.standUnder(this);
        inputEnded = owner.hasInputEnded();
        owner.enableWriting();
        owner.enableReading();
        onBelowReceived();
    }

    RemoteQueue queue() {
        return queue;
    }

    void checkNotOnLoop() {
        if (engine.isInLoop() && !engine.isClosed()) {
            throw new IllegalStateException(
                    "this would block the loop for ever; call it on another thread, and on the loop's"
                            + " use callbacks, input() and write() of the buffer event");
        }
    }

    // ---- in, on the loop ----

    @Override
    public void onBelowReceived() {
        if (owner.isGone()) {
            return;
        }
        owner.input().moveTo(passing, Long.MAX_VALUE);
        boolean pauses;
        lock.lock();
        try {
            if (inputClosed || ended) {
                pauses = false;
            } else {
                passing.moveTo(arrived, Long.MAX_VALUE);
                pauses = arrived.length() > resumeBytes;
                paused |= pauses;
                readable.signalAll();
            }
        } finally {
            lock.unlock();
        }
        passing.drain(Long.MAX_VALUE);
        if (pauses && !owner.isGone()) {
            owner.disableReading();
        }
    }

    private void resumeReading() {
        boolean resumes;
        lock.lock();
        try {
            resumeAsked = false;
            resumes = paused && arrived.length() <= resumeBytes;
            paused &= !resumes;
        } finally {
            lock.unlock();
        }
        if (resumes && !owner.isGone()) {
            owner.enableReading();
        }
    }

    // ---- in, on other threads ----

    /** Waits until there is something, and takes of it; returns a default at the end. */
    long take(long atEnd, ToLongFunction<EvBuffer> taking) throws IOException {
        checkNotOnLoop();
        boolean resumes;
        long taken;
        lockInterruptibly();
        try {
            if (!awaitArrival()) {
                return atEnd;
            }
            taken = taking.applyAsLong(arrived);
            resumes = mustResume();
        } finally {
            lock.unlock();
        }
        executeIf(resumes, this::resumeReading);
        return taken;
    }

    private boolean awaitArrival() throws IOException {
        long timeoutsBefore = readTimeouts;
        while (true) {
            if (inputClosed) {
                throw new IOException("the input is closed");
            }
            if (!arrived.isEmpty()) {
                return true;
            }
            if (inputEnded) {
                return false;
            }
            throwIfBroken();
            if (readTimeouts != timeoutsBefore) {
                throw new SocketTimeoutException("nothing came in time");
            }
            await(readable);
        }
    }

    private boolean mustResume() {
        boolean asks = paused && !resumeAsked && arrived.length() <= resumeBytes;
        resumeAsked |= asks;
        return asks;
    }

    int available() throws IOException {
        lock.lock();
        try {
            if (inputClosed) {
                throw new IOException("the input is closed");
            }
            return (int) Math.min(arrived.length(), Integer.MAX_VALUE);
        } finally {
            lock.unlock();
        }
    }

    // ---- out ----

    /** Bytes that find room at once as soon as a writer is told to go on. */
    int pieceBytes() {
        return Math.max(1, limit() / 2);
    }

    private int limit() {
        return (int) Math.min(QUEUED_BYTES, queue.maxBytes());
    }

    /** Waits until the queue takes something. */
    void put(long byteCount, LongFunction<RemoteResult> offer) throws IOException {
        lockInterruptibly();
        try {
            long timeoutsBefore = checkCanWrite();
            while (isFull(offer.apply(limit()))) {
                awaitRoom(timeoutsBefore);
            }
            written += byteCount;
        } finally {
            lock.unlock();
        }
    }

    private boolean isFull(RemoteResult result) throws IOException {
        return switch (result) {
            case ACCEPTED -> false;
            case FULL -> true;
            case CLOSED -> throw new IOException("the output is closed");
        };
    }

    private void awaitRoom(long timeoutsBefore) throws IOException {
        if (!roomAsked) {
            long atMostBytes = Math.max(0, limit() - pieceBytes());
            roomAsked = isFullOrAsked(queue.whenAtMost(atMostBytes, this::onRoom));
        }
        await(writable);
        checkGoesOn(timeoutsBefore);
    }

    private static boolean isFullOrAsked(RemoteResult result) throws IOException {
        if (result == RemoteResult.ACCEPTED) {
            return true;
        }
        throw new IOException(
                result == RemoteResult.CLOSED ? "the output is closed" : "too many wait for room in the queue");
    }

    private void onRoom() {
        lock.lock();
        try {
            roomAsked = false;
            writable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until everything written has left. */
    void flush() throws IOException {
        checkNotOnLoop();
        lockInterruptibly();
        try {
            long timeoutsBefore = checkCanWrite();
            long target = written;
            if (flushed >= target) {
                return;
            }
            while (isFull(queue.execute(_ -> onHandedOn(target)))) {
                awaitRoom(timeoutsBefore);
            }
            while (flushed < target) {
                await(writable);
                checkGoesOn(timeoutsBefore);
            }
        } finally {
            lock.unlock();
        }
    }

    private void onHandedOn(long target) {
        lock.lock();
        try {
            handedOn = Math.max(handedOn, target);
        } finally {
            lock.unlock();
        }
        onBelowSent();
    }

    @Override
    public void onBelowSent() {
        if (owner.isGone() || owner.unsent() > 0) {
            return;
        }
        lock.lock();
        try {
            if (flushed < handedOn) {
                flushed = handedOn;
                writable.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Throws what a writer is to hear before it does anything, else returns what it must have heard of. */
    private long checkCanWrite() throws IOException {
        long told = writeTimeoutsTold;
        checkGoesOn(told);
        return told;
    }

    private void checkGoesOn(long timeoutsBefore) throws IOException {
        if (outputClosed) {
            throw new IOException("the output is closed");
        }
        throwIfBroken();
        if (writeTimeouts != timeoutsBefore) {
            writeTimeoutsTold = writeTimeouts;
            throw new SocketTimeoutException("what was written did not leave in time");
        }
    }

    // ---- waiting ----

    private void lockInterruptibly() throws InterruptedIOException {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // every caller loops
    private static void await(java.util.concurrent.locks.Condition condition) throws InterruptedIOException {
        try {
            condition.await();
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted while waiting for the loop");
    }

    private void throwIfBroken() throws IOException {
        IOException cause = failure;
        if (cause instanceof SocketTimeoutException) {
            throw (IOException) new SocketTimeoutException(cause.getMessage()).initCause(cause);
        }
        if (cause != null) {
            throw new IOException(cause.getMessage(), cause); // The stack is the caller's, the cause the loop's.
        }
        if (ended) {
            throw new IOException("the buffer event is closed");
        }
    }

    // ---- conditions ----

    @Override
    public void onBelowCondition(Condition condition) {
        lock.lock();
        try {
            note(condition);
            readable.signalAll();
            writable.signalAll();
        } finally {
            lock.unlock();
        }
        if (condition instanceof Condition.TimedOut timedOut && !owner.isGone()) {
            goOnAfter(timedOut);
        }
    }

    private void note(Condition condition) {
        switch (condition) {
            case Condition.Connected _ -> failure = null;
            case Condition.Eof _ -> inputEnded = true;
            case Condition.Failed failed -> failure = failed.cause();
            case Condition.TimedOut timedOut -> {
                switch (timedOut.direction()) {
                    case READING -> readTimeouts++;
                    case WRITING -> writeTimeouts++;
                    case CONNECTING -> failure = new SocketTimeoutException("the connect took too long");
                }
            }
        }
    }

    private void goOnAfter(Condition.TimedOut timedOut) {
        switch (timedOut.direction()) {
            case READING -> owner.enableReading();
            case WRITING -> owner.enableWriting();
            case CONNECTING -> {}
        }
    }

    @Override
    public void flushAbove() {}

    // ---- the end ----

    @Override
    public void onBelowClosed() {
        try (EvBuffer dropped = EvBuffer.create()) {
            lock.lock();
            try {
                ended = true;
                arrived.moveTo(dropped, Long.MAX_VALUE);
                readable.signalAll();
                writable.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    void closeInput() {
        boolean resumes;
        boolean isLast;
        try (EvBuffer dropped = EvBuffer.create()) {
            lock.lock();
            try {
                inputClosed = true;
                isLast = outputClosed;
                arrived.moveTo(dropped, Long.MAX_VALUE);
                resumes = mustResume();
                readable.signalAll();
            } finally {
                lock.unlock();
            }
        }
        executeIf(resumes, this::resumeReading);
        if (isLast) {
            queue.closeAfterFlush(BlockingStreams.DEFAULT_CLOSE_DEADLINE);
        }
    }

    void closeOutput() {
        boolean isLast;
        lock.lock();
        try {
            outputClosed = true;
            isLast = inputClosed;
            writable.signalAll();
        } finally {
            lock.unlock();
        }
        queue.shutdownOutput();
        if (isLast) {
            queue.closeAfterFlush(BlockingStreams.DEFAULT_CLOSE_DEADLINE);
        }
    }

    void close() {
        closeOutput();
        closeInput();
    }

    void closeNow() {
        close();
        queue.close();
    }

    private void executeIf(boolean wanted, Runnable task) {
        if (wanted) {
            try {
                engine.execute(task, true);
            } catch (RejectedExecutionException e) {
                // The base is being closed, and with it the buffer event.
            }
        }
    }
}
