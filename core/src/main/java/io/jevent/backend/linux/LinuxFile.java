package io.jevent.backend.linux;

import io.jevent.vector.VectorChannel.SystemFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file by descriptor, for {@code sendfile}.
 *
 * <p>A {@link FileChannel} does not tell its descriptor. But a mapping of it can be found in {@code /proc/self/maps}, which names
 * the file; that file is opened a second time, mapped and compared: it is the same only if device and inode are. So a file that
 * was renamed or replaced meanwhile is not confused with another; it is then sent through memory. The mapping is never read.
 *
 * <p>Threading: any thread.
 */
final class LinuxFile implements SystemFile {
    private static final int O_RDONLY_CLOEXEC = 0x80000;

    private final int fd;
    private final AtomicBoolean closed = new AtomicBoolean();

    private LinuxFile(int fd) {
        this.fd = fd;
    }

    /** The file under a channel, or null if it cannot be found. */
    static @Nullable LinuxFile of(Libc libc, FileChannel channel) {
        try (Arena arena = Arena.ofConfined()) {
            if (channel.size() == 0) {
                return null;
            }
            MemorySegment mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, 1, arena);
            Mapping original = Mapping.at(mapping.address());
            if (original == null) {
                return null;
            }
            int fd = libc.open(arena.allocateFrom(original.path()).address(), O_RDONLY_CLOEXEC);
            if (fd < 0) {
                return null;
            }
            LinuxFile file = new LinuxFile(fd);
            if (file.isAt(libc, original)) {
                return file;
            }
            libc.close(fd);
            return null;
        } catch (IOException | RuntimeException e) {
            System.getLogger("io.jevent.backend").log(System.Logger.Level.DEBUG, "no descriptor for a file", e);
            return null;
        }
    }

    private boolean isAt(Libc libc, Mapping original) throws IOException {
        long page = libc.mapFile(fd, 1);
        if (page < 0) {
            return false;
        }
        try {
            Mapping second = Mapping.at(page);
            return second != null && second.device().equals(original.device()) && second.inode() == original.inode();
        } finally {
            libc.unmap(page, 1);
        }
    }

    /** One line of {@code /proc/self/maps}. */
    private record Mapping(String device, long inode, String path) {
        /** The mapping at an address, if it is of a file with a name. */
        static @Nullable Mapping at(long address) throws IOException {
            String prefix = HexFormat.of().toHexDigits(address).replaceFirst("^0+", "") + "-";
            try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
                String line =
                        lines.filter(it -> it.startsWith(prefix)).findFirst().orElse("");
                String[] fields = line.split(" +", 6);
                if (fields.length < 6 || !fields[5].startsWith("/") || fields[5].contains("\\")) {
                    return null;
                }
                return new Mapping(fields[3], Long.parseLong(fields[4]), fields[5]);
            }
        }
    }

    /** Bytes sent, or minus errno. */
    long sendTo(Libc libc, int socket, long position, long byteCount) {
        MemorySegment offset = libc.word();
        offset.set(ValueLayout.JAVA_LONG, 0, position);
        return libc.sendfile(socket, fd, offset.address(), byteCount);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try (Arena arena = Arena.ofConfined()) {
                new Libc(arena).close(fd);
            }
        }
    }
}
