package io.jevent.bufferevent;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.Direction;
import io.jevent.buffer.EvBuffer;
import io.jevent.event.EventBase;
import io.jevent.loop.DroppableTask;
import io.jevent.loop.LoopAccess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A connection between two bases, with everything that goes along. It belongs to the loop it leaves until {@link #send}, and
 * then to the one it comes to; its buffers belong to no pool's thread, and their chunks find home by themselves.
 */
final class Move implements DroppableTask {
    private final EventBase target;
    private final MoveCallback onMoved;

    /** Whether the socket is closed if it does not arrive: not one that the user only lent. */
    private final boolean closesSocket;

    private final boolean usersSocket;
    private final BufferEventOption[] options;

    final EvBuffer unread = EvBuffer.create();
    final EvBuffer unsent = EvBuffer.create();
    final Watermark inputWatermark;
    final Watermark outputWatermark;
    final long maxOutputBytes;
    final Duration readTimeout;
    final Duration writeTimeout;
    final boolean readingEnabled;
    final boolean writingEnabled;
    final boolean inputEnded;
    final boolean outputShutdownAsked;
    final boolean outputShutdownDone;

    /** What was due to be reported, in order. */
    final List<Condition> conditions;

    /** The connection, from {@link #send} on. */
    private @Nullable AcceptedSocket socket;

    /** How it failed on the way; null if it did not. */
    private Condition.@Nullable Failed failure;

    Move(SocketBufferEventImpl from, EventBase target, MoveCallback onMoved, BufferEventOption[] options) {
        this.target = target;
        this.onMoved = onMoved;
        this.options = options;
        this.usersSocket = from.isUsersSocket();
        this.closesSocket = from.closesSocket();
        this.inputWatermark = from.inputWatermark();
        this.outputWatermark = from.outputWatermark();
        this.maxOutputBytes = from.maxOutputBytes();
        this.readTimeout = from.timeout(Direction.READING);
        this.writeTimeout = from.timeout(Direction.WRITING);
        this.readingEnabled = from.isReadingEnabled();
        this.writingEnabled = from.isWritingEnabled();
        this.inputEnded = from.hasInputEnded();
        this.outputShutdownAsked = from.isOutputEnding();
        this.outputShutdownDone = from.isOutputShutdownDone();
        this.conditions = new ArrayList<>(from.takeConditions());
    }

    void failed(Direction direction, IOException cause) {
        failure = new Condition.Failed(direction, cause);
    }

    /** Hands it to the other loop. */
    void send(AcceptedSocket socket) {
        this.socket = socket;
        try {
            LoopAccess.engineOf(target).execute(this, true);
        } catch (RejectedExecutionException _) {
            dropped();
        }
    }

    @Override
    public void dropped() {
        closeBuffers();
        if (closesSocket && socket != null) {
            socket.close();
        }
    }

    void closeBuffers() {
        unread.close();
        unsent.close();
    }

    @Override
    public void run() {
        SocketBufferEventImpl arrived = new SocketBufferEventImpl(target, options);
        try {
            arrived.socketOrClose(() -> {
                arrived.adopt(Objects.requireNonNull(socket), usersSocket);
                arrived.settle(this);
                onMoved.onMoved(arrived);
            });
        } finally {
            closeBuffers();
        }
        arrived.goOn(this, failure);
    }
}
