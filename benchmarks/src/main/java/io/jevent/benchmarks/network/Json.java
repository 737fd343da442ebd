package io.jevent.benchmarks.network;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Maps, collections, numbers and strings as JSON. */
final class Json {
    private Json() {}

    static String of(Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(entry -> quoted(entry.getKey().toString()) + ":" + of(entry.getValue()))
                        .collect(Collectors.joining(",", "{", "}"));
            // A line for each result, to read and to compare.
            case Collection<?> list ->
                list.stream().map(Json::of).collect(Collectors.joining(list.size() > 1 ? ",\n" : ",", "[", "]"));
            case Double number -> String.format(Locale.ROOT, "%.4f", number);
            case Number number -> number.toString();
            default -> quoted(value.toString());
        };
    }

    private static String quoted(String value) {
        StringBuilder text = new StringBuilder("\"");
        value.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                text.append('\\').append((char) c);
            } else if (c < ' ') {
                text.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                text.append((char) c);
            }
        });
        return text.append('"').toString();
    }
}
