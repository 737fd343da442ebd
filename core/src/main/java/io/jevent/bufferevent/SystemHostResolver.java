package io.jevent.bufferevent;

import io.jevent.event.EventBase;
import io.jevent.loop.LoopAccess;
import io.jevent.loop.LoopEngine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Asks the JDK, a virtual thread for each look-up.
 *
 * <p>The look-up blocks in the system's library; the JDK adds a carrier thread for as long as it does, so the program's other
 * virtual threads go on. The bound is there for those carriers and for a system that does not answer.
 */
final class SystemHostResolver implements HostResolver {
    static final SystemHostResolver INSTANCE = new SystemHostResolver(InetAddress::getAllByName);

    /** What a name of the DNS can have, with its last dot; the system's library need not see more. */
    private static final int MAX_HOST_LENGTH = 254;

    /** What blocks. */
    @FunctionalInterface
    interface Source {
        InetAddress[] addressesOf(String host) throws IOException;
    }

    private final Source source;

    /** Guards the two fields below. */
    private final Object lock = new Object();

    private final ArrayDeque<Job> waiting = new ArrayDeque<>();
    private int runningCount;

    SystemHostResolver(Source source) {
        this.source = source;
    }

    @Override
    public Lookup resolve(EventBase base, String host, ResolveCallback callback) {
        Job job = new Job(LoopAccess.engineOf(base), host, callback);
        LookupResult known = knownAnswer(host);
        if (known != null) {
            job.answer(known);
        } else if (!begin(job)) {
            job.answer(new LookupResult.Failed(new UnknownHostException(
                    host + ": more than " + MAX_SYSTEM_LOOKUPS_WAITING + " look-ups wait for the system")));
        }
        return job;
    }

    /** What needs no look-up: an address as text, and what is no name at all; null for the rest. */
    private static @Nullable LookupResult knownAnswer(String host) {
        if (host.isEmpty() || host.length() > MAX_HOST_LENGTH) {
            return new LookupResult.Failed(new UnknownHostException(
                    "need a name of 1 to " + MAX_HOST_LENGTH + " characters, got " + host.length()));
        }
        try {
            return new LookupResult.Addresses(List.of(InetAddress.ofLiteral(host)), true);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    /** Starts a job or lets it wait; false if too many wait. */
    private boolean begin(Job job) {
        synchronized (lock) {
            if (runningCount == MAX_SYSTEM_LOOKUPS) {
                return waiting.size() < MAX_SYSTEM_LOOKUPS_WAITING && waiting.add(job);
            }
            runningCount++;
        }
        start(job);
        return true;
    }

    private static void start(Job job) {
        Thread.ofVirtual().name("jevent-lookup").start(job);
    }

    private void beginNext() {
        Job next;
        synchronized (lock) {
            next = waiting.poll();
            if (next == null) {
                runningCount--;
                return;
            }
        }
        start(next);
    }

    private LookupResult look(String host) {
        try {
            return new LookupResult.Addresses(List.of(source.addressesOf(host)), true);
        } catch (IOException e) {
            return new LookupResult.Failed(e);
        } catch (RuntimeException e) { // A resolver provider of the program's may throw anything.
            UnknownHostException failure = new UnknownHostException(host + ": " + e);
            failure.initCause(e);
            return new LookupResult.Failed(failure);
        }
    }

    /** One look-up. */
    private final class Job implements Lookup, Runnable {
        private final LoopEngine engine;
        private final String host;
        private final ResolveCallback callback;

        /** Written by the loop; so the callback, which runs there, never comes after it. */
        private volatile boolean cancelled;

        Job(LoopEngine engine, String host, ResolveCallback callback) {
            this.engine = engine;
            this.host = host;
            this.callback = callback;
        }

        @Override
        public void run() {
            LookupResult result = new LookupResult.Failed(new UnknownHostException(host + ": the look-up broke off"));
            try {
                result = look(host);
            } finally {
                beginNext();
                answer(result);
            }
        }

        /** Any thread. */
        void answer(LookupResult result) {
            if (cancelled) {
                return;
            }
            try {
                engine.execute(() -> deliver(result), true);
            } catch (RejectedExecutionException _) {
                // The base is closed, and whoever asked with it.
            }
        }

        private void deliver(LookupResult result) {
            if (!cancelled) {
                callback.onResolved(result);
            }
        }

        @Override
        public void cancel() {
            if (!cancelled) {
                cancelled = true;
                synchronized (lock) {
                    waiting.remove(this);
                }
            }
        }
    }
}
