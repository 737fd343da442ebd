package io.jevent.tool;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Ports on the command line. */
final class Port {
    private Port() {}

    static int parse(String text, int least) {
        try {
            int port = Integer.parseInt(text);
            if (port >= least && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException _) {
            // Falls through to the one message for all of them.
        }
        throw new TypeConversionException("need a port from " + least + " to 65535, got " + text);
    }

    /** A port to connect to. */
    static final class Remote implements ITypeConverter<Integer> {
        Remote() {}

        @Override
        public Integer convert(String text) {
            return parse(text, 1);
        }
    }

    /** A port to listen on; 0 picks one. */
    static final class Local implements ITypeConverter<Integer> {
        Local() {}

        @Override
        public Integer convert(String text) {
            return parse(text, 0);
        }
    }
}
