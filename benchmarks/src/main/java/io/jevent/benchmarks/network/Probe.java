package io.jevent.benchmarks.network;

import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;

/**
 * Answers, in a server that is measured, what only its own JVM knows. It is there only with {@code
 * -Djevent.benchmarks.probe=true}, waits for lines on standard input and answers each with a line:
 *
 * <ul>
 *   <li>{@code allocated}: bytes that all threads together have allocated on the heap so far
 *   <li>{@code memory}: bytes alive on the heap after a collection, and bytes of native memory that buffers use
 * </ul>
 */
final class Probe {
    private Probe() {}

    /** Starts answering, on a thread of its own, if the property says so. */
    static void startIfAsked(LongSupplier nativeBytes) {
        if (Boolean.getBoolean("jevent.benchmarks.probe")) {
            Thread.ofPlatform().name("probe").daemon().start(() -> answer(nativeBytes));
        }
    }

    private static void answer(LongSupplier nativeBytes) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(
                        switch (line) {
                            case "allocated" -> threads.getTotalThreadAllocatedBytes();
                            case "memory" -> liveHeapBytes() + " " + nativeBytes.getAsLong();
                            default -> "need allocated or memory, got " + line;
                        });
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Twice, as what cleaners hold dies only in the second collection. */
    private static long liveHeapBytes() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Bytes of the JDK's direct buffers. */
    static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}
