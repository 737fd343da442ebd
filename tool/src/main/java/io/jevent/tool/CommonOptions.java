package io.jevent.tool;

import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.EventBaseGroup;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that runs a loop. */
final class CommonOptions {
    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "How to wait for the system; see jevent backends. Default: the best that runs here, or"
                    + " $JEVENT_BACKEND.")
    private @Nullable String backend;

    @Option(
            names = "--verbose",
            description = "Print the whole story of an error; with --tls, what was agreed on and the certificates.")
    private boolean verbose;

    /** Opens a base with the backend asked for; what a callback throws ends the command. */
    EventBase newBase() {
        return opened(() -> EventBase.create(config()));
    }

    /** Opens a group of bases, likewise. */
    EventBaseGroup newGroup(int baseCount) {
        return opened(() -> EventBaseGroup.create(baseCount, config()));
    }

    private EventBaseConfig config() {
        EventBaseConfig.Builder config = EventBaseConfig.builder().errorHandler(CommonOptions::onCallbackError);
        if (backend != null) {
            config.backend(backend);
        }
        return config.build();
    }

    private static <T> T opened(Supplier<T> opener) {
        try {
            return opener.get();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw ToolFailure.usage(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        } catch (UncheckedIOException e) {
            throw ToolFailure.network(Words.of(e.getCause()), e);
        }
    }

    boolean isVerbose() {
        return verbose;
    }

    private static void onCallbackError(Object source, Exception thrown) {
        System.err.println("jevent: internal error in " + source + ": " + thrown);
    }
}
