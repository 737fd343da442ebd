package io.jevent.benchmarks;

import io.jevent.buffer.LineEnd;
import io.jevent.event.EventBase;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** All workloads, by name, in the order of the table. */
final class Workloads {
    private static final Map<String, Supplier<Workload>> ALL = new LinkedHashMap<>();

    static {
        put("append-drain-64", name -> new PieceWorkload.AppendDrain(name, PieceWorkload.SMALL_BYTES));
        put("append-drain-16k", name -> new PieceWorkload.AppendDrain(name, PieceWorkload.LARGE_BYTES));
        put("add-remove-64", name -> new PieceWorkload.AddRemove(name, PieceWorkload.SMALL_BYTES));
        put("add-remove-16k", name -> new PieceWorkload.AddRemove(name, PieceWorkload.LARGE_BYTES));
        put("echo-move-64", name -> new PieceWorkload.EchoMove(name, null));
        put("echo-move-64-base", name -> new PieceWorkload.EchoMove(name, EventBase.create()));
        put("move-whole", PieceWorkload.MoveWhole::new);
        put("move-pieces", PieceWorkload.MovePieces::new);
        put("search-rare", name -> new SearchWorkload(name, "Needle-in-a-haystack"));
        put("search-frequent", name -> new SearchWorkload(name, "needle-in-a-haystack"));
        put("readline-lf", name -> new LineWorkload(name, LineEnd.LF, "\n"));
        put("readline-crlf", name -> new LineWorkload(name, LineEnd.CRLF, "\r\n"));
        put("activate-chain", RingWorkload.Chain::new);
        put("activate-all", RingWorkload.All::new);
        put("turn-empty", TurnWorkload.Empty::new);
        put("turn-one-task", name -> new TurnWorkload.Tasks(name, "turn", TurnWorkload.TURNS, 1));
        put("turn-1000-tasks", name -> new TurnWorkload.Tasks(name, "task", 10, TurnWorkload.TASKS_A_TURN));
        put("pair-ping-pong", name -> new PairWorkload.PingPong(name, 0));
        put("pair-stream-16k", name -> new PairWorkload.Stream(name, 0));
        put("filter-pass-64", name -> new PairWorkload.PingPong(name, 1));
        put("filter-pass-16k", name -> new PairWorkload.Stream(name, 1));
        put("filter-stack", name -> new PairWorkload.PingPong(name, 3));
        put("rate-limit-overhead", PairWorkload.PingPong::limited);
        put("timers", _ -> new TimerWorkload(TimerWorkload.TIMERS));
    }

    private Workloads() {}

    private static void put(String name, Function<String, Workload> factory) {
        ALL.put(name, () -> factory.apply(name));
    }

    static Iterable<String> names() {
        return ALL.keySet();
    }

    static Workload open(String name) {
        Supplier<Workload> factory = ALL.get(name);
        if (factory == null) {
            throw new IllegalArgumentException("need one of " + String.join(", ", ALL.keySet()) + ", got " + name);
        }
        return factory.get();
    }
}
