package io.jevent.filter;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.event.Event;
import java.time.Duration;
import java.util.List;

/**
 * Writes one direction of a {@link Recording} to a buffer event again, entry by entry, and its end as the end of the output. So a
 * handler at the other end of a pair meets what another met before:
 *
 * <pre>{@code
 * PairBufferEvent replayed = PairBufferEvent.create(base);
 * handler.serve(replayed.partner().orElseThrow());
 * Replay.start(recording, Recording.Kind.INPUT, replayed, ReplayPace.AT_ONCE);
 * base.dispatch();
 * }</pre>
 *
 * <p>An entry is written once the one before has left, whatever the pace; so on a pair, the other end reads the recorded pieces.
 * Until it is done, the write callback of the buffer event is the replay's. It stops when the buffer event is closed.
 *
 * <p>Threading: loop only.
 */
public final class Replay implements AutoCloseable {
    private final List<Recording.Entry> entries;
    private final BufferEvent into;
    private final ReplayPace pace;
    private final long startNanos;
    private final Event timer;
    private int index;

    private Replay(List<Recording.Entry> entries, BufferEvent into, ReplayPace pace) {
        this.entries = entries;
        this.into = into;
        this.pace = pace;
        this.startNanos = into.base().nanoTime();
        this.timer = Event.timer(into.base(), (_, _) -> writeNext());
    }

    /**
     * Starts a replay; the first entry is written by the loop.
     *
     * @param recording what was recorded
     * @param direction {@link Recording.Kind#INPUT} for what came in when it was recorded, or {@link Recording.Kind#OUTPUT}
     * @param into where to write it; stays open behind the last entry
     * @param pace how fast
     * @return the replay, which closes itself when it is done
     * @throws IllegalArgumentException if the direction is none
     * @throws IllegalStateException if the buffer event is closed
     */
    public static Replay start(Recording recording, Recording.Kind direction, BufferEvent into, ReplayPace pace) {
        Recording.Kind end = switch (direction) {
            case INPUT -> Recording.Kind.END_OF_INPUT;
            case OUTPUT -> Recording.Kind.END_OF_OUTPUT;
            case END_OF_INPUT, END_OF_OUTPUT, STOPPED ->
                throw new IllegalArgumentException("need INPUT or OUTPUT, got " + direction);
        };
        List<Recording.Entry> entries = recording.entries().stream()
                .filter(entry -> entry.kind() == direction || entry.kind() == end)
                .toList();
        Replay replay = new Replay(entries, into, pace);
        into.onWrite(_ -> replay.waitForNext());
        replay.waitForNext();
        return replay;
    }

    private void waitForNext() {
        if (isDone()) {
            close();
            return;
        }
        Duration wait = switch (pace) {
            case AT_ONCE -> Duration.ZERO;
            case RECORDED -> {
                Duration passed = Duration.ofNanos(into.base().nanoTime() - startNanos);
                Duration left = entries.get(index).time().minus(passed);
                yield left.isNegative() ? Duration.ZERO : left;
            }
        };
        timer.add(wait);
    }

    private void writeNext() {
        if (into.isClosed() || isDone()) {
            close();
            return;
        }
        Recording.Entry entry = entries.get(index++);
        if (entry.kind().hasBytes()) {
            into.write(entry.bytes());
        } else {
            into.shutdownOutput();
            close();
        }
    }

    /**
     * {@return whether all was written, or it was closed}
     */
    public boolean isDone() {
        return index == entries.size();
    }

    /** Stops; what was written stays written. Idempotent. */
    @Override
    public void close() {
        index = entries.size();
        timer.close();
        if (!into.isClosed()) {
            into.onWrite(_ -> {});
        }
    }
}
