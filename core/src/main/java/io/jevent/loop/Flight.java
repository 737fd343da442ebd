package io.jevent.loop;

import java.net.SocketAddress;
import java.util.Arrays;
import java.util.stream.Collectors;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Registered;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * What the flight recorder is told. Ask {@link #isRecording()} before every other method: the event classes are costly to
 * load, and module {@code jdk.jfr} need not be there.
 */
public final class Flight {
    private static final boolean PRESENT =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private Flight() {}

    /** Whether a recorder runs in this process. Any thread. */
    public static boolean isRecording() {
        return PRESENT && FlightRecorder.isInitialized();
    }

    /** A connection was accepted. */
    public static void accepted(SocketAddress local, SocketAddress remote) {
        commit(new AcceptEvent(), local, remote);
    }

    /** A connect succeeded. */
    public static void connected(SocketAddress local, SocketAddress remote) {
        commit(new ConnectEvent(), local, remote);
    }

    private static void commit(ConnectionEvent event, SocketAddress local, SocketAddress remote) {
        if (event.shouldCommit()) {
            event.local = local.toString();
            event.remote = remote.toString();
            event.commit();
        }
    }

    static void slowCallback(String source, Thread thread, long nanos, StackTraceElement[] stack) {
        SlowCallbackEvent event = new SlowCallbackEvent();
        if (event.shouldCommit()) {
            event.source = source;
            event.loopThread = thread;
            event.soFar = nanos;
            event.stack = Arrays.stream(stack).map(StackTraceElement::toString).collect(Collectors.joining("\n"));
            event.commit();
        }
    }

    /** Begins the working part of a turn. */
    static Object turnBegins() {
        TurnEvent event = new TurnEvent();
        event.begin();
        return event;
    }

    static void turnEnds(Object begun, int ran, int timersExpired) {
        TurnEvent event = (TurnEvent) begun;
        event.end();
        if (event.shouldCommit()) {
            event.callbacks = ran;
            event.timers = timersExpired;
            event.commit();
        }
    }

    @Name("io.jevent.Turn")
    @Label("Loop Turn")
    @Category("jevent")
    @Description("The working part of one turn of an event loop: from the end of its poll to the end of its flush")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // the recorder reads the fields
    private static final class TurnEvent extends Event {
        @Label("Callbacks and Tasks")
        int callbacks;

        @Label("Timers Expired")
        int timers;
    }

    @Name("io.jevent.SlowCallback")
    @Label("Slow Callback")
    @Category("jevent")
    @Description("A callback that blocks its event loop; the stack is the loop's, taken while it was blocked")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // the recorder reads the fields
    private static final class SlowCallbackEvent extends Event {
        @Label("Source")
        String source = "";

        @Label("Loop Thread")
        Thread loopThread = Thread.currentThread();

        @Label("So Far")
        @Timespan(Timespan.NANOSECONDS)
        long soFar;

        @Label("Stack")
        String stack = "";
    }

    /** What is said of every new connection. */
    @Category("jevent")
    @StackTrace(false)
    @Registered(false)
    @SuppressWarnings("UnusedVariable") // the recorder reads the fields
    private abstract static class ConnectionEvent extends Event {
        @Label("Local Address")
        String local = "";

        @Label("Remote Address")
        String remote = "";
    }

    @Name("io.jevent.Accept")
    @Label("Accept")
    @Registered
    private static final class AcceptEvent extends ConnectionEvent {}

    @Name("io.jevent.Connect")
    @Label("Connect")
    @Registered
    private static final class ConnectEvent extends ConnectionEvent {}
}
