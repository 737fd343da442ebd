package io.jevent.listener;

import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sockets that were open and listening when the program began: whoever started it opened them. So ports below 1024 need no
 * privilege here, and no connection is lost while a program is restarted.
 *
 * <p>Two protocols are known. systemd's ({@link #listening()}) passes any number, as descriptors from 3, and names them; they
 * are for the epoll and io_uring backends. inetd's ({@link #channel()}) passes one, as descriptor 0; it is for every backend.
 *
 * <pre>{@code
 * for (InheritedSocket socket : InheritedSockets.listening()) {
 *     ConnectionListener.over(base, socket.descriptor(), ListenerConfig.of(), onAccept);
 * }
 * }</pre>
 *
 * <p>Threading: any thread.
 *
 * @see "sd_listen_fds(3)"
 */
public final class InheritedSockets {
    /** What a socket is called that has no name: {@value}. */
    public static final String UNNAMED = "unknown";

    /** Sockets that are believed to be passed at most: 1024. */
    public static final int MAX_COUNT = 1024;

    private static final int FIRST_DESCRIPTOR = 3;

    private InheritedSockets() {}

    /**
     * {@return what systemd, or whoever speaks as it does, has passed to this very process; in the order of its sockets}
     *
     * @throws IllegalArgumentException if the environment contradicts itself
     */
    public static List<InheritedSocket> listening() {
        return listening(System.getenv(), ProcessHandle.current().pid());
    }

    /**
     * {@return what an environment says to have passed to a process: {@code LISTEN_FDS} sockets named by {@code
     * LISTEN_FDNAMES}, divided by colons, if {@code LISTEN_PID} is that process; children inherit the environment, but not
     * the sockets}
     *
     * @param environment its variables
     * @param pid the process
     * @throws IllegalArgumentException if the environment contradicts itself: a number is none or out of bounds, or there are
     *     not as many names as sockets
     */
    public static List<InheritedSocket> listening(Map<String, String> environment, long pid) {
        String whose = environment.get("LISTEN_PID");
        String given = environment.get("LISTEN_FDS");
        if (whose == null || given == null || number("LISTEN_PID", whose, Long.MAX_VALUE) != pid) {
            return List.of();
        }
        int count = (int) number("LISTEN_FDS", given, MAX_COUNT);
        String joined = environment.get("LISTEN_FDNAMES");
        String[] names = joined == null ? null : joined.split(":", -1);
        if (names != null && count > 0 && names.length != count) {
            throw new IllegalArgumentException(
                    "need as many names in LISTEN_FDNAMES as LISTEN_FDS=" + count + " says, got " + joined);
        }
        List<InheritedSocket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sockets.add(new InheritedSocket(names == null ? UNNAMED : names[i], FIRST_DESCRIPTOR + i));
        }
        return List.copyOf(sockets);
    }

    private static long number(String name, String text, long most) {
        long number = -1;
        try {
            number = Long.parseLong(text);
        } catch (NumberFormatException _) {
            // It stays out of bounds.
        }
        if (number < 0 || number > most) {
            throw new IllegalArgumentException("need 0 <= " + name + " <= " + most + ", got " + text);
        }
        return number;
    }

    /**
     * {@return the listening socket that inetd, or whoever does as it does, has passed as descriptor 0, if there is one}
     *
     * @throws IOException if the system refuses
     * @throws IllegalStateException if what was passed is a socket that does not listen for streams
     * @see System#inheritedChannel()
     */
    public static Optional<ServerSocketChannel> channel() throws IOException {
        Channel inherited = System.inheritedChannel();
        if (inherited == null) {
            return Optional.empty();
        }
        if (inherited instanceof ServerSocketChannel socket) {
            return Optional.of(socket);
        }
        throw new IllegalStateException("need a listening socket as descriptor 0, got " + inherited);
    }
}
