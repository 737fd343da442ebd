package io.jevent.tool;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import io.jevent.listener.AcceptCallback;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;

/** A listener that says when it is ready, and ends in order when the process is asked to. */
final class Server {
    private final EventBase base;
    private final Duration grace;
    private final ConnectionListener listener;
    private long acceptedCount;
    private long openCount;
    private boolean ending;

    /** Listens, and prints one line on stderr. */
    Server(EventBase base, InetSocketAddress address, Duration grace, AcceptCallback onAccept) {
        this.base = base;
        this.grace = grace;
        try {
            listener = ConnectionListener.bind(base, address, (self, socket) -> {
                acceptedCount++;
                openCount++;
                onAccept.onAccept(self, socket);
            });
        } catch (IOException e) {
            throw ToolFailure.network("cannot listen on " + Words.of(address) + ": " + Words.of(e), e);
        }
        listener.onAcceptError((self, cause) -> System.err.println("jevent: accepting pauses: " + Words.of(cause)));
        System.err.println("listening on " + Words.of(localAddress()) + " (" + base.backend() + ")");
    }

    SocketAddress localAddress() {
        return listener.localAddress();
    }

    long acceptedCount() {
        return acceptedCount;
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
        if (ending) {
            return;
        }
        if (accepting) {
            listener.resume();
        } else {
            listener.pause();
        }
    }

    /** To be called once for each connection that has ended. */
    void connectionEnded() {
        openCount--;
        if (ending && openCount == 0) {
            base.exit();
        }
    }

    long openCount() {
        return openCount;
    }
}
