package io.jevent.tool;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How many event loops: from 1 to 1024. */
final class LoopCount implements ITypeConverter<Integer> {
    private static final int MAX = 1024;

    LoopCount() {}

    @Override
    public Integer convert(String text) {
        try {
            int count = Integer.parseInt(text);
            if (count >= 1 && count <= MAX) {
                return count;
            }
        } catch (NumberFormatException _) {
            // Told below.
        }
        throw new TypeConversionException("need a number of loops from 1 to " + MAX + ", got " + text);
    }
}
