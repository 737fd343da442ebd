package io.jevent.backend.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls to the C library, all through one downcall: seven words in, one word out, and errno. Start-up pays for each shape of
 * call, not for each function, so there is one shape; what a function does not take is ignored by the calling conventions of
 * Linux on x86-64 and aarch64.
 *
 * <p>Every method answers what the function returned, or minus errno where that was -1. What C declares as {@code int} comes
 * back in a whole register whose upper half means nothing, so it is cut here.
 *
 * <p>Threading: one instance for one thread at a time, because of where errno lands.
 */
final class Libc {
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int ENOSYS = 38;

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

    /** On Linux all that is kept of a call's state is errno; asking the layout for its place costs 10 ms of the start. */
    static final long ERRNO_OFFSET = 0;

    static final long CAPTURE_BYTES = 4;

    @SuppressWarnings("restricted") // what native access is for
    private static final MethodHandle CALL = Linker.nativeLinker()
            .downcallHandle(
                    FunctionDescriptor.of(WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD),
                    Linker.Option.captureCallState("errno"));

    private static final SymbolLookup SYMBOLS = Linker.nativeLinker().defaultLookup();
    private static final MemorySegment ACCEPT4 = find("accept4");
    private static final MemorySegment BIND = find("bind");
    private static final MemorySegment CLOSE = find("close");
    private static final MemorySegment CONNECT = find("connect");
    private static final MemorySegment EPOLL_CREATE1 = find("epoll_create1");
    private static final MemorySegment EPOLL_CTL = find("epoll_ctl");
    private static final MemorySegment EPOLL_WAIT = find("epoll_wait");
    private static final MemorySegment EVENTFD = find("eventfd");
    private static final MemorySegment FCNTL = find("fcntl");
    private static final MemorySegment GETPEERNAME = find("getpeername");
    private static final MemorySegment GETSOCKNAME = find("getsockname");
    private static final MemorySegment GETSOCKOPT = find("getsockopt");
    private static final MemorySegment LISTEN = find("listen");
    private static final MemorySegment MMAP = find("mmap");
    private static final MemorySegment MUNMAP = find("munmap");
    private static final MemorySegment OPEN = find("open");
    private static final MemorySegment READ = find("read");
    private static final MemorySegment READV = find("readv");
    private static final MemorySegment RECVMMSG = find("recvmmsg");
    private static final MemorySegment SENDFILE = find("sendfile");
    private static final MemorySegment SENDMMSG = find("sendmmsg");
    private static final MemorySegment SENDTO = find("sendto");
    private static final MemorySegment SETSOCKOPT = find("setsockopt");
    private static final MemorySegment SHUTDOWN = find("shutdown");
    private static final MemorySegment SOCKET = find("socket");
    private static final MemorySegment STRERROR = find("strerror");
    private static final MemorySegment SYSCALL = find("syscall");
    private static final MemorySegment WRITE = find("write");
    private static final MemorySegment WRITEV = find("writev");

    /** All memory there is, unchecked; for what kernel and pools hand out by address. */
    static final MemorySegment EVERYTHING = memory(0, Long.MAX_VALUE);

    /**
     * Deliberately no constant: so the compiler makes it code of its own, in which it sees that the call's helper objects are
     * not needed. In the midst of a large caller it often does not, and every call allocates.
     */
    private final MethodHandle call = CALL;

    private final MemorySegment capture;
    private final MemorySegment word;

    Libc(Arena arena) {
        this.capture = arena.allocate(CAPTURE_BYTES, CAPTURE_BYTES);
        this.word = arena.allocate(16, 8);
    }

    /** Room for two words, until the next call that needs it. */
    MemorySegment word() {
        return word;
    }

    private static MemorySegment find(String name) {
        return SYMBOLS.find(name).orElse(MemorySegment.NULL);
    }

    @SuppressWarnings("IllegalCatch") // a method handle declares Throwable, and a downcall throws nothing
    private long call(MemorySegment function, long a, long b, long c, long d, long e, long f, long g) {
        long result;
        try {
            result = (long) call.invokeExact(function, capture, a, b, c, d, e, f, g);
        } catch (Throwable t) {
            throw new AssertionError("a downcall threw", t);
        }
        return result;
    }

    /** Of a function that returns an {@code int}. */
    private int word(int result) {
        return result == -1 ? -errno() : result;
    }

    /** Of a function that returns a {@code ssize_t}. */
    private long size(long result) {
        return result == -1 ? -errno() : result;
    }

    private int errno() {
        return capture.get(ValueLayout.JAVA_INT, ERRNO_OFFSET);
    }

    // ---- descriptors ----

    long read(int fd, long address, long byteCount) {
        return size(call(READ, fd, address, byteCount, 0, 0, 0, 0));
    }

    long readv(int fd, long iovecs, int count) {
        return size(call(READV, fd, iovecs, count, 0, 0, 0, 0));
    }

    long write(int fd, long address, long byteCount) {
        return size(call(WRITE, fd, address, byteCount, 0, 0, 0, 0));
    }

    long writev(int fd, long iovecs, int count) {
        return size(call(WRITEV, fd, iovecs, count, 0, 0, 0, 0));
    }

    long sendfile(int fd, int file, long offsetAddress, long byteCount) {
        return size(call(SENDFILE, fd, file, offsetAddress, byteCount, 0, 0, 0));
    }

