package io.jevent.benchmarks.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every single result, for programs to read. */
final class Results {
    private Results() {}

    /** {@return the results as JSON, after some members that tell where they are from} */
    static String json(Map<String, Object> origin, Measurements measured, List<String> failures) {
        Map<String, Object> all = new LinkedHashMap<>(origin);
        List<Object> loads = new ArrayList<>();
        List<Object> others = new ArrayList<>();
        for (Role role : Role.values()) {
            for (Shape shape : measured.shapes(role)) {
                for (Server server : measured.servers(role)) {
                    measured.rounds(shape, server)
                            .forEach((round, result) -> loads.add(load(shape, server, round, result)));
                }
            }
            measured.servers(role).forEach(server -> others.add(other(server, measured)));
        }
        all.put("loads", loads);
        all.put("servers", others);
        all.put("failures", failures);
        return Json.of(all) + "\n";
    }

    private static Map<String, Object> load(Shape shape, Server server, int round, LoadResult result) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("row", shape.id());
        members.put("server", server.id());
        members.put("round", round);
        members.put("messages", result.messages());
        members.put("windowNanos", result.windowNanos());
        members.put("userNanos", result.userNanos());
        members.put("systemNanos", result.systemNanos());
        members.put("p50Nanos", result.p50Nanos());
        members.put("p99Nanos", result.p99Nanos());
        members.put("p999Nanos", result.p999Nanos());
        return members;
    }

    private static Map<String, Object> other(Server server, Measurements measured) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("server", server.id());
        SystemCalls calls = measured.systemCalls.get(server);
        if (calls != null) {
            members.put("systemCallsPerMessage", calls.perMessage());
        }
        Double allocation = measured.allocation.get(server);
        if (allocation != null) {
            members.put("heapBytesPerMessage", allocation);
        }
        IdleMemory idle = measured.idle.get(server);
        if (idle != null) {
            idle.heap().ifPresent(bytes -> members.put("idleHeapBytes", bytes));
            idle.buffers().ifPresent(bytes -> members.put("idleBufferBytes", bytes));
            members.put("idleResidentBytes", idle.resident());
        }
        List<Double> starts = measured.starts.get(server);
        if (starts != null) {
            members.put("startMillis", starts);
        }
        List<Double> cachedStarts = measured.cachedStarts.get(server);
        if (cachedStarts != null) {
            members.put("cachedStartMillis", cachedStarts);
        }
        return members;
    }
}
