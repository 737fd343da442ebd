package io.jevent.examples;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import java.util.function.IntConsumer;

/**
 * Prints every interrupt; at the third its event closes, and the loop, which has nothing left to wait for, ends.
 * libevent's sample {@code signal-test}.
 *
 * <p>Better here: several loops of a process may watch one signal, and each is told.
 */
public final class ThirdSignalEnds {
    private static final int LAST = 3;

    private int count;

    private ThirdSignalEnds() {}

    /** Waits for interrupts. */
    public static void main(String[] args) {
        try (EventBase base = EventBase.create()) {
            watch(base, "INT", number -> System.out.println("interrupt " + number));
            base.dispatch();
        }
        System.out.println("done");
    }

    /** Starts to watch on a loop that the caller runs. */
    static void watch(EventBase base, String signal, IntConsumer onSignal) {
        ThirdSignalEnds state = new ThirdSignalEnds();
        Event event = Event.signal(base, signal, (self, _) -> {
            state.count++;
            onSignal.accept(state.count);
            if (state.count == LAST) {
                self.close();
            }
        });
        event.add();
    }
}
