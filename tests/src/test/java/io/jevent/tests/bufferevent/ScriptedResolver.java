package io.jevent.tests.bufferevent;

import io.jevent.bufferevent.HostResolver;
import io.jevent.bufferevent.Lookup;
import io.jevent.bufferevent.LookupResult;
import io.jevent.bufferevent.ResolveCallback;
import io.jevent.event.EventBase;
import io.jevent.testkit.SimulatedNetwork;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Answers every name the same way, each answer a span after the question, on a simulated network's time. */
final class ScriptedResolver implements HostResolver {
    private final SimulatedNetwork network;
    private final List<Step> steps = new ArrayList<>();

    /** What was asked, and what was cancelled. */
    final List<String> log = new ArrayList<>();

    /** Whether it goes on answering what was cancelled. */
    boolean isUnruly;

    private record Step(Duration after, LookupResult result) {}

    ScriptedResolver(SimulatedNetwork network) {
        this.network = network;
    }

    private static List<InetAddress> addresses(String... literals) {
        return Stream.of(literals).map(InetAddress::ofLiteral).toList();
    }

    /** Addresses that are not the last. */
    ScriptedResolver finds(int millis, String... literals) {
        steps.add(new Step(Duration.ofMillis(millis), new LookupResult.Addresses(addresses(literals), false)));
        return this;
    }

    ScriptedResolver findsLast(int millis, String... literals) {
        steps.add(new Step(Duration.ofMillis(millis), new LookupResult.Addresses(addresses(literals), true)));
        return this;
    }

    ScriptedResolver fails(int millis, IOException cause) {
        steps.add(new Step(Duration.ofMillis(millis), new LookupResult.Failed(cause)));
        return this;
    }

    @Override
    public Lookup resolve(EventBase base, String host, ResolveCallback callback) {
        log.add("resolve " + host);
        boolean[] cancelled = new boolean[1];
        for (Step step : steps) {
            network.after(step.after(), () -> {
                if (!cancelled[0] || isUnruly) {
                    base.execute(() -> callback.onResolved(step.result()));
                }
            });
        }
        return () -> {
            log.add("cancel " + host);
            cancelled[0] = true;
        };
    }
}
