package io.jevent.tool;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a server prints: events as JSON on stdout, complaints on stderr, and on a terminal a line there that is rewritten in
 * place. Any thread may call it. No reader of it stops the server: events that nobody takes are dropped and counted.
 */
final class ServerLog implements AutoCloseable {
    private static final int MOST_WAITING = 10_000;
    private static final int COMPLAINTS_PER_SECOND = 3;
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration LAST_WAIT = Duration.ofSeconds(5);
    private static final String END = "";

    private final boolean json;

    /** Set by the launcher, which can ask the shell. */
    private final boolean terminal = Boolean.getBoolean("jevent.stderr.tty");

    private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong droppedCount = new AtomicLong();
    private final Thread writer =
            Thread.ofPlatform().daemon().name("jevent log").unstarted(this::write);

    // Guarded by this.
    private String status = "";
    private long windowNanos = System.nanoTime();
    private int toldCount;
    private long untoldCount;

    ServerLog(boolean json) {
        this.json = json;
        if (json) {
            writer.start();
        }
    }

    boolean isJson() {
        return json;
    }

    boolean isTerminal() {
        return terminal;
    }

    /** Prints one event, if JSON is wanted. */
    void event(Map<String, Object> members) {
        if (json && !waiting.offer(Json.object(members))) {
            droppedCount.incrementAndGet();
        }
    }

    long droppedCount() {
        return droppedCount.get();
    }

    private void write() {
        try {
            for (String line = waiting.take(); !line.equals(END); line = waiting.take()) {
                System.out.println(line);
            }
        } catch (InterruptedException _) {
            // Nobody interrupts it.
        }
    }

    /** Prints a line on stderr, a few in a second; the others are counted. */
    synchronized void complain(String message) {
        tellUntold();
        if (toldCount < COMPLAINTS_PER_SECOND) {
            toldCount++;
            print("jevent: " + message);
        } else {
            untoldCount++;
        }
    }

    /** Once a second is over, says how many lines were kept back in it. */
    synchronized void tellUntold() {
        if (System.nanoTime() - windowNanos >= SECOND_NANOS) {
            windowNanos = System.nanoTime();
            toldCount = 0;
            printUntold();
        }
    }

    private void printUntold() {
        if (untoldCount > 0) {
            print("jevent: " + Words.counted(untoldCount, "more connection") + " likewise");
            untoldCount = 0;
        }
    }

    /** Prints a line on stderr. */
    synchronized void say(String line) {
        print(line);
    }

    private void print(String line) {
        if (status.isEmpty()) {
            System.err.println(line);
        } else {
            System.err.print("\r\u001b[K" + line + "\n" + status);
            System.err.flush();
        }
    }

    /** Rewrites the line on the terminal; without one nothing happens. */
    synchronized void status(String text) {
        if (terminal) {
            status = text;
            System.err.print("\r" + text + "\u001b[K");
            System.err.flush();
        }
    }

    /** Prints what is left; waits a little for a reader of stdout that is slow. */
    @Override
    public void close() {
        synchronized (this) {
            if (!status.isEmpty()) {
                System.err.print("\r\u001b[K");
                System.err.flush();
                status = "";
            }
            printUntold();
        }
        if (json) {
            try {
                if (waiting.offer(END, LAST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                    writer.join(LAST_WAIT);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
