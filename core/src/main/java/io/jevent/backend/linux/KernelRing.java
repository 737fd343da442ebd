package io.jevent.backend.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A ring of the kernel's. It is made disabled and begins with the first {@link #submitAndWait}, so that the thread of the
 * loop is the one the kernel completes operations on; where it can (Linux 6.1), only when that thread asks.
 */
final class KernelRing implements CompletionQueue {
    private static final Pattern RELEASE = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})");

    // struct io_uring_params
    static final int PARAMS_BYTES = 120;
    static final int PARAMS_CQ_ENTRIES = 4;
    static final int PARAMS_FLAGS = 8;
    static final int PARAMS_FEATURES = 20;
    static final int PARAMS_SQ_OFF = 40;
    static final int PARAMS_CQ_OFF = 80;
    static final int SQ_HEAD = PARAMS_SQ_OFF;
    static final int SQ_TAIL = PARAMS_SQ_OFF + 4;
    static final int SQ_MASK = PARAMS_SQ_OFF + 8;
    static final int SQ_ENTRIES = PARAMS_SQ_OFF + 12;
    static final int SQ_FLAGS = PARAMS_SQ_OFF + 16;
    static final int SQ_ARRAY = PARAMS_SQ_OFF + 24;
    static final int CQ_HEAD = PARAMS_CQ_OFF;
    static final int CQ_TAIL = PARAMS_CQ_OFF + 4;
    static final int CQ_MASK = PARAMS_CQ_OFF + 8;
    static final int CQ_ENTRIES = PARAMS_CQ_OFF + 12;
    static final int CQ_CQES = PARAMS_CQ_OFF + 20;

    // struct io_uring_sqe
    static final int SQE_BYTES = 64;
    static final int SQE_FLAGS = 1;
    static final int SQE_IOPRIO = 2;
    static final int SQE_FD = 4;
    static final int SQE_OFF = 8;
    static final int SQE_ADDR = 16;
    static final int SQE_LEN = 24;
    static final int SQE_OP_FLAGS = 28;
    static final int SQE_USER_DATA = 32;
    static final int SQE_BUF_GROUP = 40;

    // struct io_uring_cqe
    static final int CQE_BYTES = 16;
    static final int CQE_RES = 8;
    static final int CQE_FLAGS = 12;

    // struct io_uring_getevents_arg, io_uring_sync_cancel_reg, io_uring_buf_reg, io_uring_buf
    static final int GETEVENTS_ARG_BYTES = 24;
    static final int GETEVENTS_ARG_TS = 16;
    static final int SYNC_CANCEL_BYTES = 64;
    static final int SYNC_CANCEL_FD = 8;
    static final int SYNC_CANCEL_FLAGS = 12;
    static final int SYNC_CANCEL_TIMEOUT = 16;
    static final int BUF_REG_BYTES = 40;
    static final int BUF_REG_ENTRIES = 8;
    static final int BUF_REG_GROUP = 12;
    static final int BUF_REG_FLAGS = 14;
    static final int BUF_BYTES = 16;
    static final int BUF_LEN = 8;
    static final int BUF_ID = 12;
    static final int BUF_RING_TAIL = 14;

    // struct io_uring_probe, io_uring_probe_op
    static final int PROBE_BYTES = 16;
    static final int PROBE_OP_BYTES = 8;
    static final int PROBE_OP_FLAGS = 2;

    static final int PROBE_OPERATIONS = 64;
    static final int PROBE_SUPPORTED = 1;
    static final int SETUP_CQSIZE = 1 << 3;
    static final int SETUP_CLAMP = 1 << 4;
    static final int SETUP_R_DISABLED = 1 << 6;
    static final int SETUP_SUBMIT_ALL = 1 << 7;
    static final int SETUP_COOP_TASKRUN = 1 << 8;
    static final int SETUP_TASKRUN_FLAG = 1 << 9;
    static final int SETUP_SINGLE_ISSUER = 1 << 12;
    static final int SETUP_DEFER_TASKRUN = 1 << 13;
    static final int FEATURE_SINGLE_MMAP = 1;
    static final int FEATURE_NODROP = 1 << 1;
    static final int FEATURE_EXT_ARG = 1 << 8;
    static final long OFFSET_RINGS = 0;
    static final long OFFSET_SQES = 0x10000000;

    static final int SQ_FLAG_CQ_OVERFLOW = 1 << 1;
    static final int SQ_FLAG_TASKRUN = 1 << 2;
    static final int ENTER_GETEVENTS = 1;
    static final int ENTER_EXT_ARG = 1 << 3;
    static final int REGISTER_PROBE = 8;
    static final int REGISTER_ENABLE_RINGS = 12;
    static final int REGISTER_PBUF_RING = 22;
    static final int REGISTER_SYNC_CANCEL = 24;
    static final int CANCEL_ALL = 1;
    static final int CANCEL_FD = 1 << 1;
    static final int CANCEL_ANY = 1 << 2;
    static final int PBUF_RING_INC = 2;
    static final int ETIME = 62;
    static final int EBUSY = 16;
    static final int EINVAL = 22;

    static final byte OP_POLL_ADD = 6;
    static final byte OP_SENDMSG = 9;
    static final byte OP_ACCEPT = 13;
    static final byte OP_ASYNC_CANCEL = 14;
    static final byte OP_CONNECT = 16;
    static final byte OP_SEND = 26;
    static final byte OP_RECV = 27;
    static final byte SQE_BUFFER_SELECT = 1 << 5;
    static final short RECV_MULTISHOT = 1 << 1;
    static final short ACCEPT_MULTISHOT = 1;
    static final int POLL_MULTI = 1;
    static final int SOCK_NONBLOCK_CLOEXEC = 0x80800;
    static final int MSG_NOSIGNAL_WAITALL = 0x4000 | 0x100;
    static final int CQE_F_BUFFER = 1;
    static final int CQE_F_MORE = 1 << 1;
    static final int CQE_F_BUF_MORE = 1 << 4;
    static final int CQE_BUFFER_SHIFT = 16;

    private static final int LARGE_GROUP = 1;

    private static final int SUBMISSIONS = 1024;
    private static final int COMPLETIONS = 8192;

    /** Received bytes come in sixteen buffers, of which the kernel takes as much as came, where it can do that. */
    private static final int LARGE_BUFFERS = 16;

    private static final int LARGE_BUFFER_BYTES = 64 * 1024;

    /** Otherwise in as many of this size. */
    private static final int SMALL_BUFFERS = 256;

    private static final int SMALL_BUFFER_BYTES = 4 * 1024;

    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle SHORT = ValueLayout.JAVA_SHORT.varHandle();
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Libc libc;
    private final int fd;
    private final MemorySegment rings;
    private final MemorySegment sqes;
    private final MemorySegment waitArgument;
    private final MemorySegment waitSpan;
    private final MemorySegment cancelArgument;
    private final MemorySegment registration;

    // Where the words are that kernel and we share.
    private final long sqHead;
    private final long sqTail;
    private final long sqFlags;
    private final long cqHead;
    private final long cqTail;
    private final long cqes;
    private final int sqMask;
    private final int sqEntries;
    private final int cqMask;

    /** Ours, the kernel sees it with the next submission. */
    private int tail;

    private boolean enabled;

    /** Whether operations complete only when the owner asks, and nobody else may ask. */
    private final boolean deferred;

    /** The one that began; null before. */
    private @Nullable Thread owner;

    /** Completions taken. */
    private int head;

    // The present completion.
    private long presentTag;
    private int presentResult;
    private int presentFlags;

    private final MemorySegment bufferRing;
    private final MemorySegment buffers;
    private final int bufferBytes;
    private final int bufferCount;
    private final boolean incremental;

    /** How much of each buffer has been taken. */
    private final int[] takenBytes;

    private int bufferTail;

    /** Entries for large buffers; none until they are opened. */
    private MemorySegment largeRing = MemorySegment.NULL;

    private int largeTail;

    /** What is unmapped in the end, also if there is no beginning. */
    private final List<MemorySegment> mapped = new ArrayList<>();

    KernelRing(Libc libc, Arena arena) throws IOException {
        this.libc = libc;
        this.waitArgument = arena.allocate(GETEVENTS_ARG_BYTES, 8);
        this.waitSpan = arena.allocate(16, 8);
        this.cancelArgument = arena.allocate(SYNC_CANCEL_BYTES, 8);
        this.registration = arena.allocate(BUF_REG_BYTES, 8);
        MemorySegment params = arena.allocate(PARAMS_BYTES, 8);
        int made = setUp(params, SETUP_SINGLE_ISSUER | SETUP_DEFER_TASKRUN);
        this.deferred = made != -EINVAL;
        if (!deferred) {
            made = setUp(params, SETUP_COOP_TASKRUN);
        }
        if (made < 0) {
            throw SystemError.of(libc, -made);
        }
        this.fd = made;
        boolean success = false;
        try {
            int needed = FEATURE_SINGLE_MMAP | FEATURE_NODROP | FEATURE_EXT_ARG;
            if ((params.get(ValueLayout.JAVA_INT, PARAMS_FEATURES) & needed) != needed) {
                throw new IOException("the kernel's io_uring is too old");
            }
            checkOperations(arena);
            this.sqEntries = params.get(ValueLayout.JAVA_INT, 0);
            int cqEntries = params.get(ValueLayout.JAVA_INT, PARAMS_CQ_ENTRIES);
            long cqesOffset = offset(params, CQ_CQES);
            long arrayOffset = offset(params, SQ_ARRAY);
            this.rings = map(
                    Math.max(cqesOffset + (long) cqEntries * CQE_BYTES, arrayOffset + 4L * sqEntries), OFFSET_RINGS);
            this.sqes = map((long) sqEntries * SQE_BYTES, OFFSET_SQES);
            this.sqHead = offset(params, SQ_HEAD);
            this.sqTail = offset(params, SQ_TAIL);
            this.sqFlags = offset(params, SQ_FLAGS);
            this.sqMask = rings.get(ValueLayout.JAVA_INT, offset(params, SQ_MASK));
            this.cqHead = offset(params, CQ_HEAD);
            this.cqTail = offset(params, CQ_TAIL);
            this.cqMask = rings.get(ValueLayout.JAVA_INT, offset(params, CQ_MASK));
            this.cqes = cqesOffset;
            assert sqEntries == rings.get(ValueLayout.JAVA_INT, offset(params, SQ_ENTRIES));
            assert cqEntries == rings.get(ValueLayout.JAVA_INT, offset(params, CQ_ENTRIES));
            for (int i = 0; i < sqEntries; i++) {
                rings.set(ValueLayout.JAVA_INT, arrayOffset + 4L * i, i);
            }
            this.bufferRing = anonymous((long) SMALL_BUFFERS * BUF_BYTES);
            this.buffers = anonymous((long) LARGE_BUFFERS * LARGE_BUFFER_BYTES);
            this.incremental = completesInOrder(System.getProperty("os.version"))
                    && registerBuffers(bufferRing, 0, LARGE_BUFFERS, PBUF_RING_INC) == 0;
            if (!incremental) {
                check(registerBuffers(bufferRing, 0, SMALL_BUFFERS, 0));
            }
            this.bufferCount = incremental ? LARGE_BUFFERS : SMALL_BUFFERS;
            this.bufferBytes = incremental ? LARGE_BUFFER_BYTES : SMALL_BUFFER_BYTES;
            this.takenBytes = new int[bufferCount];
            for (int i = 0; i < bufferCount; i++) {
                provide(i);
            }
            success = true;
        } finally {
            if (!success) {
                free();
            }
        }
    }

    private int setUp(MemorySegment params, int completing) {
        params.fill((byte) 0);
        params.set(ValueLayout.JAVA_INT, PARAMS_CQ_ENTRIES, COMPLETIONS);
        int flags = SETUP_CQSIZE | SETUP_CLAMP | SETUP_R_DISABLED | SETUP_SUBMIT_ALL | SETUP_TASKRUN_FLAG | completing;
        params.set(ValueLayout.JAVA_INT, PARAMS_FLAGS, flags);
        return libc.uringSetup(SUBMISSIONS, params.address());
    }

    /**
     * Whether completions come in the order in which bytes were put into a buffer that several connections share; without it
     * one would be given another's bytes. Mended in Linux 6.16.
     */
    static boolean completesInOrder(String release) {
        Matcher version = RELEASE.matcher(release);
        return version.lookingAt()
                && (Integer.parseInt(version.group(1)) > 6
                        || (version.group(1).equals("6") && Integer.parseInt(version.group(2)) >= 16));
    }

    /**
     * Asks for each operation whether the kernel has it. What a number does not tell, receiving many times and the like, is as
     * old as the cancelling at once that is asked for last.
     */
    private void checkOperations(Arena arena) throws IOException {
        MemorySegment probe = arena.allocate(PROBE_BYTES + (long) PROBE_OPERATIONS * PROBE_OP_BYTES, 8);
        check(libc.uringRegister(fd, REGISTER_PROBE, probe.address(), PROBE_OPERATIONS));
        byte[] needed = {OP_POLL_ADD, OP_SENDMSG, OP_ACCEPT, OP_ASYNC_CANCEL, OP_CONNECT, OP_SEND, OP_RECV};
        for (byte operation : needed) {
            long flags = PROBE_BYTES + (long) operation * PROBE_OP_BYTES + PROBE_OP_FLAGS;
            if ((probe.get(ValueLayout.JAVA_SHORT, flags) & PROBE_SUPPORTED) == 0) {
                throw new IOException("the kernel's io_uring lacks operation " + operation);
            }
        }
        int result = cancelNow(0, 0, CANCEL_ANY | CANCEL_ALL);
        if (result == -EINVAL) {
            throw new IOException("the kernel's io_uring is too old");
        }
    }

    private static long offset(MemorySegment params, int field) {
        return params.get(ValueLayout.JAVA_INT, field);
    }

    private int check(int result) throws IOException {
        if (result < 0) {
            throw SystemError.of(libc, -result);
        }
        return result;
    }

    private MemorySegment map(long byteCount, long offset) throws IOException {
        long address = libc.mapShared(fd, byteCount, offset);
        if (address < 0) {
            throw SystemError.of(libc, (int) -address);
        }
        return noted(address, byteCount);
    }

    private MemorySegment anonymous(long byteCount) throws IOException {
        long address = libc.map(byteCount);
        if (address < 0) {
            throw SystemError.of(libc, (int) -address);
        }
        return noted(address, byteCount);
    }

    private MemorySegment noted(long address, long byteCount) {
        MemorySegment memory = Libc.memory(address, byteCount);
        mapped.add(memory);
        return memory;
    }

    private int registerBuffers(MemorySegment entries, int group, int count, int flags) {
        registration.fill((byte) 0);
        registration.set(ValueLayout.JAVA_LONG, 0, entries.address());
        registration.set(ValueLayout.JAVA_SHORT, BUF_REG_GROUP, (short) group);
        registration.set(ValueLayout.JAVA_INT, BUF_REG_ENTRIES, count);
        registration.set(ValueLayout.JAVA_SHORT, BUF_REG_FLAGS, (short) flags);
        return libc.uringRegister(fd, REGISTER_PBUF_RING, registration.address(), 1);
    }

    private static void provide(MemorySegment ring, int index, long address, int byteCount, int id) {
        long entry = (long) index * BUF_BYTES;
        ring.set(ValueLayout.JAVA_LONG, entry, address);
        ring.set(ValueLayout.JAVA_INT, entry + BUF_LEN, byteCount);
        ring.set(ValueLayout.JAVA_SHORT, entry + BUF_ID, (short) id);
    }

    private void provide(int id) {
        takenBytes[id] = 0;
        long address = buffers.address() + (long) id * bufferBytes;
        provide(bufferRing, bufferTail++ & bufferCount - 1, address, bufferBytes, id);
        SHORT.setRelease(bufferRing, (long) BUF_RING_TAIL, (short) bufferTail);
    }

    // ---- asking ----

    /** A cleared entry with what all operations have. */
    private long entry(byte operation, int operand, long tag) {
        if (tail - (int) INT.getAcquire(rings, sqHead) == sqEntries) {
            submit();
        }
        long entry = (long) (tail & sqMask) * SQE_BYTES;
        for (int i = 0; i < SQE_BYTES; i += Long.BYTES) {
            sqes.set(ValueLayout.JAVA_LONG, entry + i, 0);
        }
        sqes.set(ValueLayout.JAVA_BYTE, entry, operation);
        sqes.set(ValueLayout.JAVA_INT, entry + SQE_FD, operand);
        sqes.set(ValueLayout.JAVA_LONG, entry + SQE_USER_DATA, tag);
        tail++;
        return entry;
    }

    @Override
    public void accept(int fd, long tag) {
        long entry = entry(OP_ACCEPT, fd, tag);
        sqes.set(ValueLayout.JAVA_SHORT, entry + SQE_IOPRIO, ACCEPT_MULTISHOT);
        sqes.set(ValueLayout.JAVA_INT, entry + SQE_OP_FLAGS, SOCK_NONBLOCK_CLOEXEC);
    }

    @Override
    public void connect(int fd, long address, int addressBytes, long tag) {
        long entry = entry(OP_CONNECT, fd, tag);
        sqes.set(ValueLayout.JAVA_LONG, entry + SQE_ADDR, address);
        sqes.set(ValueLayout.JAVA_LONG, entry + SQE_OFF, addressBytes);
    }

    @Override
    public void receive(int fd, int maxBytes, long tag) {
        long entry = entry(OP_RECV, fd, tag);
        sqes.set(ValueLayout.JAVA_BYTE, entry + SQE_FLAGS, SQE_BUFFER_SELECT);
        if (maxBytes == 0) {
            sqes.set(ValueLayout.JAVA_SHORT, entry + SQE_IOPRIO, RECV_MULTISHOT);
        } else {
            sqes.set(ValueLayout.JAVA_INT, entry + SQE_LEN, maxBytes);
        }
    }

    @Override
    public void receiveLarge(int fd, long tag) {
        long entry = entry(OP_RECV, fd, tag);
        sqes.set(ValueLayout.JAVA_BYTE, entry + SQE_FLAGS, SQE_BUFFER_SELECT);
        sqes.set(ValueLayout.JAVA_SHORT, entry + SQE_IOPRIO, RECV_MULTISHOT);
        sqes.set(ValueLayout.JAVA_SHORT, entry + SQE_BUF_GROUP, (short) LARGE_GROUP);
    }

    @Override
    public boolean openLarge(int count) {
        long address = libc.map((long) count * BUF_BYTES);
        if (address < 0) {
            return false;
        }
        MemorySegment entries = Libc.memory(address, (long) count * BUF_BYTES);
        if (registerBuffers(entries, LARGE_GROUP, count, 0) < 0) {
            libc.unmap(address, entries.byteSize());
            return false;
        }
        mapped.add(entries);
        largeRing = entries;
        return true;
    }

    @Override
    public void provideLarge(int id, long address, int byteCount) {
        int mask = (int) (largeRing.byteSize() / BUF_BYTES) - 1;
        provide(largeRing, largeTail++ & mask, address, byteCount, id);
        SHORT.setRelease(largeRing, (long) BUF_RING_TAIL, (short) largeTail);
    }

    @Override
    public void send(int fd, long address, int byteCount, long tag) {
        long entry = entry(OP_SEND, fd, tag);
        sqes.set(ValueLayout.JAVA_LONG, entry + SQE_ADDR, address);
        sqes.set(ValueLayout.JAVA_INT, entry + SQE_LEN, byteCount);
        sqes.set(ValueLayout.JAVA_INT, entry + SQE_OP_FLAGS, MSG_NOSIGNAL_WAITALL);
    }

    @Override
    public void sendMessage(int fd, long message, long tag) {
        long entry = entry(OP_SENDMSG, fd, tag);
        sqes.set(ValueLayout.JAVA_LONG, entry + SQE_ADDR, message);
        sqes.set(ValueLayout.JAVA_INT, entry + SQE_LEN, 1);
        sqes.set(ValueLayout.JAVA_INT, entry + SQE_OP_FLAGS, MSG_NOSIGNAL_WAITALL);
    }

    @Override
    public void poll(int fd, int events, boolean eachTime, long tag) {
        long entry = entry(OP_POLL_ADD, fd, tag);
        sqes.set(ValueLayout.JAVA_INT, entry + SQE_OP_FLAGS, events);
        sqes.set(ValueLayout.JAVA_INT, entry + SQE_LEN, eachTime ? POLL_MULTI : 0);
    }

    @Override
    public void cancel(long cancelledTag, long tag) {
        long entry = entry(OP_ASYNC_CANCEL, -1, tag);
        sqes.set(ValueLayout.JAVA_LONG, entry + SQE_ADDR, cancelledTag);
    }

    @Override
    public void cancelNow(int fd) {
        // What the kernel has not seen yet shall fail, and not reach whoever gets the number next.
        for (int index = tail - unsubmitted(); index != tail; index++) {
            long entry = (long) (index & sqMask) * SQE_BYTES;
            if (sqes.get(ValueLayout.JAVA_INT, entry + SQE_FD) == fd) {
                sqes.set(ValueLayout.JAVA_INT, entry + SQE_FD, -1);
            }
        }
        if (enabled) { // Else nothing has been submitted.
            cancelNow(fd, 0, CANCEL_FD | CANCEL_ALL);
        }
    }

    @Override
    public void cancelTagNow(long tag) {
        for (int index = tail - unsubmitted(); index != tail; index++) {
            long entry = (long) (index & sqMask) * SQE_BYTES;
            if (sqes.get(ValueLayout.JAVA_LONG, entry + SQE_USER_DATA) == tag) {
                sqes.set(ValueLayout.JAVA_INT, entry + SQE_FD, -1);
            }
        }
        if (enabled) {
            cancelNow(-1, tag, 0);
        }
    }

    @Override
    public void cancelAllNow() {
        if (enabled) {
            cancelNow(-1, 0, CANCEL_ANY | CANCEL_ALL);
        }
    }

    /** What it answers, such as that there was nothing, matters to nobody: what is in flight completes, if not yet. */
    private int cancelNow(int fd, long tag, int which) {
        cancelArgument.fill((byte) 0);
        cancelArgument.set(ValueLayout.JAVA_LONG, 0, tag);
        cancelArgument.set(ValueLayout.JAVA_INT, SYNC_CANCEL_FD, fd);
        cancelArgument.set(ValueLayout.JAVA_INT, SYNC_CANCEL_FLAGS, which);
        cancelArgument.set(ValueLayout.JAVA_LONG, SYNC_CANCEL_TIMEOUT, -1);
        cancelArgument.set(ValueLayout.JAVA_LONG, SYNC_CANCEL_TIMEOUT + 8, -1);
        return libc.uringRegister(this.fd, REGISTER_SYNC_CANCEL, cancelArgument.address(), 1);
    }

    private void enable() throws IOException {
        if (!enabled) {
            check(libc.uringRegister(fd, REGISTER_ENABLE_RINGS, 0, 0));
            enabled = true;
            owner = Thread.currentThread();
        }
    }

    @Override
    public boolean completesHere() {
        return !deferred || owner == null || owner == Thread.currentThread();
    }

    private int unsubmitted() {
        return tail - (int) INT.getAcquire(rings, sqHead);
    }

    /** Makes room for more entries. */
    private void submit() {
        try {
            enable();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        INT.setRelease(rings, sqTail, tail);
        int result;
        do {
            result = libc.uringEnter(fd, unsubmitted(), 0, 0, 0, 0);
        } while (result == -Libc.EINTR || result == -Libc.EAGAIN);
        if (result < 0) {
            throw new IllegalStateException("submitting to io_uring failed: " + libc.describe(-result));
        }
    }

    @Override
    public void submitAndWait(long timeoutNanos) throws IOException {
        enable();
        INT.setRelease(rings, sqTail, tail);
        int count = unsubmitted();
        boolean waits = timeoutNanos != 0 && head == (int) INT.getAcquire(rings, cqTail);
        int flagged = (int) INT.getAcquire(rings, sqFlags) & (SQ_FLAG_TASKRUN | SQ_FLAG_CQ_OVERFLOW);
        if (count == 0 && !waits && flagged == 0) {
            return;
        }
        int result;
        if (waits && timeoutNanos > 0) {
            waitSpan.set(ValueLayout.JAVA_LONG, 0, timeoutNanos / NANOS_PER_SECOND);
            waitSpan.set(ValueLayout.JAVA_LONG, 8, timeoutNanos % NANOS_PER_SECOND);
            waitArgument.set(ValueLayout.JAVA_LONG, GETEVENTS_ARG_TS, waitSpan.address());
            int flags = ENTER_GETEVENTS | ENTER_EXT_ARG;
            result = libc.uringEnter(fd, count, 1, flags, waitArgument.address(), GETEVENTS_ARG_BYTES);
        } else {
            result = libc.uringEnter(fd, count, waits ? 1 : 0, ENTER_GETEVENTS, 0, 0);
        }
        switch (-result) {
            case ETIME, Libc.EINTR, Libc.EAGAIN, EBUSY -> {
                // Time is over, or what has completed is to be taken first.
            }
            default -> check(result);
        }
    }

    // ---- answers ----

    @Override
    public boolean next() {
        if (head == (int) INT.getAcquire(rings, cqTail)) {
            return false;
        }
        present(cqes + (long) (head & cqMask) * CQE_BYTES);
        head++;
        INT.setRelease(rings, cqHead, head);
        return true;
    }

    /** Copied, because the kernel may write the place again as soon as it is given back. */
    private void present(long completed) {
        presentTag = rings.get(ValueLayout.JAVA_LONG, completed);
        presentResult = rings.get(ValueLayout.JAVA_INT, completed + CQE_RES);
        presentFlags = rings.get(ValueLayout.JAVA_INT, completed + CQE_FLAGS);
    }

    @Override
    public long tag() {
        return presentTag;
    }

    @Override
    public int result() {
        return presentResult;
    }

    @Override
    public boolean hasMore() {
        return (presentFlags & CQE_F_MORE) != 0;
    }

    @Override
    public int largeBuffer() {
        return (presentFlags & CQE_F_BUFFER) == 0 ? -1 : presentFlags >>> CQE_BUFFER_SHIFT;
    }

    @Override
    public long receivedAt() {
        if ((presentFlags & CQE_F_BUFFER) == 0) {
            return 0;
        }
        int id = presentFlags >>> CQE_BUFFER_SHIFT;
        return buffers.address() + (long) id * bufferBytes + takenBytes[id];
    }

    @Override
    public void recycle() {
        if ((presentFlags & CQE_F_BUFFER) == 0) {
            return;
        }
        int id = presentFlags >>> CQE_BUFFER_SHIFT;
        if (incremental && (presentFlags & CQE_F_BUF_MORE) != 0) {
            takenBytes[id] += Math.max(0, presentResult);
        } else {
            provide(id);
        }
    }

    @Override
    public void close() {
        free();
    }

    private void free() {
        libc.close(fd);
        for (MemorySegment memory : mapped) {
            libc.unmap(memory.address(), memory.byteSize());
        }
        mapped.clear();
    }
}
