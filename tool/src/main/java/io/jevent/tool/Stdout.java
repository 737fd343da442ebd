package io.jevent.tool;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Standard output for text, which remembers why it failed; a {@link PrintStream} by itself only knows that it did. */
final class Stdout extends FileOutputStream {
    private @Nullable IOException failure;

    private Stdout() {
        super(FileDescriptor.out);
    }

    /** Puts itself behind {@code System.out}. */
    static Stdout install() {
        Stdout stdout = new Stdout();
        System.setOut(new PrintStream(stdout, false, StandardCharsets.UTF_8));
        return stdout;
    }

    @Override
    public void write(byte[] bytes, int offset, int byteCount) throws IOException {
        try {
            super.write(bytes, offset, byteCount);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** What a user should hear of it: nothing when the reader of a pipe has merely seen enough. */
    Optional<String> complaint() {
        System.out.flush();
        return failure == null ? Optional.empty() : complaint(failure);
    }

    static Optional<String> complaint(IOException failure) {
        String words = Words.of(failure);
        return words.contains("broken pipe") ? Optional.empty() : Optional.of("cannot write to stdout: " + words);
    }
}
