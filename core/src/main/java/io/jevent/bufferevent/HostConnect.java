package io.jevent.bufferevent;

import io.jevent.backend.Direction;
import io.jevent.backend.Transport;
import io.jevent.event.SocketAddresses;
import io.jevent.loop.LoopEngine;
import io.jevent.loop.LoopTimer;
import io.jevent.loop.LoopTimers;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One connect by name: a look-up, and a race of attempts to connect to what it finds (RFC 8305).
 *
 * <p>The addresses wait in a queue for each family, taken from in turn. Whether the next may be tried is one bit, {@link
 * #mayTry}: cleared by each attempt, set when that attempt fails or has had its time to itself. So addresses that come late
 * need no case of their own: they are tried when they come if the bit is set, and otherwise when it is.
 *
 * <p>It ends once: an attempt wins, nothing is left to try, or the owner gives it up.
 */
final class HostConnect implements ResolveCallback {
    private final SocketBufferEventImpl owner;
    private final LoopEngine engine;
    private final String host;
    private final int port;
    private final ConnectPacing pacing;

    private final ArrayDeque<InetAddress> ipv6 = new ArrayDeque<>();
    private final ArrayDeque<InetAddress> ipv4 = new ArrayDeque<>();

    /** In the order they were begun; those that have failed too. */
    private final List<ConnectAttempt> attempts = new ArrayList<>();

    private final LoopTimer timer = new LoopTimer() {
        @Override
        protected void onExpired() {
            mayTry = true;
            proceed();
        }
    };

    /** Null until the resolver has returned it. */
    private @Nullable Lookup lookup;

    /** Inside the resolver's {@code resolve}, where it must not answer. */
    private boolean launching;

    /** No more addresses come. */
    private boolean isResolved;

    /** Null unless the look-up has failed. */
    private @Nullable IOException lookupFailure;

    /** Whether the next address may be tried. */
    private boolean mayTry = true;

    private boolean ended;

    /** The deadline has passed, in a turn in which attempts wait to be delivered that may have succeeded. */
    private boolean overdue;

    HostConnect(SocketBufferEventImpl owner, String host, int port, ConnectPacing pacing) {
        this.owner = owner;
        this.engine = owner.engine;
        this.host = host;
        this.port = port;
        this.pacing = pacing;
    }

    // ---- the look-up ----

    void launch(HostResolver resolver) {
        launching = true;
        try {
            lookup = Objects.requireNonNull(resolver.resolve(owner.base, host, this), "a resolver returned no look-up");
        } catch (RuntimeException e) {
            LookupResult failed = new LookupResult.Failed(unknownHost(host + ": the resolver threw " + e, e));
            engine.execute(() -> onResolved(failed), true);
        } finally {
            launching = false;
        }
        if (ended) {
            cancelLookup(); // The resolver closed the buffer event.
        }
    }

    @Override
    public void onResolved(LookupResult result) {
        engine.checkThread();
        if (launching) {
            engine.execute(() -> onResolved(result), true);
            return;
        }
        if (ended || isResolved) {
            return;
        }
        switch (result) {
            case LookupResult.Addresses found -> {
                found.addresses().forEach(this::add);
                isResolved = found.isLast();
            }
            case LookupResult.Failed failed -> {
                lookupFailure = failed.cause();
                isResolved = true;
            }
        }
        if (attempts.isEmpty()) {
            pauseForIpv6();
        }
        proceed();
    }

    private void add(InetAddress address) {
        ArrayDeque<InetAddress> family = address instanceof Inet6Address ? ipv6 : ipv4;
        boolean isKnown =
                family.contains(address) || attempts.stream().anyMatch(attempt -> attempt.address.equals(address));
        if (!isKnown && family.size() < pacing.maxAddresses()) {
            family.add(address);
        }
    }

    /** Before the first attempt: IPv4 alone waits a little for IPv6. */
    private void pauseForIpv6() {
        boolean waits = !isResolved && ipv6.isEmpty() && !ipv4.isEmpty();
        if (!waits) {
            engine.timers().cancel(timer);
            mayTry = true;
        } else if (!timer.isSet()) {
            mayTry = false;
            engine.timers().set(timer, LoopTimers.nanosOf(pacing.resolutionDelay()));
        }
    }

    // ---- the attempts ----

    private void proceed() {
        while (mayTry && hasNext()) {
            begin(next());
        }
        boolean noneComes = isResolved || attempts.size() >= pacing.maxAddresses();
        if (noneComes && !hasNext() && attempts.stream().noneMatch(ConnectAttempt::isUnderWay)) {
            owner.onFailed(Direction.CONNECTING, failure());
        }
    }

    private boolean hasNext() {
        return attempts.size() < pacing.maxAddresses() && !(ipv6.isEmpty() && ipv4.isEmpty());
    }

    private InetAddress next() {
        boolean ipv6IsDue = attempts.isEmpty() || !(attempts.getLast().address instanceof Inet6Address);
        boolean takesIpv6 = ipv4.isEmpty() || (ipv6IsDue && !ipv6.isEmpty());
        return takesIpv6 ? ipv6.remove() : ipv4.remove();
    }

    private void begin(InetAddress address) {
        ConnectAttempt attempt = new ConnectAttempt(this, owner, address);
        attempts.add(attempt);
        try {
            InetSocketAddress target = new InetSocketAddress(address, port);
            attempt.launched(engine.backend().connect(target, owner.settings(), attempt));
        } catch (IOException e) {
            attempt.failed(e);
            return;
        } catch (RuntimeException e) { // An option or a family that the backend does not have.
            attempt.failed(new IOException(e.toString(), e));
            return;
        }
        mayTry = false;
        if (hasNext() || !isResolved) {
            engine.timers().set(timer, LoopTimers.nanosOf(pacing.attemptDelay()));
        }
    }

    void won(ConnectAttempt winner) {
        Transport transport = Objects.requireNonNull(winner.transport());
        end(winner);
        if (owner.isConnectedBy(this)) {
            owner.connectedBy(transport);
        } else {
            winner.close(); // The resolver closed the buffer event when its look-up was cancelled.
        }
    }

    void lost(ConnectAttempt attempt, IOException cause) {
        attempt.failed(cause);
        if (attempt == attempts.getLast()) {
            engine.timers().cancel(timer);
            mayTry = true;
        }
        proceed();
    }

    // ---- the end ----

    /** Whether what has come in this very turn counts first; if not, or if nothing succeeds, the owner times out. */
    boolean outlivesDeadline() {
        overdue = attempts.stream().anyMatch(ConnectAttempt::awaitsDelivery);
        return overdue;
    }

    /** An attempt has been delivered and has not won. */
    void delivered() {
        if (overdue && !ended && attempts.stream().noneMatch(ConnectAttempt::awaitsDelivery)) {
            owner.timedOut(Direction.WRITING);
        }
    }

    /** Sets an option of the sockets there are; later ones get it from the owner's settings. */
    void settingsChanged(SocketSettingsChange change) throws IOException {
        for (ConnectAttempt attempt : attempts) {
            Transport present = attempt.transport();
            if (present != null) {
                change.setOn(present);
            }
        }
    }

    /** Sets one option on one socket. */
    @FunctionalInterface
    interface SocketSettingsChange {
        void setOn(Transport transport) throws IOException;
    }

    /** Gives it all up, silently. Idempotent. */
    void cancel() {
        end(null);
    }

    private void end(@Nullable ConnectAttempt winner) {
        if (ended) {
            return;
        }
        ended = true;
        engine.timers().cancel(timer);
        for (ConnectAttempt attempt : attempts) {
            if (attempt != winner) {
                attempt.close();
            }
        }
        cancelLookup();
    }

    private void cancelLookup() {
        Lookup present = lookup;
        lookup = null;
        if (present == null || isResolved) {
            return;
        }
        try {
            present.cancel();
        } catch (RuntimeException e) {
            engine.report(owner, e);
        }
    }

    private IOException failure() {
        IOException ofLookup = lookupFailure;
        if (attempts.isEmpty()) {
            return switch (ofLookup) {
                case null -> new UnknownHostException(host + ": the name has no address");
                case UnknownHostException unknown -> unknown;
                case IOException other -> unknownHost(host + ": " + reasonOf(other), other);
            };
        }
        List<String> reasons = new ArrayList<>();
        List<IOException> causes = new ArrayList<>();
        for (ConnectAttempt attempt : attempts) {
            IOException cause = Objects.requireNonNull(attempt.failure());
            reasons.add(nameOf(attempt.address) + " " + reasonOf(cause));
            causes.add(cause);
        }
        if (ofLookup != null) {
            reasons.add("look-up " + reasonOf(ofLookup));
            causes.add(ofLookup);
        }
        ConnectException failure =
                new ConnectException("cannot connect to " + host + " port " + port + ": " + String.join("; ", reasons));
        causes.forEach(failure::addSuppressed);
        return failure;
    }

    private static String nameOf(InetAddress address) {
        String text = SocketAddresses.format(new InetSocketAddress(address, 0));
        return address instanceof Inet6Address ? "[" + text + "]" : text;
    }

    private static String reasonOf(IOException cause) {
        return Objects.requireNonNullElseGet(cause.getMessage(), cause::toString);
    }

    private static UnknownHostException unknownHost(String message, Exception cause) {
        UnknownHostException failure = new UnknownHostException(message);
        failure.initCause(cause);
        return failure;
    }
}
