package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.Watermark;
import io.jevent.event.EventBase;
import java.util.function.Consumer;

/**
 * Counts down over a pair, to show all four marks at work; the book describes them without a program (R6).
 *
 * <pre>
 *   input   low 6: the read callback waits for two numbers     high 12: no more than four numbers wait there
 *   output  low 3: the writer goes on with one number unsent   high  9: it stops when there are more than three
 * </pre>
 *
 * <p>The reader takes its bytes only when it is called, so the last number, which is alone, comes with the end.
 */
public final class Countdown {
    private int next;

    private Countdown(int from) {
        this.next = from;
    }

    /** Counts from 20 or the number given, at most 99. */
    public static void main(String[] args) {
        int from = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        try (EventBase base = EventBase.create()) {
            run(base, from, System.out::println);
            base.dispatch();
        }
    }

    /** Starts it on a loop that the caller runs. */
    static void run(EventBase base, int from, Consumer<String> log) {
        PairBufferEvent writer = PairBufferEvent.create(base);
        PairBufferEvent reader = writer.partner().orElseThrow();
        Countdown countdown = new Countdown(from);
        writer.outputWatermark(new Watermark(3, 9));
        writer.onWritable(_ -> countdown.write(writer, log));
        reader.inputWatermark(new Watermark(6, 12));
        reader.onRead(_ -> log.accept("read    " + take(reader)));
        reader.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Eof _ -> {
                    log.accept("end     " + take(reader));
                    reader.close();
                    writer.close();
                }
                case Condition.Connected _, Condition.Failed _, Condition.TimedOut _ -> log.accept("" + condition);
            }
        });
        reader.enableReading();
        countdown.write(writer, log);
    }

    private void write(BufferEvent writer, Consumer<String> log) {
        StringBuilder written = new StringBuilder();
        while (next >= 0 && writer.isWritable()) {
            String number = String.format("%2d ", next);
            writer.output().addAscii(number);
            written.append(number);
            next--;
        }
        log.accept("written " + written);
        if (next < 0) {
            writer.shutdownOutput();
        }
    }

    private static String take(BufferEvent reader) {
        return reader.input().removeString(US_ASCII);
    }
}
