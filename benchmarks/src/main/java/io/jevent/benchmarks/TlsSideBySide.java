package io.jevent.benchmarks;

import java.util.ArrayList;
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
 * Runs one workload of TLS on engines alone and on buffer events, and prints a line for each: side, name, unit, nanoseconds per
 * operation or bytes, checksum. {@code benchmarks/compare --tls} starts it.
 *
 * <p>The sides take turns in one process, a slice of time each, and the median of the slices counts. Most of the work is that of the
 * same engine, which the compiler of one process makes twice as fast as that of another now and then; two processes would compare
 * their luck.
 */
public final class TlsSideBySide {
    private static final long SLICE_NANOS = 250_000_000;
    private static final Executor ON_THE_LOOP = Runnable::run;
    private static final Map<String, Sides> ALL = new LinkedHashMap<>();

    /** The same work on both sides. */
    private record Sides(Function<String, Workload> engines, Function<String, Workload> bufferEvents) {}

    static {
        streams("tls13-stream", TlsSetup.Kind.TLS13, false);
        streams("tls12-stream", TlsSetup.Kind.TLS12, false);
        streams("tls13-stream-native", TlsSetup.Kind.TLS13, true);
        streams("tls12-stream-native", TlsSetup.Kind.TLS12, true);
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

    private static void idle(String name, TlsSetup.Kind kind) {
        IDLE.put(
                name,
                new Idle(
                        count -> TlsIdle.engine(kind.forEngines(), count),
                        count -> TlsIdle.bufferEvent(kind.forBufferEvents(ON_THE_LOOP), count)));
    }

    /** Beside engines with nothing but arrays, or with records that pass through native memory, as on the way through a socket. */
    private static void streams(String name, TlsSetup.Kind kind, boolean isNative) {
        ALL.put(
                name,
                new Sides(
                        it -> new EngineWorkload.Stream(it, isNative, kind.forEngines()),
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
     * @param args milliseconds to warm up, milliseconds to measure, name of the workload; or {@code engine} or {@code jevent} and
     *     the name of one that takes memory, each in a process that has nothing else in its memory; or {@code list}
     */
    public static void main(String[] args) {
        if (args.length == 1 && args[0].equals("list")) {
            names().forEach(System.out::println);
            return;
        }
        if (args.length == 2) {
            System.out.println(args[0] + " " + idleLine(args[0].equals("jevent"), args[1], TlsIdle.CONNECTIONS));
            return;
        }
        if (args.length != 3) {
            System.err.println("usage: TlsSideBySide WARM_MS MEASURE_MS NAME\n       TlsSideBySide engine|jevent NAME");
            System.exit(2);
        }
        byTurns(args[2], Long.parseLong(args[0]) * 1_000_000, Long.parseLong(args[1]) * 1_000_000)
                .forEach(System.out::println);
    }

    /** One of the two, and how long an operation took in each of its slices. */
    private static final class Side implements AutoCloseable {
        private final String label;
        private final Workload workload;
        private final List<Double> slices = new ArrayList<>();
        private long checksum;

        Side(String label, Workload workload) {
            this.label = label;
            this.workload = workload;
        }

        void warmUp(long nanos) {
            checksum = SideBySide.runFor(workload, nanos).checksum();
        }

        void measure(long nanos) {
            SideBySide.Result result = SideBySide.runFor(workload, nanos);
            if (result.checksum() != checksum) {
                throw new IllegalStateException(label + " did different work in different runs");
            }
            slices.add(result.nanosPerOperation(workload.rows().getFirst()));
        }

        String line() {
            slices.sort(null);
            Row row = workload.rows().getFirst();
            double median = slices.get(slices.size() / 2);
            return String.format(Locale.ROOT, "%s %s %s %.5f %d", label, row.name(), row.unit(), median, checksum);
        }

        @Override
        public void close() {
            workload.close();
        }
    }

    /** A line for each side. */
    static List<String> byTurns(String name, long warmNanos, long measureNanos) {
        try (Side engine = new Side("engine", open(false, name));
                Side jevent = new Side("jevent", open(true, name))) {
            long start = System.nanoTime();
            do {
                engine.warmUp(SLICE_NANOS);
                jevent.warmUp(SLICE_NANOS);
            } while (System.nanoTime() - start < warmNanos);
            start = System.nanoTime();
            do {
                engine.measure(SLICE_NANOS);
                jevent.measure(SLICE_NANOS);
            } while (System.nanoTime() - start < measureNanos);
            return List.of(engine.line(), jevent.line());
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
