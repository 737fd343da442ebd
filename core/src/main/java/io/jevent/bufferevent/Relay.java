package io.jevent.bufferevent;

import io.jevent.backend.Direction;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Couples two {@link BufferEvent}s: what one reads the other writes, both ways, until both have ended.
 *
 * <p>Memory is bounded: while one is not writable the other is not read, so at most its output's high mark and what comes at
 * once is held for each direction. The end of one's input becomes the end of the other's output, behind the bytes. When one
 * fails, or its timeout expires and nothing has moved either way since it last did, the other still sends what came before,
 * within a deadline. Whatever does not end in order is reset where it is a TCP socket, so that no peer takes a break for an
 * end.
 *
 * <p>On TLS 1.2 a direction cannot end alone: where an end has to be passed on to such a connection, that one is closed in order
 * behind the bytes, and what its peer had still to say is not awaited.
 *
 * <p>It has the callbacks of both, and reads both. In the end it closes both, and says so once.
 *
 * <pre>{@code
 * Relay.between(client, server, Duration.ofSeconds(10), end -> System.out.println(end));
 * }</pre>
 *
 * <p>Threading: loop only.
 *
 * @see "libevent's sample le-proxy, which wires this by hand"
 */
public final class Relay implements AutoCloseable {
    private enum State {
        RUNNING,
        /** One side has failed; what came from it leaves on the other. */
        BREAKING,
        ENDED
    }

    private final Side one;
    private final Side other;
    private final Duration deadline;
    private final RelayCallback onEnd;
    private State state = State.RUNNING;

    /** What broke it; null while nothing has. */
    private @Nullable Condition broken;

    private Reason brokenReason = Reason.ENDED;

    /** Why a relay is over. */
    public enum Reason {
        /** Both inputs have ended, and all that came has been sent. */
        ENDED,
        /** The first buffer event failed. */
        ONE_FAILED,
        /** The second buffer event failed. */
        OTHER_FAILED,
        /** A timeout expired: nothing moved, or the last bytes did not leave. */
        TIMED_OUT,
        /** {@link Relay#close()}. */
        CLOSED
    }

    /**
     * How a relay ended.
     *
     * @param oneToOther bytes read from the first buffer event
     * @param otherToOne bytes read from the second
     * @param reason why
     * @param cause a line for people, empty if it ended in order
     */
    public record End(long oneToOther, long otherToOne, Reason reason, String cause) {
        /**
         * {@return whether it did not end in order: a side failed or timed out, or the relay was closed}
         */
        public boolean failed() {
            return reason != Reason.ENDED;
        }
    }

    private Relay(BufferEvent one, BufferEvent other, Duration deadline, RelayCallback onEnd) {
        this.one = new Side(one);
        this.other = new Side(other);
        this.one.opposite = this.other;
        this.other.opposite = this.one;
        this.deadline = deadline;
        this.onEnd = onEnd;
    }

