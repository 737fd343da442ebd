package io.jevent.tool;

import io.jevent.event.EventBase;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;

/**
 * Reads standard input on a thread of its own and hands it to a loop, at most 64 KiB at a time: the next piece is read only
 * after {@link #next()}.
 */
final class StdinPump {
    private static final int PIECE_BYTES = 64 * 1024;

    /** What takes the pieces, on the loop. */
    interface Sink {
        /** Takes one piece; calls {@link StdinPump#next()} when it can take another. */
        void onPiece(byte[] piece);

        /** Standard input has ended. */
        void onEnd();

        /** Standard input cannot be read. */
        void onError(IOException cause);
    }

    private final EventBase base;
    private final InputStream in;
    private final Sink sink;
    private final Semaphore wanted = new Semaphore(0);

    StdinPump(EventBase base, InputStream in, Sink sink) {
        this.base = base;
        this.in = in;
        this.sink = sink;
    }

    /** Starts the thread, which does not keep the process alive. Wants the first piece at once. */
    void start() {
        wanted.release();
        Thread.ofPlatform().daemon().name("jevent stdin").start(this::pump);
    }

    /** Wants one more piece. */
    void next() {
        wanted.release();
    }

    private void pump() {
        byte[] piece = new byte[PIECE_BYTES];
        try {
            while (true) {
                wanted.acquire();
                int count;
                try {
                    count = in.read(piece);
                } catch (IOException e) {
                    base.execute(() -> sink.onError(e));
                    return;
                }
                if (count < 0) {
                    base.execute(sink::onEnd);
                    return;
                }
                byte[] handedOver = Arrays.copyOf(piece, count);
                base.execute(() -> sink.onPiece(handedOver));
            }
        } catch (InterruptedException | RejectedExecutionException _) {
            // The loop is over, and so is the command.
        }
    }
}
