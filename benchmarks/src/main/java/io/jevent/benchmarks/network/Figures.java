package io.jevent.benchmarks.network;

import java.util.Locale;

/** Numbers as the tables show them. */
final class Figures {
    private Figures() {}

    /** {@return the number with two decimals below 10, one below 100, else none} */
    static String of(double number) {
        double size = Math.abs(number);
        return String.format(Locale.ROOT, size < 9.995 ? "%.2f" : size < 99.95 ? "%.1f" : "%,.0f", number);
    }

    /** {@return the number without decimals} */
    static String whole(double number) {
        return String.format(Locale.ROOT, "%,.0f", number);
    }
}
