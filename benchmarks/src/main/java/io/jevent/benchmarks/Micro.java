package io.jevent.benchmarks;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * JMH over the same workloads, to find out why one is slow: with {@code -prof gc}, {@code -prof stack} or {@code -prof
 * jfr}. One method for each count of operations, so that a result is for one operation, as in the table.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "--sun-misc-unsafe-memory-access=allow")
public class Micro {
    /** For JMH. */
    public Micro() {}

    @Benchmark
    @OperationsPerInvocation(PieceWorkload.MIB)
    public long perByte(PerByte state) {
        return state.run();
    }

    @Benchmark
    @OperationsPerInvocation(PieceWorkload.QUARTER_MIB)
    public long perByteMoved(PerByteMoved state) {
        return state.run();
    }

    @Benchmark
    @OperationsPerInvocation(PieceWorkload.MOVES)
    public long perMove(PerMove state) {
        return state.run();
    }

    @Benchmark
    @OperationsPerInvocation(RingWorkload.HOPS)
    public long perHop(PerHop state) {
        return state.run();
    }

    @Benchmark
    @OperationsPerInvocation(TurnWorkload.TURNS)
    public long perTurn(PerTurn state) {
        return state.run();
    }

    @Benchmark
    @OperationsPerInvocation(10 * TurnWorkload.TASKS_A_TURN)
    public long perTask(PerTask state) {
        return state.run();
    }

    @Benchmark
    @OperationsPerInvocation(PairWorkload.MESSAGES)
    public long perMessage(PerMessage state) {
        return state.run();
    }

    @Benchmark
    @OperationsPerInvocation(PairWorkload.STREAM_BYTES)
    public long perByteStreamed(PerByteStreamed state) {
        return state.run();
    }

    /** All phases together, and the wait for the timers too: read the allocation, not the time. */
    @Benchmark
    @OperationsPerInvocation(TimerWorkload.TIMERS)
    public long perTimer(PerTimer state) {
        return state.run();
    }

    /** A workload in the hands of JMH. */
    @State(Scope.Thread)
    public abstract static class Open {
        private final Stopwatch watch = new Stopwatch();

        /** Null before and after JMH's measuring. */
        private @Nullable Workload workload;

        abstract String name();

        @Setup
        public void open() {
            workload = Workloads.open(name());
        }

        long run() {
            return Objects.requireNonNull(workload).run(watch);
        }

        @TearDown
        public void close() {
            Objects.requireNonNull(workload).close();
            workload = null;
        }
    }

    public static class PerByte extends Open {
        @Param({
            "append-drain-64",
            "append-drain-16k",
            "add-remove-64",
            "add-remove-16k",
            "echo-move-64",
            "echo-move-64-base",
            "search-rare",
            "search-frequent",
            "readline-lf",
            "readline-crlf"
        })
        public String name = "";

        @Override
        String name() {
            return name;
        }
    }

    public static class PerByteMoved extends Open {
        @Override
        String name() {
            return "move-pieces";
        }
    }

    public static class PerMove extends Open {
        @Override
        String name() {
            return "move-whole";
        }
    }

    public static class PerHop extends Open {
        @Param({"activate-chain", "activate-all"})
        public String name = "";

        @Override
        String name() {
            return name;
        }
    }

    public static class PerTurn extends Open {
        @Param({"turn-empty", "turn-one-task"})
        public String name = "";

        @Override
        String name() {
            return name;
        }
    }

    public static class PerTask extends Open {
        @Override
        String name() {
            return "turn-1000-tasks";
        }
    }

    public static class PerMessage extends Open {
        @Param({"pair-ping-pong", "filter-pass-64", "filter-stack", "rate-limit-overhead"})
        public String name = "";

        @Override
        String name() {
            return name;
        }
    }

    public static class PerByteStreamed extends Open {
        @Param({"pair-stream-16k", "filter-pass-16k"})
        public String name = "";

        @Override
        String name() {
            return name;
        }
    }

    public static class PerTimer extends Open {
        @Override
        String name() {
            return "timers";
        }
    }
}
