package io.jevent.backend.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A ring whose other side is a peer for each descriptor that echoes what it is sent, and that completes one operation, chosen
 * by number, in a way that was asked for: with an error, late, twice, or after a cancel.
 */
final class FakeCompletionQueue implements CompletionQueue {
    static final int ECANCELED = 125;
    static final int ENOBUFS = 105;

    private static final List<Integer> PASSING = List.of(Libc.EAGAIN, Libc.EINTR, ECANCELED);

    /** What happens to the completion that is chosen. */
    enum Mischief {
        /** It is an error, and the operation did nothing. */
        ERROR,
        /** It comes some turns later than it could. */
        LATE,
        /** It comes twice in a row. */
        DOUBLED,
        /** It comes again some turns later. */
        DOUBLED_LATE
    }

    private static final int LATE_TURNS = 5;

    /** So long the bytes of a send must stay where they are, and a completion may come that is not its own. */
    private static final int SEND_TURNS = 2;

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int MOST_BYTES_A_RECEIVE = 1500;

    private enum Kind {
        ACCEPT,
        CONNECT,
        RECEIVE,
        RECEIVE_LARGE,
        SEND,
        POLL,
        CANCEL
    }

    private record Operation(Kind kind, int fd, long address, int byteCount, boolean goesOn, long tag, int since) {}

    private record Completion(long tag, int result, boolean more, int buffer) {}

    private final Map<Long, Operation> pending = new LinkedHashMap<>();
    private final Deque<Completion> ready = new ArrayDeque<>();
    private final Map<Integer, List<Completion>> later = new HashMap<>();

    /** What each peer has been sent and not sent back. */
    private final Map<Integer, ByteQueue> echoes = new HashMap<>();

    /** Memory for received bytes: the address of a completion's. */
    private final MemorySegment memory;

    private final Map<Integer, Long> largeAddresses = new LinkedHashMap<>();
    private long receivedBytes;

    private final Mischief mischief;
    private final int errno;
    private final int victim;
    private int completionCount;
    private int turn;
    private Completion present = new Completion(0, 0, false, -1);

    /** Whom the mischief was done to, 0 for nobody yet, and in what. */
    private int victimFd;

    private Kind victimKind = Kind.POLL;

    private static final class ByteQueue {
        private final ArrayDeque<Byte> bytes = new ArrayDeque<>();
    }

    FakeCompletionQueue(MemorySegment memory, Mischief mischief, int errno, int victim) {
        this.memory = memory;
        this.mischief = mischief;
        this.errno = errno;
        this.victim = victim;
    }

    int victimFd() {
        return victimFd;
    }

    /** Whether what was wrong passes by itself, so that the connection goes on. */
    boolean passes() {
        return switch (victimKind) {
            case RECEIVE, RECEIVE_LARGE -> PASSING.contains(errno) || errno == ENOBUFS;
            case SEND -> PASSING.contains(errno);
            default -> false;
        };
    }

    int turns() {
        return turn;
    }

    int pendingOf(int fd) {
        return (int) pending.values().stream().filter(it -> it.fd() == fd).count();
    }

    private void add(Kind kind, int fd, long address, int byteCount, boolean goesOn, long tag) {
        Operation before = pending.put(tag, new Operation(kind, fd, address, byteCount, goesOn, tag, turn));
        if (before != null) {
            throw new AssertionError("two operations with one tag: " + before);
        }
    }

    @Override
    public void accept(int fd, long tag) {
        add(Kind.ACCEPT, fd, 0, 0, true, tag);
    }

    @Override
    public void connect(int fd, long address, int addressBytes, long tag) {
        add(Kind.CONNECT, fd, address, addressBytes, false, tag);
    }

    @Override
    public void receive(int fd, int maxBytes, long tag) {
        add(Kind.RECEIVE, fd, 0, maxBytes == 0 ? BUFFER_BYTES : maxBytes, maxBytes == 0, tag);
    }

    @Override
    public void receiveLarge(int fd, long tag) {
        add(Kind.RECEIVE_LARGE, fd, 0, LargeBuffers.BYTES, true, tag);
    }

    @Override
    public boolean openLarge(int count) {
        return true;
    }

    @Override
    public void provideLarge(int id, long address, int byteCount) {
        largeAddresses.put(id, address);
    }

    @Override
    public void send(int fd, long address, int byteCount, long tag) {
        add(Kind.SEND, fd, address, byteCount, false, tag);
    }

    @Override
    public void sendMessage(int fd, long message, long tag) {
        add(Kind.SEND, fd, -message, 0, false, tag);
    }

    @Override
    public void poll(int fd, int events, boolean eachTime, long tag) {
        add(Kind.POLL, fd, 0, events, eachTime, tag);
    }

    @Override
    public void cancel(long cancelledTag, long tag) {
        Operation cancelled = pending.remove(cancelledTag);
        complete(new Operation(Kind.CANCEL, -1, 0, 0, false, tag, turn), cancelled == null ? -2 : 0, false, -1);
        if (cancelled != null) {
            complete(cancelled, -ECANCELED, false, -1);
        }
    }

    @Override
    public void cancelNow(int fd) {
        for (Operation operation : List.copyOf(pending.values())) {
            if (operation.fd() == fd) {
                pending.remove(operation.tag());
                complete(operation, -ECANCELED, false, -1);
            }
        }
    }

    @Override
    public void cancelTagNow(long tag) {
        Operation cancelled = pending.remove(tag);
        if (cancelled != null) {
            complete(cancelled, -ECANCELED, false, -1);
        }
    }

