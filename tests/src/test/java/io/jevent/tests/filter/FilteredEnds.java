package io.jevent.tests.filter;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A filter at one end of a connection; what passes below it can be read and written at the other. */
final class FilteredEnds implements AutoCloseable {
    final LoopRig rig;
    final BufferEvent filtered;
    final BufferEvent wire;

    /** What the filtered end reported, failures with their messages. */
    final List<String> log = new ArrayList<>();

    private FilteredEnds(LoopRig rig, BufferEvent below, BufferEvent wire, BufferFilter filter) {
        this.rig = rig;
        this.wire = wire;
        this.filtered = FilterBufferEvent.create(below, filter, BufferEventOption.CLOSE_ON_FREE);
        filtered.onCondition((_, condition) -> log.add(describe(condition)));
    }

    private static String describe(Condition condition) {
        return switch (condition) {
            case Condition.Connected _ -> "connected";
            case Condition.Eof _ -> "eof";
            case Condition.TimedOut timedOut -> "timed out " + timedOut.direction();
            case Condition.Failed failed ->
                "failed " + failed.direction() + ": " + failed.cause().getMessage();
        };
    }

    static FilteredEnds onPair(BufferFilter filter) {
        LoopRig rig = LoopRig.simulated(1, Faults.none());
        PairBufferEvent below = PairBufferEvent.create(rig.base());
        return new FilteredEnds(rig, below, below.partner().orElseThrow(), filter);
    }

    static FilteredEnds onNetwork(long seed, Faults faults, BufferFilter filter) {
        LoopRig rig = LoopRig.simulated(seed, faults);
        LoopRig.Pair pair = rig.connectedPair();
        return new FilteredEnds(rig, pair.near(), pair.far(), filter);
    }

    /** Lets everything happen that does by itself. */
    void settle() {
        rig.run(Duration.ofSeconds(10));
    }

    /** Feeds bytes to the filter from below, cut at one place. */
    void feed(byte[] bytes, int cut) {
        wire.output().add(bytes, 0, cut);
        settle();
        wire.output().add(bytes, cut, bytes.length - cut);
        settle();
    }

    @Override
    public void close() {
        filtered.close();
        wire.close();
        rig.close();
    }
}
