package io.jevent.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;

/**
 * Runs one workload of TLS, on engines alone or on buffer events, and prints its line: name, unit, nanoseconds per operation
 * or bytes, checksum. {@code benchmarks/compare --tls} starts it.
 */
public final class TlsSideBySide {
    private static final Executor ON_THE_LOOP = Runnable::run;
    private static final Map<String, Sides> ALL = new LinkedHashMap<>();

    /** The same work on both sides. */
    private record Sides(Function<String, Workload> engines, Function<String, Workload> bufferEvents) {}

    static {
        streams("tls13-stream", TlsSetup.Kind.TLS13);
        streams("tls12-stream", TlsSetup.Kind.TLS12);
        pingPong("tls13-ping-pong", TlsSetup.Kind.TLS13);
        pingPong("tls12-ping-pong", TlsSetup.Kind.TLS12);
        handshakes("tls13-handshake", TlsSetup.Kind.TLS13, false, ON_THE_LOOP);
        handshakes("tls13-resume", TlsSetup.Kind.TLS13, true, ON_THE_LOOP);
        handshakes("tls12-handshake", TlsSetup.Kind.TLS12, false, ON_THE_LOOP);
        handshakes("tls12-resume", TlsSetup.Kind.TLS12, true, ON_THE_LOOP);
        handshakes("tls13-handshake-threads", TlsSetup.Kind.TLS13, false, TlsSetup.defaultTasks());
        handshakes("tls13-resume-threads", TlsSetup.Kind.TLS13, true, TlsSetup.defaultTasks());
    }

    private static final Map<String, Idle> IDLE = new LinkedHashMap<>();

    /** Bytes of one end of a connection on both sides, by how many there are. */
    private record Idle(IntToDoubleFunction engines, IntToDoubleFunction bufferEvents) {}

    static {
        idle("tls13-idle", TlsSetup.Kind.TLS13);
        idle("tls12-idle", TlsSetup.Kind.TLS12);
    }

    private TlsSideBySide() {}

    /** Once beside an engine alone, and once beside an engine and an end of a pair without TLS. */
    private static void idle(String name, TlsSetup.Kind kind) {
        IntToDoubleFunction bufferEvents = count -> TlsIdle.bufferEvent(kind.forBufferEvents(ON_THE_LOOP), count);
        IDLE.put(name, new Idle(count -> TlsIdle.engine(kind.forEngines(), count), bufferEvents));
        IDLE.put(
                name + "-pair",
                new Idle(count -> TlsIdle.engine(kind.forEngines(), count) + TlsIdle.pair(count), bufferEvents));
    }

    private static void streams(String name, TlsSetup.Kind kind) {
        ALL.put(
                name,
                new Sides(
                        it -> new EngineWorkload.Stream(it, kind.forEngines()),
                        it -> new TlsWorkload.Stream(it, kind.forBufferEvents(ON_THE_LOOP))));
    }

    private static void pingPong(String name, TlsSetup.Kind kind) {
        ALL.put(
                name,
                new Sides(
                        it -> new EngineWorkload.PingPong(it, kind.forEngines()),
                        it -> new TlsWorkload.PingPong(it, kind.forBufferEvents(ON_THE_LOOP))));
    }

    private static void handshakes(String name, TlsSetup.Kind kind, boolean resumes, Executor tasks) {
        ALL.put(
                name,
                new Sides(
                        it -> new EngineWorkload.Handshakes(it, resumes, kind.forEngines()),
                        it -> new TlsWorkload.Handshakes(it, resumes, kind.forBufferEvents(tasks))));
    }

    /**
     * Measures one workload.
     *
     * @param args {@code engine} or {@code jevent}, milliseconds to warm up, milliseconds to measure, name of the workload; or
     *     {@code list}
     */
    public static void main(String[] args) {
        if (args.length == 1 && args[0].equals("list")) {
            names().forEach(System.out::println);
            return;
        }
        if (args.length != 4) {
            System.err.println("usage: TlsSideBySide engine|jevent WARM_MS MEASURE_MS NAME");
            System.exit(2);
        }
        boolean jevent = args[0].equals("jevent");
        if (IDLE.containsKey(args[3])) {
            System.out.println(idleLine(jevent, args[3], TlsIdle.CONNECTIONS));
            return;
        }
        long warmNanos = Long.parseLong(args[1]) * 1_000_000;
        long measureNanos = Long.parseLong(args[2]) * 1_000_000;
        try (Workload workload = open(jevent, args[3])) {
            SideBySide.measure(workload, warmNanos, measureNanos).forEach(System.out::println);
        }
    }

    /** {@return all names, in the order of the table} */
    static List<String> names() {
        return Stream.concat(ALL.keySet().stream(), IDLE.keySet().stream()).toList();
    }

    /** {@return the names of those that take time} */
    static List<String> timed() {
        return List.copyOf(ALL.keySet());
    }

    /** {@return a workload that takes time} */
    static Workload open(boolean jevent, String name) {
        Sides sides = ALL.get(name);
        if (sides == null) {
            throw new IllegalArgumentException("need one of " + names() + ", got " + name);
        }
        return (jevent ? sides.bufferEvents : sides.engines).apply(name);
    }

    /** The same line for one that takes memory: bytes instead of nanoseconds, nothing to sum up. */
    static String idleLine(boolean jevent, String name, int connections) {
        Idle idle = Objects.requireNonNull(IDLE.get(name));
        double bytes = (jevent ? idle.bufferEvents : idle.engines).applyAsDouble(connections);
        return String.format(Locale.ROOT, "%s connection %.5f 0", name, bytes);
    }
}
