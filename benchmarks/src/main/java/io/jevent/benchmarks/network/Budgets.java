package io.jevent.benchmarks.network;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What jevent must and wants to hold, and whether it does. Of every other server, and of what was not measured, it knows
 * nothing.
 */
final class Budgets {
    /** Half a byte: a collector's or a compiler's own crumbs. */
    private static final double NO_BYTES = 0.5;

    /** What connecting adds to the system calls for each message. */
    private static final double CONNECTING = 0.02;

    /** Who encrypts with the same code as jevent; the others have ciphers of their own. */
    private static final List<Server> NETTY_WITH_JDK =
            List.of(Server.TLS_NETTY_NIO, Server.TLS_NETTY_EPOLL, Server.TLS_NETTY_IO_URING);

    private final Measurements measured;

    Budgets(Measurements measured) {
        this.measured = measured;
    }

    /** CPU time of the server for each message. */
    Verdict cpu(Shape shape, Server server) {
        Verdict verdict = new Verdict();
        if (server.isJevent() && shape.role() == Role.TLS) {
            verdict.goal(against(shape, server, NETTY_WITH_JDK, 1.0, LoadResult::cpuMicros));
        } else if (server.isJevent()) {
            ToDoubleFunction<LoadResult> cpu = LoadResult::cpuMicros;
            Server libevent = shape.role().libevent();
            verdict.must(against(shape, server, List.of(libevent), libeventLimit(shape, server), cpu));
            if (shape != Shape.CONNECT && shape != Shape.PROXY_CONNECT) {
                verdict.must(against(shape, server, nettyRivals(shape, server), 1.0, cpu));
            }
            double most = shape.role() == Role.PROXY ? 1.0 : 1.05;
            verdict.goal(against(shape, server, List.of(bareLoop(shape, server)), most, cpu));
        }
        return verdict;
    }

    private static double libeventLimit(Shape shape, Server server) {
        return switch (shape) {
            case ECHO_64 -> server.mechanism() == Mechanism.NIO ? 0.85 : 0.80;
            case ECHO_64_DEEP -> 0.80;
            case ECHO_64_MANY -> 0.75;
            case ECHO_16K, STREAM -> 0.25;
            case CONNECT, PROXY_64, PROXY_16K, PROXY_STREAM, PROXY_CONNECT -> 1.0;
            case TLS_64, TLS_STREAM, TLS_CONNECT, TLS_RESUME -> throw new IllegalArgumentException(shape.id());
        };
    }

    /** Netty on the same mechanism, or whichever Netty is best. */
    private static List<Server> nettyRivals(Shape shape, Server server) {
        boolean any = shape != Shape.ECHO_64 && shape != Shape.ECHO_64_DEEP && shape != Shape.PROXY_64;
        return Server.of(shape.role(), Server.Family.NETTY).stream()
                .filter(netty -> any || netty.mechanism() == server.mechanism())
                .toList();
    }

    /** The least that can do the work; of proxies, the one that does nothing else. */
    private static Server bareLoop(Shape shape, Server server) {
        return switch (shape) {
            case ECHO_64_MANY -> Server.C_IO_URING;
            case CONNECT -> Server.C_EPOLL;
            // A Selector is epoll, too.
            case ECHO_64, ECHO_64_DEEP, ECHO_16K, STREAM ->
                server.mechanism() == Mechanism.IO_URING ? Server.C_IO_URING : Server.C_EPOLL;
            case PROXY_64, PROXY_16K, PROXY_STREAM, PROXY_CONNECT -> Server.HAPROXY;
            case TLS_64, TLS_STREAM, TLS_CONNECT, TLS_RESUME -> Server.TLS_HAPROXY;
        };
    }

    /** The 99th percentile of the time a message takes. */
    Verdict p99(Shape shape, Server server) {
        Verdict verdict = new Verdict();
        if (server.isJevent() && shape.role() == Role.TLS) {
            verdict.goal(against(shape, server, NETTY_WITH_JDK, 1.0, LoadResult::p99Micros));
        } else if (server.isJevent()) {
            Role role = shape.role();
            verdict.must(against(shape, server, List.of(role.libevent()), 1.0, LoadResult::p99Micros));
            verdict.goal(against(shape, server, List.of(role.yardstick()), 1.0, LoadResult::p99Micros));
        }
        return verdict;
    }

