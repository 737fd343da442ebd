package io.jevent.tool;

import java.time.Duration;
import java.util.Locale;

/** One line on stderr that says how far the demo is: rewritten in place on a terminal, now and then elsewhere. */
final class Progress {
    /** Set by the launcher, which can ask the shell. */
    private final boolean terminal = Boolean.getBoolean("jevent.stderr.tty");

    private final DemoLoad load;
    private final long startNanos;

    Progress(DemoLoad load, long startNanos) {
        this.load = load;
        this.startNanos = startNanos;
    }

    Duration interval() {
        return terminal ? Duration.ofMillis(100) : Duration.ofSeconds(2);
    }

    void show() {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        long done = load.messageCount();
        String text = String.format(
                Locale.ROOT,
                "%3d %%  %,d of %,d messages  %,.0f/s",
                100 * done / load.messagesWanted(),
                done,
                load.messagesWanted(),
                done / seconds);
        if (terminal) {
            System.err.print("\r" + text + "\u001b[K");
            System.err.flush();
        } else {
            System.err.println(text);
        }
    }

    void clear() {
        if (terminal) {
            System.err.print("\r\u001b[K");
            System.err.flush();
        }
    }
}
