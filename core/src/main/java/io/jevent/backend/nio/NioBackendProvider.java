package io.jevent.backend.nio;

import io.jevent.backend.Backend;
import io.jevent.backend.BackendFeature;
import io.jevent.backend.BackendProvider;
import io.jevent.backend.LoopClock;
import io.jevent.buffer.BufferPool;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** Makes {@link NioBackend}s. */
public final class NioBackendProvider implements BackendProvider {
    /** The name users choose this backend by. */
    public static final String NAME = "nio";

    static final Set<BackendFeature> FEATURES = Set.of(BackendFeature.CONSTANT_COST);

    /** Makes the provider; it holds nothing. */
    public NioBackendProvider() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> unavailableBecause() {
        return Optional.empty();
    }

    @Override
    public Set<BackendFeature> features() {
        return FEATURES;
    }

    @Override
    public Backend open(LoopClock clock, BufferPool pool) throws IOException {
        return new NioBackend(pool);
    }
}