    /**
     * Starts a relay. Bytes that one has read already go first; either may still be connecting, or have ended or failed.
     *
     * @param one belongs to the relay from now on
     * @param other of the same base; belongs to the relay from now on
     * @param deadline how long, above 0, last bytes may take after the end or a failure
     * @param onEnd is called once, when both are closed
     * @return the relay
     * @throws IllegalArgumentException if both are the same or belong to different bases, or the deadline is not above 0
     * @throws IllegalStateException if one is closed
     */
    public static Relay between(BufferEvent one, BufferEvent other, Duration deadline, RelayCallback onEnd) {
        if (one == other || one.base() != other.base()) {
            throw new IllegalArgumentException("need two buffer events of one base");
        }
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("need deadline > 0, got " + deadline);
        }
        Relay relay = new Relay(one, other, deadline, onEnd);
        relay.one.begin();
        relay.other.begin();
        relay.one.pass();
        relay.other.pass();
        relay.one.catchUp();
        relay.other.catchUp();
        return relay;
    }

    /**
     * {@return bytes read from the first buffer event so far}
     */
    public long oneToOther() {
        return one.readBytes;
    }

    /**
     * {@return bytes read from the second buffer event so far}
     */
    public long otherToOne() {
        return other.readBytes;
    }

    /** Closes both at once; unsent bytes are dropped, and TCP sockets are reset. Idempotent. */
    @Override
    public void close() {
        end(Reason.CLOSED, "closed");
    }

    private void end(Reason reason, String cause) {
        if (state != State.ENDED) {
            state = State.ENDED;
            if (reason != Reason.ENDED) {
                one.reset();
                other.reset();
            }
            one.close(reason);
            other.close(reason);
            onEnd.onEnd(this, new End(one.readBytes, other.readBytes, reason, cause));
        }
    }

    private void breakUp(Side failed, Condition condition) {
        if (state == State.ENDED) {
            return;
        }
        if (state == State.BREAKING) {
            endBroken();
            return;
        }
        state = State.BREAKING;
        broken = condition;
        brokenReason = condition instanceof Condition.TimedOut
                ? Reason.TIMED_OUT
                : failed == one ? Reason.ONE_FAILED : Reason.OTHER_FAILED;
        failed.takeOver();
        failed.reset();
        failed.bufferEvent.close();
        Side rest = failed.opposite();
        rest.bufferEvent.disableReading();
        rest.bufferEvent.timeouts(Duration.ZERO, deadline);
        rest.resetIfSent();
    }

    private void endBroken() {
        end(brokenReason, broken == null ? "" : describe(broken));
    }

    /** Grows with every byte that moves on either side. */
    private long progress() {
        return 2 * (one.readBytes + other.readBytes) - one.bufferEvent.unsent() - other.bufferEvent.unsent();
    }

    private static String describe(Condition condition) {
        return switch (condition) {
            case Condition.Failed failed ->
                failed.direction() + " failed: " + failed.cause().getMessage();
            case Condition.TimedOut timedOut -> timedOut.direction() + " timed out";
            case Condition.Connected _, Condition.Eof _ -> condition.toString();
        };
    }

    /** One of the two, and the direction that begins at it. */
    private final class Side {
        final BufferEvent bufferEvent;
        private @Nullable Side opposite;
        long readBytes;
        private boolean inputEnded;
        private boolean passedEnd;

        /** Its output cannot end alone, so nothing more was read from it. */
        private boolean endsWhole;

        /** What had moved when its timeout last expired. */
        private long progressAtTimeout;

        Side(BufferEvent bufferEvent) {
            this.bufferEvent = bufferEvent;
        }

        Side opposite() {
            Side present = opposite;
            if (present == null) {
                throw new IllegalStateException("a side alone");
            }
            return present;
        }

        void begin() {
            bufferEvent.onRead(_ -> pass());
            bufferEvent.onWritable(_ -> opposite().pass());
            bufferEvent.onWrite(_ -> onSent());
            bufferEvent.onCondition((_, condition) -> onCondition(condition));
        }

        /** Moves what has been read on, as long as that is wanted there. */
        void pass() {
            if (state != State.RUNNING) {
                return;
            }
            takeOver();
            boolean wanted = opposite().bufferEvent.isWritable();
            if (inputEnded) {
                passEnd();
            } else if (wanted) {
                bufferEvent.enableReading();
            } else {
                bufferEvent.disableReading();
            }
        }

        /** Once the end was passed on there is nothing more, and no output to give it to. */
        void takeOver() {
            if (!passedEnd) {
                readBytes += bufferEvent.read(opposite().bufferEvent.output());
            }
        }

        /** What happened before the relay had the callbacks. */
        void catchUp() {
            AbstractBufferEvent policy = (AbstractBufferEvent) bufferEvent;
            if (policy.hasInputEnded() && !inputEnded) {
                bufferEvent.triggerCondition(Condition.Eof.INSTANCE);
            } else if (policy.state() == AbstractBufferEvent.State.FAILED) {
                bufferEvent.triggerCondition(new Condition.Failed(
                        Direction.READING, new IOException("the connection had failed before the relay")));
            }
        }

        private void passEnd() {
            if (!passedEnd) {
                passedEnd = true;
                opposite().endOutput();
                boundTheLast();
                if (opposite().endsWhole) {
                    opposite().passEnd();
                    return;
                }
            }
            endIfDone();
        }

        private void endOutput() {
            try {
                bufferEvent.shutdownOutput();
            } catch (UnsupportedOperationException _) {
                endsWhole = true;
                inputEnded = true;
                bufferEvent.disableReading();
            }
        }

        void close(Reason reason) {
            if (reason == Reason.ENDED) {
                bufferEvent.closeAfterFlush(deadline); // Behind the bytes there may be an end to say, as in TLS.
            } else {
                bufferEvent.close();
            }
        }

        /** Once nothing more comes from either side, what is left may not stall for ever. */
        private void boundTheLast() {
            if (opposite().inputEnded) {
                bufferEvent.timeouts(Duration.ZERO, deadline);
                opposite().bufferEvent.timeouts(Duration.ZERO, deadline);
            }
        }

        private void onSent() {
            if (state == State.BREAKING) {
                resetIfSent();
            } else {
                endIfDone();
            }
        }

        /** Both inputs have ended, so both outputs have; when they are sent it is over. */
        private void endIfDone() {
            Side counterpart = opposite();
            if (inputEnded
                    && counterpart.inputEnded
                    && bufferEvent.unsent() == 0
                    && counterpart.bufferEvent.unsent() == 0) {
                end(Reason.ENDED, "");
            }
        }

        void resetIfSent() {
            if (bufferEvent.unsent() == 0) {
                endBroken();
            }
        }

        /** A socket that closes without lingering resets its connection. */
        void reset() {
            if (bufferEvent.isClosed()) {
                return;
            }
            BufferEvent bottom = bufferEvent;
            while (!(bottom instanceof SocketBufferEvent)) {
                BufferEvent above = bottom;
                bottom = switch (above) {
                    case FilterBufferEvent filter -> filter.underlying();
                    case TlsBufferEvent tls -> tls.underlying();
                    default -> above;
                };
                if (bottom == above) {
                    return; // Nothing that could be reset.
                }
            }
            if (bottom instanceof SocketBufferEvent socket
                    && socket.remoteAddress().isPresent()) {
                try {
                    socket.option(StandardSocketOptions.SO_LINGER, 0);
                } catch (RuntimeException e) {
                    // A Unix-domain socket, or a peer that is gone: closing says what it can.
                    System.getLogger("io.jevent.bufferevent").log(System.Logger.Level.DEBUG, "resetting", e);
                }
            }
        }

        private void onCondition(Condition condition) {
            switch (condition) {
                case Condition.Connected _ -> pass();
                case Condition.Eof _ -> {
                    inputEnded = true;
                    pass();
                }
                case Condition.Failed failed -> breakUp(this, failed);
                case Condition.TimedOut timedOut -> onTimedOut(timedOut);
            }
        }

        /** Silence on one side is no reason while something moves on the other. */
        private void onTimedOut(Condition.TimedOut timedOut) {
            if (timedOut.direction() == Direction.READING && inputEnded) {
                return;
            }
            long progress = progress();
            boolean mayGoOn = state == State.RUNNING && timedOut.direction() != Direction.CONNECTING && !isLast();
            if (mayGoOn && progress != progressAtTimeout) {
                progressAtTimeout = progress;
                bufferEvent.enableWriting();
                pass();
            } else {
                breakUp(this, timedOut);
            }
        }

        private boolean isLast() {
            return inputEnded && opposite().inputEnded;
        }
    }
}
