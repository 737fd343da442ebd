package io.jevent.benchmarks.network;

/** Says on stderr what is being measured and how long it will still take: in place on a terminal, else a line now and then. */
final class Progress {
    private static final int MILLIS_PER_MINUTE = 60_000;

    /** Set by the launcher, which can ask the shell. */
    private final boolean terminal = Boolean.getBoolean("jevent.stderr.tty");

    private long leftMillis;
    private String present = "";

    /** Starts with the time that everything together is expected to take. */
    Progress(long expectedMillis) {
        leftMillis = expectedMillis;
    }

    /** {@return a time as words, rounded up} */
    static String words(long millis) {
        return millis < MILLIS_PER_MINUTE
                ? (millis + 999) / 1000 + " s"
                : (millis + MILLIS_PER_MINUTE - 1) / MILLIS_PER_MINUTE + " min";
    }

    /** Begins one measurement of many under a heading, and what it will take. */
    void step(String heading, Server server, long millis) {
        String left = ", about " + words(Math.max(0, leftMillis)) + " left";
        if (terminal) {
            System.err.print("\r" + heading + ": " + server.id() + left + "\u001b[K");
            System.err.flush();
        } else if (!heading.equals(present)) {
            System.err.println("run: " + heading + left);
        }
        present = heading;
        leftMillis -= millis;
    }

    /** Says a sentence on a line of its own. */
    void say(String sentence) {
        clear();
        System.err.println("run: " + sentence);
    }

    void clear() {
        if (terminal) {
            System.err.print("\r\u001b[K");
            System.err.flush();
        }
    }
}
