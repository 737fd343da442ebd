package io.jevent.benchmarks.network;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Who is measured. */
enum Server {
    LIBEVENT("libevent", "libevent C", Family.C, Mechanism.EPOLL),
    C_EPOLL("c-epoll", "C epoll", Family.C, Mechanism.EPOLL),
    C_IO_URING("c-io_uring", "C io_uring", Family.C, Mechanism.IO_URING),
    JEVENT_NIO("jevent-nio", "jevent nio", Family.JEVENT, Mechanism.NIO),
    JEVENT_EPOLL("jevent-epoll", "jevent epoll", Family.JEVENT, Mechanism.EPOLL),
    JEVENT_IO_URING("jevent-io_uring", "jevent io_uring", Family.JEVENT, Mechanism.IO_URING),
    NETTY_NIO("netty-nio", "Netty nio", Family.NETTY, Mechanism.NIO),
    NETTY_EPOLL("netty-epoll", "Netty epoll", Family.NETTY, Mechanism.EPOLL),
    NETTY_IO_URING("netty-io_uring", "Netty io_uring", Family.NETTY, Mechanism.IO_URING),
    JDK_SELECTOR("jdk-selector", "JDK Selector", Family.JDK, Mechanism.NIO),
    JDK_VIRTUAL("jdk-virtual", "JDK virtual threads", Family.JDK, Mechanism.NIO);

    /** Whose work it is; decides the colour of its bars, too. */
    enum Family {
        C,
        JEVENT,
        NETTY,
        JDK
    }

    private final String id;
    private final String title;
    private final Family family;
    private final Mechanism mechanism;

    Server(String id, String title, Family family, Mechanism mechanism) {
        this.id = id;
        this.title = title;
        this.family = family;
        this.mechanism = mechanism;
    }

    /** {@return the name on the command line and in JSON} */
    String id() {
        return id;
    }

    /** {@return the name in tables and charts} */
    String title() {
        return title;
    }

    Family family() {
        return family;
    }

    Mechanism mechanism() {
        return mechanism;
    }

    boolean isJava() {
        return family != Family.C;
    }

    boolean isJevent() {
        return family == Family.JEVENT;
    }

    /** {@return the program of the C servers' name for it, or the options, class and argument for a JVM} */
    List<String> arguments() {
        return switch (this) {
            case LIBEVENT -> List.of("libevent");
            case C_EPOLL, C_IO_URING -> List.of(mechanism.id());
            case JEVENT_NIO, JEVENT_EPOLL, JEVENT_IO_URING ->
                List.of("-Djevent.backend=" + mechanism.id(), JeventEcho.class.getName());
            case NETTY_NIO, NETTY_EPOLL, NETTY_IO_URING -> List.of(NettyEcho.class.getName(), mechanism.id());
            case JDK_SELECTOR -> List.of(NioEcho.class.getName());
            case JDK_VIRTUAL ->
                // One core, so one carrier.
                List.of("-Djdk.virtualThreadScheduler.parallelism=1", VirtualThreadEcho.class.getName());
        };
    }

    /** {@return the jars it needs besides those of jevent, by how their names begin} */
    List<String> jars() {
        return family == Family.NETTY ? List.of("jevent-benchmarks-", "netty-") : List.of("jevent-");
    }

    static List<String> ids() {
        return Arrays.stream(values()).map(Server::id).toList();
    }

    static Optional<Server> of(String id) {
        return Arrays.stream(values()).filter(server -> server.id.equals(id)).findFirst();
    }

    /** {@return the servers of a family, in order} */
    static List<Server> of(Family family) {
        return Arrays.stream(values()).filter(server -> server.family == family).toList();
    }
}
