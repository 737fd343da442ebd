package io.jevent.tool;

import java.util.Locale;
import java.util.Map;

/** One flat JSON object on one line. */
final class Json {
    private Json() {}

    static String object(Map<String, Object> members) {
        StringBuilder text = new StringBuilder("{");
        members.forEach((name, value) -> {
            if (text.length() > 1) {
                text.append(',');
            }
            text.append(quoted(name)).append(':');
            switch (value) {
                case Double number -> text.append(String.format(Locale.ROOT, "%.3f", number));
                case Number number -> text.append(number);
                case Boolean truth -> text.append(truth);
                default -> text.append(quoted(value.toString()));
            }
        });
        return text.append('}').toString();
    }

    static String quoted(String value) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        return text.append('"').toString();
    }
}
