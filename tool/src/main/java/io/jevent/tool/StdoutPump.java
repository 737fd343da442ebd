package io.jevent.tool;

import io.jevent.event.EventBase;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Writes what a loop hands over to standard output, on a thread of its own, so that a slow reader of it does not stop the
 * loop. The giver waits for the answer before it gives more, so little is ever held.
 */
final class StdoutPump {
    private final EventBase base;
    private final OutputStream out = new FileOutputStream(FileDescriptor.out);
    private final LinkedBlockingQueue<Supplier<Runnable>> pieces = new LinkedBlockingQueue<>();
    private final Consumer<IOException> onFailed;

    /** Makes a pump; {@code onFailed} runs on the loop when standard output takes no more. */
    StdoutPump(EventBase base, Consumer<IOException> onFailed) {
        this.base = base;
        this.onFailed = onFailed;
        Thread.ofPlatform().daemon().name("jevent stdout").start(this::pump);
    }

    /** Writes bytes; {@code onWritten} runs on the loop afterwards. */
    void write(byte[] bytes, Runnable onWritten) {
        pieces.add(() -> {
            try {
                out.write(bytes);
                return onWritten;
            } catch (IOException e) {
                return () -> onFailed.accept(e);
            }
        });
    }

    private void pump() {
        try {
            while (true) {
                base.execute(pieces.take().get());
            }
        } catch (InterruptedException | RejectedExecutionException _) {
            // The loop is over, and so is the command.
        }
    }
}
