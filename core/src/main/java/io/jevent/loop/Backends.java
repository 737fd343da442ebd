package io.jevent.loop;

import io.jevent.backend.BackendProvider;
import io.jevent.backend.nio.NioBackendProvider;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The backends of this release, best first, and the choice among them. */
public final class Backends {
    /** System property that names the backend to use. */
    public static final String PROPERTY = "jevent.backend";

    /** Environment variable that names the backend to use. */
    public static final String ENVIRONMENT = "JEVENT_BACKEND";

    private static final List<BackendProvider> ALL = List.of(new NioBackendProvider());

    private Backends() {}

    public static List<BackendProvider> all() {
        return ALL;
    }

    /**
     * The backend for a new base: the named one, else the system property's, else the environment's, else the best that
     * runs here.
     *
     * @throws IllegalArgumentException if one is named that does not exist
     * @throws IllegalStateException if one is named that cannot run here
     */
    public static BackendProvider choose(@Nullable String configured) {
        String name = configured != null ? configured : System.getProperty(PROPERTY);
        if (name == null) {
            name = System.getenv(ENVIRONMENT);
        }
        return name == null || name.isEmpty() ? best() : named(name);
    }

    private static BackendProvider best() {
        for (BackendProvider provider : ALL) {
            if (provider.unavailableBecause().isEmpty()) {
                return provider;
            }
        }
        throw new IllegalStateException("no backend can run here");
    }

    private static BackendProvider named(String name) {
        for (BackendProvider provider : ALL) {
            if (provider.name().equals(name)) {
                Optional<String> reason = provider.unavailableBecause();
                if (reason.isPresent()) {
                    throw new IllegalStateException("backend " + name + " cannot run here: " + reason.get());
                }
                return provider;
            }
        }
        String names = ALL.stream().map(BackendProvider::name).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("no backend is named " + name + "; there is: " + names);
    }
}
