package io.jevent.examples;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.event.EventBase;
import java.util.function.Consumer;

/**
 * Two ends that answer each other at once, a hundred thousand times. The book warns that callbacks which feed each
 * other recurse without bound unless they are deferred (R6).
 *
 * <p>Better here: no callback runs inside a call the program makes, deferred or not, so the stack stays as it is.
 * What {@link BufferEventOption#DEFER_CALLBACKS} changes is that a callback does not run inside the delivery of
 * another's bytes either, and that a turn of the loop begins a bounded number of them.
 */
public final class Volley {
    private int left;
    private int depth;
    private int deepest;

    private Volley(int count) {
        this.left = count;
    }

    /** Plays twice, without and with deferred callbacks, and prints how deep they were nested. */
    public static void main(String[] args) {
        int count = args.length > 0 ? Integer.parseInt(args[0]) : 100_000;
        try (EventBase base = EventBase.create()) {
            play(base, count, depth -> System.out.println("at once:  " + depth + " deep"));
            base.dispatch();
            play(
                    base,
                    count,
                    depth -> System.out.println("deferred: " + depth + " deep"),
                    BufferEventOption.DEFER_CALLBACKS);
            base.dispatch();
        }
    }

    /** Starts a volley of so many strokes on a loop that the caller runs. */
    static void play(EventBase base, int count, Consumer<Integer> onEnd, BufferEventOption... options) {
        PairBufferEvent near = PairBufferEvent.create(base, options);
        PairBufferEvent far = near.partner().orElseThrow();
        Volley volley = new Volley(count);
        near.onRead(_ -> volley.stroke(near, far, onEnd));
        far.onRead(_ -> volley.stroke(far, near, onEnd));
        near.enableReading();
        far.enableReading();
        near.output().addAscii("!");
    }

    private void stroke(BufferEvent mine, BufferEvent theirs, Consumer<Integer> onEnd) {
        depth++;
        deepest = Math.max(deepest, depth);
        if (left > 0) {
            left--;
            mine.write(mine.input());
        } else {
            mine.close();
            theirs.close();
            onEnd.accept(deepest);
        }
        depth--;
    }
}