    @Override
    public boolean completesHere() {
        return true;
    }

    @Override
    public void cancelAllNow() {
        for (Operation operation : List.copyOf(pending.values())) {
            pending.remove(operation.tag());
            complete(operation, -ECANCELED, false, -1);
        }
        later.values().forEach(ready::addAll);
        later.clear();
    }

    @Override
    public void submitAndWait(long timeoutNanos) {
        turn++;
        List<Completion> due = later.remove(turn);
        if (due != null) {
            ready.addAll(due);
        }
        for (Operation operation : List.copyOf(pending.values())) {
            progress(operation);
        }
    }

    private void progress(Operation operation) {
        switch (operation.kind()) {
            case CONNECT -> finish(operation, 0);
            case SEND -> {
                if (turn <= operation.since() + SEND_TURNS) {
                    return;
                }
                byte[] sent = operation.address() < 0
                        ? bytesOfMessage(-operation.address())
                        : bytesAt(operation.address(), operation.byteCount());
                if (finish(operation, sent.length)) {
                    ByteQueue echo = echoOf(operation.fd());
                    for (byte it : sent) {
                        echo.bytes.add(it);
                    }
                }
            }
            case RECEIVE, RECEIVE_LARGE -> receive(operation);
            default -> {
                // Nobody connects, and nothing becomes ready.
            }
        }
    }

    private void receive(Operation operation) {
        ByteQueue echo = echoOf(operation.fd());
        int count = Math.min(echo.bytes.size(), Math.min(operation.byteCount(), MOST_BYTES_A_RECEIVE));
        if (count == 0) {
            return;
        }
        if (isVictim() && mischief == Mischief.ERROR) {
            finish(operation, count);
            return;
        }
        int buffer = 0;
        long address = memory.address() + receivedBytes;
        if (operation.kind() == Kind.RECEIVE_LARGE) {
            buffer = largeAddresses.keySet().iterator().next();
            address = Objects.requireNonNull(largeAddresses.remove(buffer));
        } else {
            buffer = (int) receivedBytes;
            receivedBytes += count;
        }
        MemorySegment target = Libc.memory(address, count);
        for (int i = 0; i < count; i++) {
            target.set(ValueLayout.JAVA_BYTE, i, echo.bytes.remove());
        }
        if (!operation.goesOn()) {
            pending.remove(operation.tag());
        }
        complete(operation, count, operation.goesOn(), buffer);
    }

    private boolean isVictim() {
        return completionCount + 1 == victim;
    }

    /** Completes an operation for good; returns whether it did what it was to do. */
    private boolean finish(Operation operation, int result) {
        boolean fails = isVictim() && mischief == Mischief.ERROR;
        pending.remove(operation.tag());
        complete(operation, fails ? -errno : result, false, -1);
        return !fails;
    }

    private void complete(Operation operation, int result, boolean more, int buffer) {
        completionCount++;
        Completion completion = new Completion(operation.tag(), result, more, buffer);
        if (completionCount != victim) {
            deliver(operation, completion);
            return;
        }
        victimFd = operation.fd();
        victimKind = operation.kind();
        switch (mischief) {
            case ERROR -> deliver(operation, completion);
            case LATE ->
                later.computeIfAbsent(turn + LATE_TURNS, it -> new ArrayList<>())
                        .add(completion);
            case DOUBLED -> {
                deliver(operation, completion);
                ready.add(new Completion(completion.tag(), result, more, -1));
            }
            case DOUBLED_LATE -> {
                deliver(operation, completion);
                later.computeIfAbsent(turn + LATE_TURNS, it -> new ArrayList<>())
                        .add(new Completion(completion.tag(), result, more, -1));
            }
        }
    }

    /** Behind those of the same operation that are late: the system keeps their order. */
    private void deliver(Operation operation, Completion completion) {
        for (List<Completion> list : later.values()) {
            if (mischief == Mischief.LATE && list.getFirst().tag() == operation.tag()) {
                list.add(completion);
                return;
            }
        }
        ready.add(completion);
    }

    private static byte[] bytesAt(long address, int byteCount) {
        return Libc.memory(address, byteCount).toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] bytesOfMessage(long message) {
        MemorySegment header = Libc.memory(message, 56);
        long iovecs = header.get(ValueLayout.JAVA_LONG, 16);
        int count = (int) header.get(ValueLayout.JAVA_LONG, 24);
        MemorySegment pieces = Libc.memory(iovecs, 16L * count);
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            all.writeBytes(bytesAt(
                    pieces.get(ValueLayout.JAVA_LONG, 16L * i), (int) pieces.get(ValueLayout.JAVA_LONG, 16L * i + 8)));
        }
        return all.toByteArray();
    }

    private ByteQueue echoOf(int fd) {
        return echoes.computeIfAbsent(fd, it -> new ByteQueue());
    }

    // ---- completions ----

    @Override
    public boolean next() {
        Completion completion = ready.poll();
        if (completion == null) {
            return false;
        }
        present = completion;
        return true;
    }

    @Override
    public long tag() {
        return present.tag();
    }

    @Override
    public int result() {
        return present.result();
    }

    @Override
    public boolean hasMore() {
        return present.more();
    }

    @Override
    public long receivedAt() {
        return present.buffer() < 0 ? 0 : memory.address() + present.buffer();
    }

    @Override
    public int largeBuffer() {
        return present.buffer();
    }

    @Override
    public void recycle() {
        // Its memory is used once.
    }

    @Override
    public void close() {
        // It has nothing of the system's.
    }
}
