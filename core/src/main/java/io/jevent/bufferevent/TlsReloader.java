package io.jevent.bufferevent;

import io.jevent.event.EventBase;
import io.jevent.loop.LoopAccess;
import io.jevent.loop.LoopEngine;
import io.jevent.loop.LoopTimer;
import io.jevent.loop.LoopTimers;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;

/**
 * Reads the files of a {@link TlsContext} again when they change, so that a new certificate is used without a restart.
 *
 * <p>It looks at the files at an interval. Once one is another than before and all have stayed as they are for one interval, they
 * are read and checked: certificates, keys, and whether they belong together. Then connections that are made from now on use them,
 * or, if something is wrong, go on with what was used before. Either way the callback is told, and one line is logged
 * ({@code io.jevent.tls}, at {@code INFO} or {@code WARNING}). Connections that are there are left alone.
 *
 * <p>Files are looked at and read by the context's {@link TlsContext#taskExecutor()}, not on the loop. A loop does not go on
 * running for this alone. <em>Difference</em>: libevent leaves it to the program to load certificates again.
 *
 * <p>Threading: loop only.
 */
public final class TlsReloader implements AutoCloseable {
    /** How often the files are looked at, unless told otherwise: every 10 s. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(10);

    private enum State {
        /** Waits for the next look. */
        WAITING,
        /** Another thread looks or reads. */
        READING,
        /** Another thread looks or reads, and has to read once more after that. */
        READING_TWICE,
        CLOSED
    }

    private final LoopEngine engine;
    private final TlsContext context;
    private final long intervalNanos;
    private final TlsReloadCallback callback;
    private final LoopTimer timer = new LoopTimer() {
        @Override
        protected void onExpired() {
            read(false);
        }
    };

    private State state = State.WAITING;

    private TlsReloader(EventBase base, TlsContext context, Duration interval, TlsReloadCallback callback) {
        this.engine = LoopAccess.engineOf(base);
        this.context = context;
        this.intervalNanos = LoopTimers.nanosOf(interval);
        this.callback = Objects.requireNonNull(callback);
    }

    /**
     * Begins to look at the files of a context.
     *
     * @param base the base that calls back
     * @param context the context
     * @param interval time between two looks, above 0
     * @param callback is told each time that files were read again
     * @return the reloader, to be closed
     * @throws IllegalArgumentException if the interval is not above 0, or the context was not made of files
     * @throws WrongThreadException if the caller is not on the loop's thread
     */
    public static TlsReloader watch(EventBase base, TlsContext context, Duration interval, TlsReloadCallback callback) {
        if (interval.isZero() || interval.isNegative()) {
            throw new IllegalArgumentException("need an interval > 0, got " + interval);
        }
        if (context.files().isEmpty()) {
            throw new IllegalArgumentException(
                    "need a TLS context that was made of files, there is nothing to look at");
        }
        TlsReloader made = new TlsReloader(base, context, interval, callback);
        made.engine.checkThread();
        made.waitForNextLook();
        return made;
    }

    /**
     * Reads the files now, changed or not; the callback is told, after this has returned.
     *
     * @throws IllegalStateException if this is closed
     * @throws WrongThreadException if the caller is not on the loop's thread
     */
    public void reload() {
        engine.checkThread();
        switch (state) {
            case WAITING -> {
                engine.timers().cancel(timer);
                read(true);
            }
            case READING -> state = State.READING_TWICE;
            case READING_TWICE -> {}
            case CLOSED -> throw new IllegalStateException("this reloader is closed");
        }
    }

    private void waitForNextLook() {
        state = State.WAITING;
        engine.timers().set(timer, intervalNanos);
    }

    private void read(boolean always) {
        state = State.READING;
        try {
            context.taskExecutor().execute(() -> readElsewhere(always));
        } catch (RejectedExecutionException e) {
            waitForNextLook();
            if (always) {
                TlsReloadResult told = new TlsReloadResult.Kept(new IOException("too many TLS handshakes at once", e));
                engine.execute(() -> tell(told), true);
            }
        }
    }

    /** On another thread. */
    private void readElsewhere(boolean always) {
        boolean read = always;
        IOException problem = null;
        try {
            if (always) {
                context.reload();
            } else {
                read = context.reloadIfChanged();
            }
        } catch (IOException e) {
            read = true;
            problem = e;
        }
        boolean hasRead = read;
        TlsReloadResult result = problem == null ? new TlsReloadResult.Reloaded() : new TlsReloadResult.Kept(problem);
        try {
            engine.execute(() -> onRead(hasRead, result), true);
        } catch (RejectedExecutionException _) {
            // The loop is over.
        }
    }

    private void onRead(boolean hasRead, TlsReloadResult result) {
        if (state == State.CLOSED) {
            return;
        }
        if (state == State.READING_TWICE) {
            read(true);
        } else {
            waitForNextLook();
        }
        if (hasRead) {
            tell(result);
        }
    }

    private void tell(TlsReloadResult result) {
        System.Logger logger = System.getLogger("io.jevent.tls");
        switch (result) {
            case TlsReloadResult.Reloaded _ ->
                logger.log(
                        System.Logger.Level.INFO, "TLS: new connections use " + context.files() + " as read just now");
            case TlsReloadResult.Kept kept ->
                logger.log(
                        System.Logger.Level.WARNING,
                        "TLS: what was used before stays: " + kept.cause().getMessage());
        }
        callback.onReload(result);
    }

    /** Stops looking; the context stays as it is. */
    @Override
    public void close() {
        engine.checkThread();
        state = State.CLOSED;
        engine.timers().cancel(timer);
    }
}
