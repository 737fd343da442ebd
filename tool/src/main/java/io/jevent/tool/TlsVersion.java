package io.jevent.tool;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The oldest version of TLS that is spoken. */
enum TlsVersion {
    TLS_1_2,
    TLS_1_3;

    /** This and the newer ones, as the JDK calls them. */
    String[] protocols() {
        return switch (this) {
            case TLS_1_2 -> new String[] {"TLSv1.3", "TLSv1.2"};
            case TLS_1_3 -> new String[] {"TLSv1.3"};
        };
    }

    /** Reads {@code 1.2}, {@code TLS1.2} or {@code TLSv1.2}. */
    static final class Converter implements ITypeConverter<TlsVersion> {
        Converter() {}

        @Override
        public TlsVersion convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT).replaceFirst("^tlsv?", "")) {
                case "1.2" -> TLS_1_2;
                case "1.3" -> TLS_1_3;
                default -> throw new TypeConversionException("need 1.2 or 1.3, got " + text);
            };
        }
    }
}
