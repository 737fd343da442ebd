package io.jevent.tool;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Spans of time on the command line: seconds, with a fraction if one likes. */
final class Seconds implements ITypeConverter<Duration> {
    private static final double MOST = 1e9;

    Seconds() {}

    @Override
    public Duration convert(String text) {
        try {
            double seconds = Double.parseDouble(text);
            if (seconds >= 0 && seconds <= MOST) {
                return Duration.ofNanos((long) (seconds * 1e9));
            }
        } catch (NumberFormatException _) {
            // Falls through to the one message for all of them.
        }
        throw new TypeConversionException("need seconds from 0 to a billion, got " + text);
    }
}
