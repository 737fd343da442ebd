package io.jevent.benchmarks.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Everything that was measured. What failed is missing. */
final class Measurements {
    private final Map<Shape, Map<Server, Map<Integer, LoadResult>>> loads = new EnumMap<>(Shape.class);

    final Map<Server, SystemCalls> systemCalls = new EnumMap<>(Server.class);

    /** Bytes on the heap for each message. */
    final Map<Server, Double> allocation = new EnumMap<>(Server.class);

    final Map<Server, IdleMemory> idle = new EnumMap<>(Server.class);

    /** Milliseconds from spawning to the first byte echoed. */
    final Map<Server, List<Double>> starts = new EnumMap<>(Server.class);

    /** The same, with an AOT cache. */
    final Map<Server, List<Double>> cachedStarts = new EnumMap<>(Server.class);

    void add(Shape shape, Server server, int round, LoadResult result) {
        loads.computeIfAbsent(shape, _ -> new EnumMap<>(Server.class))
                .computeIfAbsent(server, _ -> new TreeMap<>())
                .put(round, result);
    }

    /** {@return the shapes that anything was measured for} */
    List<Shape> shapes(Role role) {
        return loads.keySet().stream().filter(shape -> shape.role() == role).toList();
    }

    /** {@return the results by round, empty for none} */
    Map<Integer, LoadResult> rounds(Shape shape, Server server) {
        return loads.getOrDefault(shape, Map.of()).getOrDefault(server, Map.of());
    }

    /** {@return everyone of whom there is any result} */
    List<Server> servers(Role role) {
        return Arrays.stream(Server.values())
                .filter(server -> server.role() == role && isKnown(server))
                .toList();
    }

    private boolean isKnown(Server server) {
        return loads.values().stream().anyMatch(shape -> shape.containsKey(server))
                || systemCalls.containsKey(server)
                || allocation.containsKey(server)
                || idle.containsKey(server)
                || starts.containsKey(server);
    }

    Optional<Spread> spread(Shape shape, Server server, ToDoubleFunction<LoadResult> figure) {
        return Spread.of(rounds(shape, server).values().stream()
                .mapToDouble(figure)
                .boxed()
                .toList());
    }

    /** {@return one server's figure divided by another's, taken within each round that both have} */
    Optional<Spread> ratio(Shape shape, Server server, Server other, ToDoubleFunction<LoadResult> figure) {
        List<Double> ratios = new ArrayList<>();
        Map<Integer, LoadResult> others = rounds(shape, other);
        rounds(shape, server).forEach((round, result) -> {
            LoadResult rival = others.get(round);
            if (rival != null && figure.applyAsDouble(rival) > 0) {
                ratios.add(figure.applyAsDouble(result) / figure.applyAsDouble(rival));
            }
        });
        return Spread.of(ratios);
    }
}