    /** The ratio to the best of the rivals, which is the largest one. */
    private Limit against(
            Shape shape, Server server, List<Server> rivals, double most, ToDoubleFunction<LoadResult> figure) {
        record Against(Server rival, double ratio) {}
        Optional<Against> hardest = rivals.stream()
                .flatMap(rival -> measured.ratio(shape, server, rival, figure).stream()
                        .map(ratio -> new Against(rival, ratio.median())))
                .max(Comparator.comparingDouble(Against::ratio));
        String best = rivals.size() == 1
                ? rivals.getFirst().title()
                : hardest.map(against -> against.rival().title()).orElse("Netty's best");
        return new Limit(
                "× " + best, most, hardest.stream().mapToDouble(Against::ratio).findFirst());
    }

    /** CPU time outside the kernel for each message of 64 bytes. */
    Verdict user(Server server) {
        Verdict verdict = new Verdict();
        if (server.isJevent() && server.role() == Role.ECHO) {
            OptionalDouble micros = measured.spread(Shape.ECHO_64, server, LoadResult::userMicros).stream()
                    .mapToDouble(Spread::median)
                    .findFirst();
            verdict.must(new Limit("µs", 0.5, micros));
            verdict.goal(new Limit("µs", 0.3, micros));
        }
        return verdict;
    }

    /** Epoll: one read, one write, a share of one wait. The ring: a share of one enter. */
    Verdict systemCalls(Server server) {
        Verdict verdict = new Verdict();
        Optional<SystemCalls> calls = Optional.ofNullable(measured.systemCalls.get(server));
        if (server == Server.JEVENT_EPOLL) {
            verdict.must(new Limit("reads and writes", 2 + CONNECTING, figure(calls, SystemCalls::moves)));
            verdict.must(new Limit("epoll_ctl and ioctl", CONNECTING, figure(calls, SystemCalls::talk)));
            verdict.must(new Limit("waits", 1, figure(calls, SystemCalls::waits)));
        } else if (server == Server.JEVENT_IO_URING) {
            verdict.goal(new Limit("calls", 1, figure(calls, SystemCalls::total)));
        }
        return verdict;
    }

    private static OptionalDouble figure(Optional<SystemCalls> calls, ToDoubleFunction<SystemCalls> figure) {
        return calls.stream().mapToDouble(figure).findFirst();
    }

    /** Bytes on the heap for each message. */
    Verdict allocation(Server server) {
        Verdict verdict = new Verdict();
        // Engines of the JDK allocate for every record.
        if (server.isJevent() && server.role() != Role.TLS) {
            Double bytes = measured.allocation.get(server);
            Limit none =
                    new Limit("bytes", NO_BYTES, bytes == null ? OptionalDouble.empty() : OptionalDouble.of(bytes));
            if (server.mechanism() != Mechanism.NIO) {
                verdict.must(none);
            }
            verdict.goal(none);
        }
        return verdict;
    }

    /** Bytes for each silent connection. */
    Verdict idle(Server server) {
        Verdict verdict = new Verdict();
        if (server.isJevent() && server.role() == Role.ECHO) {
            IdleMemory idle = measured.idle.get(server);
            OptionalDouble bytes = idle == null ? OptionalDouble.empty() : idle.counted();
            verdict.must(new Limit("bytes", 2048, bytes));
            verdict.goal(new Limit("bytes", 1024, bytes));
        }
        return verdict;
    }

    /** Milliseconds until the first byte is echoed; the goal is one for an AOT cache. */
    Verdict start(Server server) {
        Verdict verdict = new Verdict();
        if (server.isJevent()) {
            boolean nio = server.mechanism() == Mechanism.NIO;
            verdict.must(new Limit("ms", nio ? 90 : 170, median(measured.starts.get(server))));
            verdict.goal(new Limit("ms with an AOT cache", nio ? 62 : 110, median(measured.cachedStarts.get(server))));
        }
        return verdict;
    }

    private static OptionalDouble median(@Nullable List<Double> values) {
        return Spread.of(values == null ? List.<Double>of() : values).stream()
                .mapToDouble(Spread::median)
                .findFirst();
    }

    /** One line for each budget that is not held. */
    List<String> missed(Role role) {
        List<String> lines = new ArrayList<>();
        for (Server server : Server.of(role, Server.Family.JEVENT)) {
            for (Shape shape : measured.shapes(role)) {
                cpu(shape, server).missed(server.title() + ", CPU, " + shape.title(), lines);
                p99(shape, server).missed(server.title() + ", p99, " + shape.title(), lines);
            }
            user(server).missed(server.title() + ", CPU outside the kernel", lines);
            systemCalls(server).missed(server.title() + ", system calls", lines);
            allocation(server).missed(server.title() + ", allocation", lines);
            idle(server).missed(server.title() + ", idle connection", lines);
            start(server).missed(server.title() + ", start", lines);
        }
        return lines;
    }
}
