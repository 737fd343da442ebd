package io.jevent.benchmarks;

import io.jevent.event.EventBase;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What one end of a silent connection costs, its handshake over: bytes alive on the heap after a collection, and native memory
 * that buffers use.
 */
final class TlsIdle {
    static final int CONNECTIONS = 500;

    /** Made first, so that classes are loaded and caches are full. */
    private static final int BEFORE = 50;

    private TlsIdle() {}

    /** {@return bytes of an engine alone, which needs no buffer while it is silent} */
    static double engine(TlsSetup setup, int connections) {
        EngineLink.Buffers buffers = new EngineLink.Buffers();
        return bytesOf(
                connections,
                () -> {
                    EngineLink link = new EngineLink(setup, buffers);
                    link.shakeHands();
                    return link;
                },
                () -> 0);
    }

    /** {@return bytes of an engine, the buffer event over it, and the end of a pair below} */
    static double bufferEvent(TlsSetup setup, int connections) {
        try (EventBase base = EventBase.create()) {
            return bytesOf(
                    connections,
                    () -> {
                        TlsWorkload.Link link = TlsWorkload.Link.on(base, setup);
                        base.dispatch();
                        return link;
                    },
                    base::bufferBytesInUse);
        }
    }

    private static double bytesOf(int connections, Supplier<Object> connecting, LongSupplier nativeBytes) {
        List<Object> kept = new ArrayList<>(BEFORE + connections);
        try {
            for (int i = 0; i < BEFORE; i++) {
                kept.add(connecting.get());
            }
            long before = liveHeapBytes() + nativeBytes.getAsLong();
            for (int i = 0; i < connections; i++) {
                kept.add(connecting.get());
            }
            long after = liveHeapBytes() + nativeBytes.getAsLong();
            return (after - before) / (2.0 * connections);
        } finally {
            Reference.reachabilityFence(kept);
        }
    }

    /** Twice, as what cleaners hold dies only in the second collection. */
    private static long liveHeapBytes() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
