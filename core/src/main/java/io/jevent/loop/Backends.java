package io.jevent.loop;

import io.jevent.backend.BackendFeature;
import io.jevent.backend.BackendProvider;
import io.jevent.backend.linux.EpollBackendProvider;
import io.jevent.backend.linux.UringBackendProvider;
import io.jevent.backend.nio.NioBackendProvider;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The backends of this release, best first, and the choice among them. */
public final class Backends {
    /** System property that names the backend to use. */
    public static final String PROPERTY = "jevent.backend";

    /** Environment variable that names the backend to use. */
    public static final String ENVIRONMENT = "JEVENT_BACKEND";

    private static final List<BackendProvider> ALL =
            List.of(new EpollBackendProvider(), new UringBackendProvider(), new NioBackendProvider());

    private Backends() {}

    public static List<BackendProvider> all() {
        return ALL;
    }

    /**
     * What a new base wants of its backend.
     *
     * @param name the only backend that will do, or null
     * @param avoided names of those that will not do
     * @param features what it must be able to do
     * @param heedsEnvironment whether property and environment may name one where {@code name} is null
     */
    public record Wish(
            @Nullable String name, Set<String> avoided, Set<BackendFeature> features, boolean heedsEnvironment) {}

    /**
     * The backend for a new base: the named one, else the system property's, else the environment's, else the best that
     * runs here.
     *
     * @throws IllegalArgumentException if one is named that does not exist
     * @throws IllegalStateException if one is named that cannot run here or is not as wished, or if none is
     */
    public static BackendProvider choose(Wish wish) {
        String name = wish.name();
        if (name == null && wish.heedsEnvironment()) {
            name = System.getProperty(PROPERTY);
            if (name == null) {
                name = System.getenv(ENVIRONMENT);
            }
            if (name != null && wish.avoided().contains(name)) {
                name = null;
            }
        }
        BackendProvider provider = name == null || name.isEmpty() ? best(wish) : named(name);
        checkFeatures(provider, wish.features());
        return provider;
    }

    /**
     * Throws unless a backend can do what is wished.
     *
     * @throws IllegalStateException if it cannot
     */
    public static void checkFeatures(BackendProvider provider, Set<BackendFeature> wished) {
        Set<BackendFeature> missing = new TreeSet<>(wished);
        missing.removeAll(provider.features());
        if (!missing.isEmpty()) {
            throw new IllegalStateException("backend " + provider.name() + " lacks " + missing);
        }
    }

    private static BackendProvider best(Wish wish) {
        for (BackendProvider provider : ALL) {
            if (provider.unavailableBecause().isEmpty()
                    && !wish.avoided().contains(provider.name())
                    && provider.features().containsAll(wish.features())) {
                return provider;
            }
        }
        throw new IllegalStateException("no backend can run here"
                + (wish.avoided().isEmpty() ? "" : " without " + new TreeSet<>(wish.avoided()))
                + (wish.features().isEmpty() ? "" : " that has " + new TreeSet<>(wish.features())));
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
