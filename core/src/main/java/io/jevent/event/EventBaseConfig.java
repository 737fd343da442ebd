package io.jevent.event;

import io.jevent.backend.BackendFeature;
import io.jevent.backend.BackendProvider;
import io.jevent.backend.LoopClock;
import io.jevent.buffer.BufferPool;
import io.jevent.loop.LoopSettings;
import io.jevent.loop.LoopTimers;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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

    /** A callback that runs this long is reported, unless told otherwise: half a second. */
    public static final Duration DEFAULT_SLOW_CALLBACK_THRESHOLD = Duration.ofMillis(500);

    private static final CallbackErrorHandler LOGGING = new CallbackErrorHandler() {
        @Override
        public void onCallbackError(Object source, Exception thrown) {
            System.getLogger("io.jevent").log(System.Logger.Level.ERROR, "a callback of " + source + " threw", thrown);
        }
    };

    private final @Nullable String backendName;
    private final @Nullable BackendProvider backendProvider;
    private final Set<String> avoidedBackends;
    private final Set<BackendFeature> requiredFeatures;
    private final Set<BaseOption> options;
    private final LoopClock clock;
    private final int priorityCount;
    private final int maxCallbacksPerTurn;
    private final Duration maxTimePerTurn;
    private final int boundedFromPriority;
    private final Duration slowCallbackThreshold;
    private final int taskCapacity;
    private final long maxBufferBytes;
    private final CallbackErrorHandler errorHandler;

    private EventBaseConfig(Builder builder) {
        backendName = builder.backendName;
        backendProvider = builder.backendProvider;
        avoidedBackends = Set.copyOf(builder.avoidedBackends);
        requiredFeatures = Set.copyOf(builder.requiredFeatures);
        options = Set.copyOf(builder.options);
        clock = builder.clock;
        priorityCount = builder.priorityCount;
        maxCallbacksPerTurn = builder.maxCallbacksPerTurn;
        maxTimePerTurn = builder.maxTimePerTurn;
        boundedFromPriority = builder.boundedFromPriority;
        slowCallbackThreshold = builder.slowCallbackThreshold;
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
     * {@return names of backends that are not to be chosen}
     */
    public Set<String> avoidedBackends() {
        return avoidedBackends;
    }

    /**
     * {@return what the backend must be able to do}
     */
    public Set<BackendFeature> requiredFeatures() {
        return requiredFeatures;
    }

    /**
     * {@return what the base does differently}
     */
    public Set<BaseOption> options() {
        return options;
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
     * {@return time that callbacks take at most before the loop looks for new I/O again; zero for no bound}
     */
    public Duration maxTimePerTurn() {
        return maxTimePerTurn;
    }

    /**
     * {@return the best priority for which the two bounds of a turn hold}
     */
    public int boundedFromPriority() {
        return boundedFromPriority;
    }

    /**
     * {@return how long a callback runs before it is reported; zero for never}
     */
    public Duration slowCallbackThreshold() {
        return slowCallbackThreshold;
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

    LoopSettings settings() {
        return new LoopSettings(
                clock,
                priorityCount,
                maxCallbacksPerTurn,
                unlimitedIfZero(maxTimePerTurn),
                boundedFromPriority,
                taskCapacity,
                maxBufferBytes,
                !options.contains(BaseOption.NO_TIME_CACHE),
                options.contains(BaseOption.PRECISE_TIMERS),
                unlimitedIfZero(slowCallbackThreshold));
    }

    private static long unlimitedIfZero(Duration duration) {
        return duration.isZero() ? Long.MAX_VALUE : LoopTimers.nanosOf(duration);
    }

    /** Collects settings; each setter returns the builder. */
    public static final class Builder {
        private @Nullable String backendName;
        private @Nullable BackendProvider backendProvider;
        private final Set<String> avoidedBackends = new HashSet<>();
        private Set<BackendFeature> requiredFeatures = Set.of();
        private Set<BaseOption> options = Set.of();
        private LoopClock clock = LoopClock.system();
        private int priorityCount = DEFAULT_PRIORITY_COUNT;
        private int maxCallbacksPerTurn = DEFAULT_MAX_CALLBACKS_PER_TURN;
        private Duration maxTimePerTurn = Duration.ZERO;
        private int boundedFromPriority;
        private Duration slowCallbackThreshold = DEFAULT_SLOW_CALLBACK_THRESHOLD;
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
         * Takes a backend out of the choice, also if property or environment name it. May be called several times.
         *
         * @param name of a backend; one that does not exist is never chosen anyway
         * @return this builder
         * @see "libevent event_config_avoid_method()"
         */
        public Builder avoidBackend(String name) {
            avoidedBackends.add(Objects.requireNonNull(name));
            return this;
        }

        /**
         * Demands what the backend must be able to do, in place of earlier demands. Without such a backend no base is made.
         *
         * @param features the demands
         * @return this builder
         * @see "libevent event_config_require_features()"
         */
        public Builder requireFeatures(BackendFeature... features) {
            requiredFeatures = Set.of(features);
            return this;
        }

        /**
         * Sets what the base does differently, in place of earlier options; by default nothing.
         *
         * @param options the options
         * @return this builder
         * @see "libevent event_config_set_flag()"
         */
        public Builder options(BaseOption... options) {
            this.options = Set.of(options);
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
         * Bounds a turn in time: once callbacks of a turn have taken this long, the loop looks for new I/O. The clock is then
         * read after each callback.
         *
         * @param maxTimePerTurn at least 0; {@link Duration#ZERO}, the default, for no bound
         * @return this builder
         * @throws IllegalArgumentException if negative
         * @see "libevent event_config_set_max_dispatch_interval()"
         */
        public Builder maxTimePerTurn(Duration maxTimePerTurn) {
            LoopTimers.nanosOf(maxTimePerTurn);
            this.maxTimePerTurn = maxTimePerTurn;
            return this;
        }

        /**
         * Exempts the best priorities from the bounds of a turn.
         *
         * @param priority the best one for which {@link #maxCallbacksPerTurn} and {@link #maxTimePerTurn} hold, at least 0;
         *     default 0, so that they hold for all
         * @return this builder
         * @throws IllegalArgumentException if negative
         * @see "libevent event_config_set_max_dispatch_interval()"
         */
        public Builder boundedFromPriority(int priority) {
            checkRange("boundedFromPriority", priority, 0, MAX_PRIORITY_COUNT);
            boundedFromPriority = priority;
            return this;
        }

        /**
         * Sets how long a callback or task may run before it is reported: one warning on the logger {@code
         * io.jevent.health} and one flight-recorder event, with its stack as it was while it ran. A thread of the library's
         * watches all bases of the process; the loop itself only counts.
         *
         * @param threshold at least 0; {@link Duration#ZERO} for never; default {@link #DEFAULT_SLOW_CALLBACK_THRESHOLD}
         * @return this builder
         * @throws IllegalArgumentException if negative
         */
        public Builder slowCallbackThreshold(Duration threshold) {
            LoopTimers.nanosOf(threshold);
            slowCallbackThreshold = threshold;
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
