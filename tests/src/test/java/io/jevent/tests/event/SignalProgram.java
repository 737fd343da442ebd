package io.jevent.tests.event;

import io.jevent.event.Event;
import io.jevent.event.EventBase;
import java.util.concurrent.CountDownLatch;

/** Catches one SIGTERM of its own, gives the signal back, and is ended by the next; else by whoever started it. */
final class SignalProgram {
    private SignalProgram() {}

    public static void main(String[] args) throws Exception {
        try (EventBase base = EventBase.create()) {
            Event.signal(base, "TERM", (event, triggers) -> {
                        System.out.println("caught TERM");
                        event.close();
                    })
                    .add();
            raise();
            base.dispatch();
        }
        raise();
        new CountDownLatch(1).await();
    }

    private static void raise() throws Exception {
        new ProcessBuilder(
                        "kill", "-TERM", Long.toString(ProcessHandle.current().pid()))
                .start()
                .waitFor();
    }
}
