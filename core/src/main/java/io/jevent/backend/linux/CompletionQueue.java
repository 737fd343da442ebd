package io.jevent.backend.linux;

import java.io.IOException;

/**
 * What {@code io_uring} is asked and answers: operations are submitted together and completed one by one, each with the tag it
 * was given.
 *
 * <p>The kernel has one ({@link KernelRing}); tests have one that completes as they please.
 *
 * <p>Threading: loop only.
 */
interface CompletionQueue {
    /** Accepts connections, one completion for each, until it fails or is cancelled. */
    void accept(int fd, long tag);

    /** Launches a connect. */
    void connect(int fd, long address, int addressBytes, long tag);

    /**
     * Receives into a buffer of the ring's.
     *
     * @param maxBytes at most so many, once; 0 for whatever comes, one completion each time
     */
    void receive(int fd, int maxBytes, long tag);

    /** Receives whatever comes into a buffer of those given to {@link #provideLarge}, one completion each time. */
    void receiveLarge(int fd, long tag);

    /** Makes room for so many large buffers; returns whether the system can have them. */
    boolean openLarge(int count);

    /** Gives the system a large buffer to receive into, until a completion names it. */
    void provideLarge(int id, long address, int byteCount);

    /** Sends memory whole, unless it fails. */
    void send(int fd, long address, int byteCount, long tag);

    /** Sends what a {@code struct msghdr} tells whole, unless it fails. */
    void sendMessage(int fd, long message, long tag);

    /** Waits until a descriptor is ready: once, or each time it becomes so. */
    void poll(int fd, int events, boolean eachTime, long tag);

    /** Ends the operation of another tag early; both complete. */
    void cancel(long cancelledTag, long tag);

    /** Ends all operations on a descriptor before it returns; they complete nevertheless. */
    void cancelNow(int fd);

    /** Ends the operation of a tag before it returns; it completes nevertheless. */
    void cancelTagNow(long tag);

    /**
     * Submits what was asked for and waits for a completion.
     *
     * @param timeoutNanos the longest wait; 0 only looks, below 0 has no limit
     */
    void submitAndWait(long timeoutNanos) throws IOException;

    /** Goes on to the next completion; returns whether there is one. */
    boolean next();

    /** Of the present completion: the tag of its operation. */
    long tag();

    /** Of the present completion: what the system call would have returned, or minus errno. */
    int result();

    /** Of the present completion: whether more will come of the same operation. */
    boolean hasMore();

    /** Of the present completion: where received bytes are, until {@link #recycle()}; 0 if there are none. */
    long receivedAt();

    /** Of the present completion of {@link #receiveLarge}: the number of the buffer, -1 if it has none. */
    int largeBuffer();

    /** Of the present completion: gives the memory of received bytes back; a no-op if there are none. */
    void recycle();

    /** Whether this thread may submit, wait and cancel; the loop's own always may, others only on older kernels. */
    boolean completesHere();

    /** Ends all operations of all descriptors before it returns; they complete nevertheless. */
    void cancelAllNow();

    /** Frees it, and ends what is still in flight. */
    void close();
}
