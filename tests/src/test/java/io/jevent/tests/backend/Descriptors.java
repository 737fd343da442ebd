package io.jevent.tests.backend;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/** Descriptors that Java has no objects for, made by calling the C library; closed with this. */
final class Descriptors implements AutoCloseable {
    private static final int O_NONBLOCK = 0x800;

    private final List<Integer> open = new ArrayList<>();

    /** Calls a function that takes whole numbers and addresses, and returns an int. */
    @SuppressWarnings({"restricted", "IllegalCatch"}) // a downcall, whose handle declares Throwable
    static int call(String function, long... arguments) {
        Linker linker = Linker.nativeLinker();
        ValueLayout[] types = new ValueLayout[arguments.length];
        Object[] values = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            types[i] = ValueLayout.JAVA_LONG;
            values[i] = arguments[i];
        }
        MethodHandle handle = linker.downcallHandle(
                linker.defaultLookup().find(function).orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, types));
        try {
            return (int) handle.invokeWithArguments(values);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    int[] pipe() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(8);
            check(call("pipe2", pair.address(), O_NONBLOCK));
            return keep(pair);
        }
    }

    /** Connected Unix-domain stream sockets. */
    int[] socketPair() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(8);
            check(call("socketpair", 1, 1 | O_NONBLOCK, 0, pair.address()));
            return keep(pair);
        }
    }

    private int[] keep(MemorySegment pair) {
        int[] both = pair.toArray(ValueLayout.JAVA_INT);
        open.add(both[0]);
        open.add(both[1]);
        return both;
    }

    int eventfd() {
        int fd = check(call("eventfd", 0, O_NONBLOCK));
        open.add(fd);
        return fd;
    }

    int file(String path) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = check(call("open", arena.allocateFrom(path).address(), 0));
            open.add(fd);
            return fd;
        }
    }

    static void write(int fd, String text) {
        write(fd, text.getBytes(US_ASCII));
    }

    static void write(int fd, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            check(call("write", fd, memory.address(), bytes.length));
        }
    }

    static String read(int fd, int maxBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(maxBytes);
            int count = check(call("read", fd, memory.address(), maxBytes));
            return new String(memory.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE), US_ASCII);
        }
    }

    void close(int fd) {
        open.removeIf(it -> it == fd);
        call("close", fd);
    }

    private static int check(int result) {
        if (result < 0) {
            throw new AssertionError("a system call failed");
        }
        return result;
    }

    @Override
    public void close() {
        open.forEach(fd -> call("close", fd));
    }
}
