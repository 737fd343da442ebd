package io.jevent.tool;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Bytes per second on the command line: {@code 1500}, {@code 64k}, {@code 1.5M}, {@code 1G}, in powers of 1024. */
final class Rate implements ITypeConverter<Long> {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?)([kmg]?)");

    /** What a bucket with ten ticks a second can keep. */
    private static final long LEAST = 10;

    private static final long MOST = 1L << 50;

    Rate() {}

    @Override
    public Long convert(String text) {
        Matcher matcher = TEXT.matcher(text.toLowerCase(Locale.ROOT));
        if (matcher.matches()) {
            double unit = switch (matcher.group(2)) {
                case "k" -> 1L << 10;
                case "m" -> 1L << 20;
                case "g" -> 1L << 30;
                default -> 1;
            };
            double rate = Double.parseDouble(matcher.group(1)) * unit;
            if (rate >= LEAST && rate <= MOST) {
                return (long) rate;
            }
        }
        throw new TypeConversionException(
                "need bytes per second, at least 10, such as 1500, 64k, 10M or 1G, got " + text);
    }
}
