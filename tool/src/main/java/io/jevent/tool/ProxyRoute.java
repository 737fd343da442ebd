package io.jevent.tool;

import io.jevent.bufferevent.TlsFacts;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Another target for those who ask for a name, or have agreed on a protocol.
 *
 * @param kind what is looked at
 * @param name the server's name, {@code *.} before it for all below it; or the protocol
 * @param target where they go
 */
record ProxyRoute(Kind kind, String name, Endpoint target) {
    private static final Pattern FORM = Pattern.compile("(sni|alpn):([^=]+)=(.+)", Pattern.CASE_INSENSITIVE);

    /** What a route looks at. */
    enum Kind {
        SNI,
        ALPN
    }

    boolean matches(TlsFacts facts) {
        return switch (kind) {
            case SNI -> facts.serverName().filter(this::isFor).isPresent();
            case ALPN -> facts.applicationProtocol().filter(name::equals).isPresent();
        };
    }

    private boolean isFor(String asked) {
        String wanted = name.toLowerCase(Locale.ROOT);
        String present = asked.toLowerCase(Locale.ROOT);
        return wanted.startsWith("*.") ? present.endsWith(wanted.substring(1)) : present.equals(wanted);
    }

    /** Reads {@code sni:NAME=TARGET} and {@code alpn:NAME=TARGET}. */
    static final class Converter implements ITypeConverter<ProxyRoute> {
        private final Endpoint.Remote endpoints = new Endpoint.Remote();

        Converter() {}

        @Override
        public ProxyRoute convert(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException("need sni:NAME=TARGET or alpn:NAME=TARGET, got " + text);
            }
            Kind kind = Kind.valueOf(matcher.group(1).toUpperCase(Locale.ROOT));
            return new ProxyRoute(kind, matcher.group(2), endpoints.convert(matcher.group(3)));
        }
    }
}
