package io.jevent.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;

/** Tells when files are others than before, whether they were written over, replaced, or are reached through another link. */
final class FileWatch {
    private final List<Path> files;
    private List<Optional<Stamp>> taken;
    private List<Optional<Stamp>> lastSeen;

    FileWatch(List<Path> files) {
        this.files = files;
        this.taken = look();
        this.lastSeen = taken;
    }

    /** The files as they are now are those to compare with. */
    void take() {
        taken = look();
        lastSeen = taken;
    }

    /** Whether the files are others than those taken, and the same as when this was asked before. */
    boolean hasSettledOnAnother() {
        List<Optional<Stamp>> now = look();
        boolean settled = now.equals(lastSeen);
        lastSeen = now;
        return settled && !now.equals(taken);
    }

    private List<Optional<Stamp>> look() {
        return files.stream().map(Stamp::of).toList();
    }

    /** What tells two files apart without reading them. */
    private record Stamp(FileTime changed, long length, Optional<Object> identity) {
        /** Nothing where there is no file. */
        static Optional<Stamp> of(Path file) {
            try {
                BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
                return Optional.of(
                        new Stamp(found.lastModifiedTime(), found.size(), Optional.ofNullable(found.fileKey())));
            } catch (IOException _) {
                return Optional.empty();
            }
        }
    }
}
