package io.jevent.backend.linux;

import io.jevent.backend.Backend;
import io.jevent.backend.BackendFeature;
import io.jevent.backend.BackendProvider;
import io.jevent.backend.LoopClock;
import io.jevent.buffer.BufferPool;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** Makes {@link EpollBackend}s. */
public final class EpollBackendProvider implements BackendProvider {
    /** Asked of the system once. */
    private static final class Probed {
        static final Optional<String> FAILURE = LinuxSupport.failureOf(new LinuxSupport.Probe() {
            @Override
            public void run() throws IOException {
                new EpollBackend(BufferPool.shared()).close();
            }
        });
    }

    /** Makes the provider; it holds nothing. */
    public EpollBackendProvider() {}

    @Override
    public String name() {
        return EpollBackend.NAME;
    }

    @Override
    public Optional<String> unavailableBecause() {
        Optional<String> missing = LinuxSupport.missing();
        return missing.isPresent() ? missing : Probed.FAILURE;
    }

    @Override
    public Set<BackendFeature> features() {
        return EpollBackend.FEATURES;
    }

    @Override
    public Backend open(LoopClock clock, BufferPool pool) throws IOException {
        return new EpollBackend(pool);
    }
}
