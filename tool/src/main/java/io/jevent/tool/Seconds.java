package io.jevent.tool;

import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Spans of time on the command line: seconds, with a fraction if one likes, or with a unit: ms, s, m, h. */
final class Seconds implements ITypeConverter<Duration> {
    private static final double MOST = 1e9;

    Seconds() {}

    @Override
    public Duration convert(String text) {
        String number = text.toLowerCase(Locale.ROOT);
        double unit = 1;
        if (number.endsWith("ms")) {
            unit = 1e-3;
            number = number.substring(0, number.length() - 2);
        } else if (!number.isEmpty() && "smh".indexOf(number.charAt(number.length() - 1)) >= 0) {
            unit = Math.pow(60, "smh".indexOf(number.charAt(number.length() - 1)));
            number = number.substring(0, number.length() - 1);
        }
        try {
            double seconds = Double.parseDouble(number) * unit;
            if (seconds >= 0 && seconds <= MOST) {
                return Duration.ofNanos((long) (seconds * 1e9));
            }
        } catch (NumberFormatException _) {
            // Falls through to the one message for all of them.
        }
        throw new TypeConversionException("need seconds from 0 to a billion, got " + text);
    }
}
