/** The {@code jevent} command. */
@SuppressWarnings("requires-automatic") // HdrHistogram has no module descriptor
module io.jevent.tool {
    requires io.jevent;
    requires info.picocli;
    requires HdrHistogram;
    // To keep what the library logs of certificates off the terminal, where the command says it.
    requires java.logging;
    // The JDK's signal hook, which signal events need.
    requires jdk.unsupported;
    requires static org.jspecify;

    exports io.jevent.tool;

    opens io.jevent.tool to
            info.picocli;
}
