package io.jevent.backend.linux;

import io.jevent.backend.Backend;
import io.jevent.backend.BackendFeature;
import io.jevent.backend.BackendProvider;
import io.jevent.backend.LoopClock;
import io.jevent.buffer.BufferPool;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** Makes {@link UringBackend}s. */
public final class UringBackendProvider implements BackendProvider {
    /** Asked of the system once, on a ring that is thrown away. */
    private static final class Probed {
        static final Optional<String> FAILURE = LinuxSupport.failureOf(new LinuxSupport.Probe() {
            @Override
            public void run() throws IOException {
                new UringBackend(BufferPool.shared()).close();
            }
        });
    }

    /** Makes the provider; it holds nothing. */
    public UringBackendProvider() {}

    @Override
    public String name() {
        return UringBackend.NAME;
    }

    @Override
    public Optional<String> unavailableBecause() {
        Optional<String> missing = LinuxSupport.missing();
        return missing.isPresent() ? missing : Probed.FAILURE;
    }

    @Override
    public Set<BackendFeature> features() {
        return UringBackend.FEATURES;
    }

    @Override
    public Backend open(LoopClock clock, BufferPool pool) throws IOException {
        return new UringBackend(pool);
    }
}
