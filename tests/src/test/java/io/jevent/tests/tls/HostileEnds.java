package io.jevent.tests.tls;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.event.LoopWatcher;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import io.jevent.tls.TlsContext;
import java.io.ByteArrayOutputStream;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One end of ours on a simulated network, and at the other a wire to send on whatever one likes. What ours reports and reads is
 * noted, and checked: no direction ends twice, nothing is read behind an end.
 */
class HostileEnds implements AutoCloseable {
    final LoopRig rig = LoopRig.simulated(1, Faults.none());
    final TlsBufferEvent ours;
    final SocketBufferEvent wire;

    /** What ours reported, failures with their messages. */
    final List<String> log = new ArrayList<>();

    final ByteArrayOutputStream read = new ByteArrayOutputStream();

    /** Most bytes that the buffers of the loop held at once, before each poll, but for what waits to be sent to ours. */
    long mostBytes;

    private final LoopWatcher watcher;
    private int endings;
    private boolean wireEnded;
    private boolean wireClosed;

    HostileEnds(TlsContext context, String host, boolean oursServes) {
        LoopRig.Pair pair = rig.connectedPair();
        wire = pair.near();
        ours = oursServes
                ? TlsBufferEvent.server(pair.far(), context, BufferEventOption.CLOSE_ON_FREE)
                : TlsBufferEvent.client(pair.far(), context, host, 443, BufferEventOption.CLOSE_ON_FREE);
        ours.onCondition((_, condition) -> note(condition));
        ours.onRead(this::take);
        ours.enableReading();
        wire.onCondition((_, condition) -> wireEnded |= condition instanceof Condition.Failed);
        wire.enableReading();
        watcher = LoopWatcher.prepare(
                rig.base(), (_, _) -> mostBytes = Math.max(mostBytes, rig.base().bufferBytesInUse() - wireUnsent()));
    }

    private long wireUnsent() {
        return wireClosed ? 0 : wire.output().length();
    }

    private void take(BufferEvent it) {
        if (endings > 0) {
            throw new AssertionError("read after " + log);
        }
        read.writeBytes(it.input().removeAll());
    }

    private void note(Condition condition) {
        switch (condition) {
            case Condition.Connected _ -> log.add("connected");
            case Condition.Eof _ -> ended("eof");
            case Condition.TimedOut timedOut -> log.add("timed out " + timedOut.direction());
            case Condition.Failed failed -> {
                ended("failed " + failed.direction() + ": " + failed.cause().getMessage());
                endings = 2;
            }
        }
    }

    /** An end of reading may be followed by a failure of writing, and nothing else may. */
    private void ended(String what) {
        if (endings > 1 || (endings == 1 && !what.startsWith("failed WRITING"))) {
            throw new AssertionError(what + " after " + log);
        }
        endings++;
        log.add(what);
    }

    final void send(byte[] bytes) {
        if (!wireEnded) {
            wire.write(bytes);
        }
    }

    /** Ends the stream in the midst of whatever it was. */
    final void end() {
        if (!wireEnded) {
            wireEnded = true;
            wire.shutdownOutput();
        }
    }

    final void reset() {
        if (!wireEnded) {
            wireEnded = true;
            wireClosed = true;
            wire.option(StandardSocketOptions.SO_LINGER, 0);
            wire.close();
        }
    }

    /** Lets everything happen that does by itself. */
    final void settle() {
        rig.run(Duration.ofMillis(20));
    }

    /** Lets deadlines pass. */
    final void waitLong() {
        rig.run(Duration.ofMinutes(10));
    }

    final boolean hasConnected() {
        return log.contains("connected");
    }

    final boolean hasRead(int count) {
        return read.size() >= count;
    }

    /** Whether nothing can come any more. */
    final boolean hasFailed() {
        return endings > 1;
    }

    @Override
    public final void close() {
        watcher.close();
        ours.close();
        wire.close();
        rig.run(Duration.ofSeconds(2)); // An alert may be on its way out.
        rig.close();
    }
}
