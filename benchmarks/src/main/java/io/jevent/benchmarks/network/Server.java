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
    JDK_VIRTUAL("jdk-virtual", "JDK virtual threads", Family.JDK, Mechanism.NIO),

    PROXY_LIBEVENT(Role.PROXY, "proxy-libevent", "libevent C", Family.C, Mechanism.EPOLL),
    HAPROXY(Role.PROXY, "proxy-haproxy", "HAProxy", Family.C, Mechanism.EPOLL),
    NGINX(Role.PROXY, "proxy-nginx", "nginx stream", Family.C, Mechanism.EPOLL),
    PROXY_JEVENT_NIO(Role.PROXY, "proxy-jevent-nio", "jevent nio", Family.JEVENT, Mechanism.NIO),
    PROXY_JEVENT_EPOLL(Role.PROXY, "proxy-jevent-epoll", "jevent epoll", Family.JEVENT, Mechanism.EPOLL),
    PROXY_JEVENT_IO_URING(Role.PROXY, "proxy-jevent-io_uring", "jevent io_uring", Family.JEVENT, Mechanism.IO_URING),
    PROXY_NETTY_NIO(Role.PROXY, "proxy-netty-nio", "Netty nio", Family.NETTY, Mechanism.NIO),
    PROXY_NETTY_EPOLL(Role.PROXY, "proxy-netty-epoll", "Netty epoll", Family.NETTY, Mechanism.EPOLL),
    PROXY_NETTY_IO_URING(Role.PROXY, "proxy-netty-io_uring", "Netty io_uring", Family.NETTY, Mechanism.IO_URING),

    TLS_LIBEVENT(Role.TLS, "tls-libevent", "libevent OpenSSL", Family.C, Mechanism.EPOLL),
    TLS_HAPROXY(Role.TLS, "tls-haproxy", "HAProxy", Family.C, Mechanism.EPOLL),
    TLS_NGINX(Role.TLS, "tls-nginx", "nginx stream", Family.C, Mechanism.EPOLL),
    TLS_JEVENT_NIO(Role.TLS, "tls-jevent-nio", "jevent nio", Family.JEVENT, Mechanism.NIO),
    TLS_JEVENT_EPOLL(Role.TLS, "tls-jevent-epoll", "jevent epoll", Family.JEVENT, Mechanism.EPOLL),
    TLS_JEVENT_IO_URING(Role.TLS, "tls-jevent-io_uring", "jevent io_uring", Family.JEVENT, Mechanism.IO_URING),
    TLS_JEVENT_INLINE(Role.TLS, "tls-jevent-inline", "jevent epoll inline", Family.JEVENT, Mechanism.EPOLL),
    TLS_NETTY_NIO(Role.TLS, "tls-netty-nio", "Netty nio", Family.NETTY, Mechanism.NIO),
    TLS_NETTY_EPOLL(Role.TLS, "tls-netty-epoll", "Netty epoll", Family.NETTY, Mechanism.EPOLL),
    TLS_NETTY_IO_URING(Role.TLS, "tls-netty-io_uring", "Netty io_uring", Family.NETTY, Mechanism.IO_URING),
    TLS_TCNATIVE_NIO(Role.TLS, "tls-tcnative-nio", "tcnative nio", Family.NETTY, Mechanism.NIO),
    TLS_TCNATIVE_EPOLL(Role.TLS, "tls-tcnative-epoll", "tcnative epoll", Family.NETTY, Mechanism.EPOLL),
    TLS_TCNATIVE_IO_URING(Role.TLS, "tls-tcnative-io_uring", "tcnative io_uring", Family.NETTY, Mechanism.IO_URING);

    /** How the names of the jars begin that have OpenSSL's sibling BoringSSL inside. */
    static final String TCNATIVE = "netty-tcnative-";

    /** Whose work it is; decides the colour of its bars, too. */
    enum Family {
        C,
        JEVENT,
        NETTY,
        JDK
    }

    private final Role role;
    private final String id;
    private final String title;
    private final Family family;
    private final Mechanism mechanism;

    Server(String id, String title, Family family, Mechanism mechanism) {
        this(Role.ECHO, id, title, family, mechanism);
    }

    Server(Role role, String id, String title, Family family, Mechanism mechanism) {
        this.role = role;
        this.id = id;
        this.title = title;
        this.family = family;
        this.mechanism = mechanism;
    }

    Role role() {
        return role;
    }

    /** {@return the name on the command line and in JSON} */
    String id() {
        return id;
    }

    /** {@return the name in tables and charts, which show one role each} */
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

    /** {@return the program that it is, if it comes from a package} */
    Optional<InstalledProxy> installed() {
        return switch (this) {
            case HAPROXY, TLS_HAPROXY -> Optional.of(InstalledProxy.HAPROXY);
            case NGINX, TLS_NGINX -> Optional.of(InstalledProxy.NGINX);
            default -> Optional.empty();
        };
    }

    /** {@return for a program of ours in C its name and arguments, for a JVM the options, class and arguments} */
    List<String> arguments() {
        return switch (this) {
            case LIBEVENT -> List.of("servers", "libevent");
            case C_EPOLL, C_IO_URING -> List.of("servers", mechanism.id());
            case JEVENT_NIO, JEVENT_EPOLL, JEVENT_IO_URING ->
                List.of("-Djevent.backend=" + mechanism.id(), JeventEcho.class.getName());
            case NETTY_NIO, NETTY_EPOLL, NETTY_IO_URING -> List.of(NettyEcho.class.getName(), mechanism.id());
            case JDK_SELECTOR -> List.of(NioEcho.class.getName());
            case JDK_VIRTUAL ->
                // One core, so one carrier.
                List.of("-Djdk.virtualThreadScheduler.parallelism=1", VirtualThreadEcho.class.getName());
            case PROXY_LIBEVENT, TLS_LIBEVENT -> List.of("proxy");
            case PROXY_JEVENT_NIO, PROXY_JEVENT_EPOLL, PROXY_JEVENT_IO_URING ->
                List.of("-Djevent.backend=" + mechanism.id(), JeventProxy.class.getName());
            case PROXY_NETTY_NIO, PROXY_NETTY_EPOLL, PROXY_NETTY_IO_URING ->
                List.of(NettyProxy.class.getName(), mechanism.id());
            case TLS_JEVENT_NIO, TLS_JEVENT_EPOLL, TLS_JEVENT_IO_URING ->
                List.of("-Djevent.backend=" + mechanism.id(), JeventTlsProxy.class.getName(), "threads");
            case TLS_JEVENT_INLINE ->
                List.of("-Djevent.backend=" + mechanism.id(), JeventTlsProxy.class.getName(), "loop");
            case TLS_NETTY_NIO, TLS_NETTY_EPOLL, TLS_NETTY_IO_URING ->
                List.of(NettyTlsProxy.class.getName(), "JDK", mechanism.id());
            case TLS_TCNATIVE_NIO, TLS_TCNATIVE_EPOLL, TLS_TCNATIVE_IO_URING ->
                List.of(NettyTlsProxy.class.getName(), "OPENSSL", mechanism.id());
            case HAPROXY, NGINX, TLS_HAPROXY, TLS_NGINX -> throw new IllegalStateException(id + " is told by a file");
        };
    }

    /** {@return whether it needs a jar} */
    boolean needs(String jar) {
        if (family != Family.NETTY) {
            return jar.startsWith("jevent-");
        }
        return jar.startsWith("jevent-benchmarks-")
                || (jar.startsWith("netty-") && (role == Role.TLS || !jar.startsWith(TCNATIVE)));
    }

    static List<String> ids() {
        return Arrays.stream(values()).map(Server::id).toList();
    }

    static Optional<Server> of(String id) {
        return Arrays.stream(values()).filter(server -> server.id.equals(id)).findFirst();
    }

    /** {@return the servers of a family in a role, in order} */
    static List<Server> of(Role role, Family family) {
        return Arrays.stream(values())
                .filter(server -> server.role == role && server.family == family)
                .toList();
    }
}
