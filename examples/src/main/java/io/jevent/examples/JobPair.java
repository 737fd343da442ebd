package io.jevent.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jevent.buffer.LineEnd;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.EventBase;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * Two parts of a program that talk as if over a connection, without a socket: one gives orders, the other works. The
 * book describes pairs without a program (R6a).
 *
 * <p>Better than what it describes: the end of either side reaches the other. The worker takes any
 * {@link BufferEvent}, so that it can move to another process as it is.
 */
public final class JobPair {
    private static final int MAX_LINE_BYTES = 1000;

    private JobPair() {}

    /** Has the words given, or a few, put into capitals. */
    public static void main(String[] args) {
        List<String> orders = args.length > 0 ? List.of(args) : List.of("one", "two", "three");
        try (EventBase base = EventBase.create()) {
            run(base, orders, System.out::println);
            base.dispatch();
        }
    }

    /** Starts both parts on a loop that the caller runs. */
    static void run(EventBase base, List<String> orders, Consumer<String> onResult) {
        PairBufferEvent front = PairBufferEvent.create(base);
        work(front.partner().orElseThrow());
        give(front, new ArrayDeque<>(orders), onResult);
    }

    // ---- the part that gives orders ----

    private static void give(BufferEvent worker, Queue<String> orders, Consumer<String> onResult) {
        worker.onWritable(_ -> giveMore(worker, orders));
        worker.onRead(_ -> takeLines(worker, onResult));
        worker.onCondition((_, condition) -> {
            if (!(condition instanceof Condition.Eof)) {
                System.err.println("the worker is gone: " + condition);
            }
            worker.close();
        });
        worker.enableReading();
        giveMore(worker, orders);
    }

    /** No more than the worker keeps up with. */
    private static void giveMore(BufferEvent worker, Queue<String> orders) {
        while (!orders.isEmpty() && worker.isWritable()) {
            worker.output().addUtf8(orders.remove() + "\n");
        }
        if (orders.isEmpty()) {
            worker.shutdownOutput();
        }
    }

    // ---- the part that works ----

    /** Answers orders, one a line, until they end. */
    static void work(BufferEvent orders) {
        orders.inputWatermark(new Watermark(0, MAX_LINE_BYTES));
        orders.onRead(JobPair::workOff);
        orders.onWritable(JobPair::workOff);
        orders.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Eof _ -> {
                    takeLines(orders, order -> answer(orders, order)); // What waited for room; the mark bounds it.
                    orders.closeAfterFlush(Duration.ofSeconds(30));
                }
                case Condition.Failed _, Condition.TimedOut _ -> orders.close();
                case Condition.Connected _ -> {}
            }
        });
        orders.enableReading();
    }

    private static void workOff(BufferEvent orders) {
        while (orders.isWritable()) {
            Optional<String> order = orders.input().readLine(LineEnd.LF, UTF_8);
            if (order.isEmpty()) {
                if (orders.input().length() >= MAX_LINE_BYTES) {
                    orders.close(); // The mark lets no more in, so the end of this line would never come.
                }
                return;
            }
            answer(orders, order.get());
        }
    }

    private static void answer(BufferEvent orders, String order) {
        orders.output().addUtf8(order.toUpperCase(Locale.ROOT) + "\n");
    }

    private static void takeLines(BufferEvent from, Consumer<String> onLine) {
        for (Optional<String> line = from.input().readLine(LineEnd.LF, UTF_8);
                line.isPresent();
                line = from.input().readLine(LineEnd.LF, UTF_8)) {
            onLine.accept(line.get());
        }
    }
}
