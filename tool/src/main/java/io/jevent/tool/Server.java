package io.jevent.tool;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.listener.AcceptCallback;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.Consumer;

/** A listener that says when it is ready, and ends in order when the process is asked to. */
final class Server {
    /** How long accepting waits when a descriptor was missing. */
    private static final Duration REST = Duration.ofMillis(500);

    /** A shortage that went on is not told again before it was over for so long. */
    private static final long QUIET_NANOS = Duration.ofSeconds(10).toNanos();

    private final EventBase base;
    private final Duration grace;
    private final ConnectionListener listener;
    private final Event restEnd;
    private long acceptedCount;
    private long openCount;
    private long mostOpen = Long.MAX_VALUE;
    private boolean ending;

    /** Whether the command wants connections at all. */
    private boolean wanted = true;

    /** Whether a descriptor was missing a moment ago. */
    private boolean resting;

    private boolean accepting = true;
    private boolean shortageTold;
    private long lastShortageNanos;
    private Consumer<String> onWords = System.err::println;

    /** Listens; {@link #announce} says so. */
    Server(EventBase base, SocketAddress address, Duration grace, AcceptCallback onAccept) {
        this.base = base;
        this.grace = grace;
        restEnd = Event.timer(base, (_, _) -> {
            resting = false;
            update();
        });
        try {
            listener = ConnectionListener.bind(base, address, (self, socket) -> {
                acceptedCount++;
                openCount++;
                update();
                onAccept.onAccept(self, socket);
            });
        } catch (IOException e) {
            throw ToolFailure.network("cannot listen on " + Words.of(address) + ": " + Words.of(e), e);
        } catch (UnsupportedOperationException e) {
            throw ToolFailure.usage("cannot listen on " + Words.of(address) + ": " + e.getMessage(), e);
        }
        listener.onAcceptError((self, cause) -> rest(cause));
    }

    /** Prints one line on stderr: where it listens, how it waits, and what else there is to say. */
    Server announce(String more) {
        System.err.println("listening on " + Words.of(localAddress()) + " (" + base.backend() + ")" + more);
        return this;
    }

    /** Where its own words go instead of stderr. */
    void onWords(Consumer<String> onWords) {
        this.onWords = onWords;
    }

    SocketAddress localAddress() {
        return listener.localAddress();
    }

    long acceptedCount() {
        return acceptedCount;
    }

    /** Accepting waits while so many connections are open. */
    void mostOpen(long count) {
        mostOpen = count;
    }

    /** Ends in order on SIGINT and SIGTERM; at once on the second one. */
    void endOnSignals() {
        for (String name : new String[] {"INT", "TERM"}) {
            try {
                Event.signal(base, name, (_, _) -> end()).add();
            } catch (IllegalArgumentException | UnsupportedOperationException _) {
                // The JVM keeps this signal for itself, as under -Xrs; it then ends the process as usual.
            }
        }
    }

    /** Stops accepting; the loop exits when the last connection has ended, or when the grace is over. */
    void end() {
        if (ending || openCount == 0 || grace.isZero()) {
            base.exit();
            return;
        }
        ending = true;
        listener.close();
        base.exit(grace);
    }

    /** While paused, connections wait in the system's backlog. */
    void accepting(boolean accepting) {
        wanted = accepting;
        update();
    }

    /** A descriptor was missing: accepting waits a moment, so that there are some for what was accepted already. */
    void rest(IOException cause) {
        tellShortage(cause);
        if (!ending) {
            resting = true;
            update();
            restEnd.add(REST);
        }
    }

    private void tellShortage(IOException cause) {
        long present = base.nanoTime();
        if (!shortageTold || present - lastShortageNanos > QUIET_NANOS) {
            onWords.accept("jevent: accepting pauses: " + Words.of(cause));
        }
        shortageTold = true;
        lastShortageNanos = present;
    }

    /** To be called once for each connection that has ended. */
    void connectionEnded() {
        openCount--;
        if (ending && openCount == 0) {
            base.exit();
        }
        update();
    }

    long openCount() {
        return openCount;
    }

    private void update() {
        boolean may = wanted && !resting && openCount < mostOpen;
        if (ending || may == accepting) {
            return;
        }
        accepting = may;
        if (may) {
            listener.resume();
        } else {
            listener.pause();
        }
    }
}
