package io.jevent.event;

import io.jevent.backend.BackendProvider;
import io.jevent.backend.LoopClock;
import io.jevent.buffer.BufferPool;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How an {@link EventBase} is made.
 *
 * <p>Threading: immutable, share freely; the builder belongs to one thread.
 *
 * @see "libevent struct event_config"
 */
public final class EventBaseConfig {
    /** Priorities unless told otherwise: 1, so that all events are equal. */
    public static final int DEFAULT_PRIORITY_COUNT = 1;

    /** Most priorities: 255. */
    public static final int MAX_PRIORITY_COUNT = 255;

    /** Callbacks that run before the loop looks for new I/O again, unless told otherwise: 1024. */
    public static final int DEFAULT_MAX_CALLBACKS_PER_TURN = 1024;

    /** Tasks that may wait, unless told otherwise: 65,536. */
    public static final int DEFAULT_TASK_CAPACITY = 65_536;

    /** Bytes of buffer memory, unless told otherwise: 1 GiB. */
    public static final long DEFAULT_MAX_BUFFER_BYTES = BufferPool.DEFAULT_MAX_BYTES;

    private static final CallbackErrorHandler LOGGING = (source, thrown) ->
            System.getLogger("io.jevent").log(System.Logger.Level.ERROR, "a callback of " + source + " threw", thrown);

    private final @Nullable String backendName;
    private final @Nullable BackendProvider backendProvider;
    private final LoopClock clock;
    private final int priorityCount;
    private final int maxCallbacksPerTurn;
    private final int taskCapacity;
    private final long maxBufferBytes;
    private final CallbackErrorHandler errorHandler;

    private EventBaseConfig(Builder builder) {
        backendName = builder.backendName;
        backendProvider = builder.backendProvider;
        clock = builder.clock;
        priorityCount = builder.priorityCount;
        maxCallbacksPerTurn = builder.maxCallbacksPerTurn;
        taskCapacity = builder.taskCapacity;
        maxBufferBytes = builder.maxBufferBytes;
        errorHandler = builder.errorHandler;
    }

    /**
     * {@return a builder with every default}
     *
     * @see "libevent event_config_new()"
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * {@return the name of the backend asked for, if one was}
     */
    public Optional<String> backendName() {
        return Optional.ofNullable(backendName);
    }

    /**
     * {@return the maker of the backend asked for, if one was}
     */
    public Optional<BackendProvider> backendProvider() {
        return Optional.ofNullable(backendProvider);
    }

    /**
     * {@return the clock}
     */
    public LoopClock clock() {
        return clock;
    }

    /**
     * {@return how many priorities there are; 0 is the best}
     */
    public int priorityCount() {
        return priorityCount;
    }

    /**
     * {@return callbacks that run at most before the loop looks for new I/O again}
     */
    public int maxCallbacksPerTurn() {
        return maxCallbacksPerTurn;
    }

    /**
     * {@return tasks that may wait at one time}
     */
    public int taskCapacity() {
        return taskCapacity;
    }

    /**
     * {@return bytes of memory that the buffers of the base may hold together}
     */
    public long maxBufferBytes() {
        return maxBufferBytes;
    }

    /**
     * {@return what is given the exceptions that callbacks throw}
     */
    public CallbackErrorHandler errorHandler() {
        return errorHandler;
    }

    /** Collects settings; each setter returns the builder. */
    public static final class Builder {
        private @Nullable String backendName;
        private @Nullable BackendProvider backendProvider;
        private LoopClock clock = LoopClock.system();
        private int priorityCount = DEFAULT_PRIORITY_COUNT;
        private int maxCallbacksPerTurn = DEFAULT_MAX_CALLBACKS_PER_TURN;
        private int taskCapacity = DEFAULT_TASK_CAPACITY;
        private long maxBufferBytes = DEFAULT_MAX_BUFFER_BYTES;
        private CallbackErrorHandler errorHandler = LOGGING;

        private Builder() {}

        /**
         * Asks for a backend by name. Without it the system property {@code jevent.backend} decides, then the environment
         * variable {@code JEVENT_BACKEND}, then what runs best here.
         *
         * @param name one of {@link EventBase#backends()}
         * @return this builder
         */
        public Builder backend(String name) {
            backendName = Objects.requireNonNull(name);
            backendProvider = null;
            return this;
        }

        /**
         * Supplies a backend, for instance a simulated one in tests.
         *
         * @param provider makes the backend
         * @return this builder
         */
        public Builder backend(BackendProvider provider) {
            backendProvider = Objects.requireNonNull(provider);
            backendName = null;
            return this;
        }

        /**
         * Replaces the machine's clock.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(LoopClock clock) {
            this.clock = Objects.requireNonNull(clock);
            return this;
        }

        /**
         * Sets how many priorities there are. New events get the middle one, {@code priorityCount / 2}.
         *
         * @param priorityCount from 1 to {@link #MAX_PRIORITY_COUNT}; default {@link #DEFAULT_PRIORITY_COUNT}
         * @return this builder
         * @throws IllegalArgumentException if out of range
         * @see "libevent event_base_priority_init()"
         */
        public Builder priorityCount(int priorityCount) {
            checkRange("priorityCount", priorityCount, 1, MAX_PRIORITY_COUNT);
            this.priorityCount = priorityCount;
            return this;
        }

        /**
         * Bounds a turn, so that callbacks which activate each other cannot keep the loop from looking for I/O.
         *
         * @param maxCallbacksPerTurn at least 1; default {@link #DEFAULT_MAX_CALLBACKS_PER_TURN}
         * @return this builder
         * @throws IllegalArgumentException if below 1
         * @see "libevent event_config_set_max_dispatch_interval()"
         */
        public Builder maxCallbacksPerTurn(int maxCallbacksPerTurn) {
            checkRange("maxCallbacksPerTurn", maxCallbacksPerTurn, 1, Integer.MAX_VALUE);
            this.maxCallbacksPerTurn = maxCallbacksPerTurn;
            return this;
        }

        /**
         * Bounds the queue behind {@link EventBase#execute}.
         *
         * @param taskCapacity at least 1; default {@link #DEFAULT_TASK_CAPACITY}
         * @return this builder
         * @throws IllegalArgumentException if below 1
         */
        public Builder taskCapacity(int taskCapacity) {
            checkRange("taskCapacity", taskCapacity, 1, Integer.MAX_VALUE);
            this.taskCapacity = taskCapacity;
            return this;
        }

        /**
         * Bounds the memory of all buffers of the base together. Short of it, reading and accepting wait.
         *
         * @param maxBufferBytes at least 64 KiB; default {@link #DEFAULT_MAX_BUFFER_BYTES}
         * @return this builder
         * @throws IllegalArgumentException if below 64 KiB
         */
        public Builder maxBufferBytes(long maxBufferBytes) {
            checkRange("maxBufferBytes", maxBufferBytes, 64 * 1024, Long.MAX_VALUE);
            this.maxBufferBytes = maxBufferBytes;
            return this;
        }

        /**
         * Sets what is given the exceptions that callbacks throw; by default they are logged as errors.
         *
         * @param errorHandler the handler
         * @return this builder
         */
        public Builder errorHandler(CallbackErrorHandler errorHandler) {
            this.errorHandler = Objects.requireNonNull(errorHandler);
            return this;
        }

        /**
         * {@return the configuration}
         */
        public EventBaseConfig build() {
            return new EventBaseConfig(this);
        }

        private static void checkRange(String name, long value, long least, long most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException("need " + least + " <= " + name + " <= " + most + ", got " + value);
            }
        }
    }
}