    int close(int fd) {
        return word((int) call(CLOSE, fd, 0, 0, 0, 0, 0, 0));
    }

    int fcntl(int fd, int command, long argument) {
        return word((int) call(FCNTL, fd, command, argument, 0, 0, 0, 0));
    }

    int open(long path, int flags) {
        return word((int) call(OPEN, path, flags, 0, 0, 0, 0, 0));
    }

    int eventfd(int initial, int flags) {
        return word((int) call(EVENTFD, initial, flags, 0, 0, 0, 0, 0));
    }

    // ---- sockets ----

    int socket(int domain, int type, int protocol) {
        return word((int) call(SOCKET, domain, type, protocol, 0, 0, 0, 0));
    }

    int bind(int fd, long address, int addressBytes) {
        return word((int) call(BIND, fd, address, addressBytes, 0, 0, 0, 0));
    }

    int connect(int fd, long address, int addressBytes) {
        return word((int) call(CONNECT, fd, address, addressBytes, 0, 0, 0, 0));
    }

    int listen(int fd, int backlog) {
        return word((int) call(LISTEN, fd, backlog, 0, 0, 0, 0, 0));
    }

    int accept4(int fd, long address, long addressBytes, int flags) {
        return word((int) call(ACCEPT4, fd, address, addressBytes, flags, 0, 0, 0));
    }

    int shutdown(int fd, int how) {
        return word((int) call(SHUTDOWN, fd, how, 0, 0, 0, 0, 0));
    }

    int getsockname(int fd, long address, long addressBytes) {
        return word((int) call(GETSOCKNAME, fd, address, addressBytes, 0, 0, 0, 0));
    }

    int getpeername(int fd, long address, long addressBytes) {
        return word((int) call(GETPEERNAME, fd, address, addressBytes, 0, 0, 0, 0));
    }

    int getsockopt(int fd, int level, int option, long value, long valueBytes) {
        return word((int) call(GETSOCKOPT, fd, level, option, value, valueBytes, 0, 0));
    }

    int setsockopt(int fd, int level, int option, long value, int valueBytes) {
        return word((int) call(SETSOCKOPT, fd, level, option, value, valueBytes, 0, 0));
    }

    long sendto(int fd, long bytes, long byteCount, int flags, long address, int addressBytes) {
        return size(call(SENDTO, fd, bytes, byteCount, flags, address, addressBytes, 0));
    }

    int recvmmsg(int fd, long messages, int count, int flags) {
        return word((int) call(RECVMMSG, fd, messages, count, flags, 0, 0, 0));
    }

    int sendmmsg(int fd, long messages, int count, int flags) {
        return word((int) call(SENDMMSG, fd, messages, count, flags, 0, 0, 0));
    }

    // ---- epoll ----

    int epollCreate(int flags) {
        return word((int) call(EPOLL_CREATE1, flags, 0, 0, 0, 0, 0, 0));
    }

    int epollCtl(int epoll, int operation, int fd, long event) {
        return word((int) call(EPOLL_CTL, epoll, operation, fd, event, 0, 0, 0));
    }

    int epollWait(int epoll, long events, int maxEvents, int timeoutMillis) {
        return word((int) call(EPOLL_WAIT, epoll, events, maxEvents, timeoutMillis, 0, 0, 0));
    }

    /** With a {@code struct timespec}, or 0 to wait for ever; the C library may be too old to have it, the kernel not. */
    int epollPwait2(int epoll, long events, int maxEvents, long timeout) {
        return word((int) call(SYSCALL, 441, epoll, events, maxEvents, timeout, 0, 8));
    }

    // ---- memory ----

    /** Readable and writable pages that belong to nobody else; their address, or minus errno. */
    long map(long byteCount) {
        return size(call(MMAP, 0, byteCount, 3, 0x22, -1, 0, 0));
    }

    /** Pages of a descriptor, shared with the kernel. */
    long mapShared(int fd, long byteCount, long offset) {
        return size(call(MMAP, 0, byteCount, 3, 0x8001, fd, offset, 0));
    }

    /** The first bytes of a file, readable, or minus errno. */
    long mapFile(int fd, long byteCount) {
        return size(call(MMAP, 0, byteCount, 1, 1, fd, 0, 0));
    }

    int unmap(long address, long byteCount) {
        return word((int) call(MUNMAP, address, byteCount, 0, 0, 0, 0, 0));
    }

    /** Memory that a call has told the address of; nobody checks that it is there. */
    @SuppressWarnings("restricted") // what native access is for
    static MemorySegment memory(long address, long byteCount) {
        return MemorySegment.ofAddress(address).reinterpret(byteCount);
    }

    // ---- io_uring ----

    int uringSetup(int entries, long parameters) {
        return word((int) call(SYSCALL, 425, entries, parameters, 0, 0, 0, 0));
    }

    int uringEnter(int ring, int submitCount, int waitCount, int flags, long argument, long argumentBytes) {
        return word((int) call(SYSCALL, 426, ring, submitCount, waitCount, flags, argument, argumentBytes));
    }

    int uringRegister(int ring, int operation, long argument, int count) {
        return word((int) call(SYSCALL, 427, ring, operation, argument, count, 0, 0));
    }

    // ---- messages ----

    /** What the C library calls an error, such as {@code Connection refused}. */
    String describe(int errno) {
        long text = call(STRERROR, errno, 0, 0, 0, 0, 0, 0);
        return memory(text, 256).getString(0);
    }
}
