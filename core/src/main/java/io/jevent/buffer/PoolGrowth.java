package io.jevent.buffer;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** Tells the flight recorder that a pool took memory from the system. */
final class PoolGrowth {
    private static final boolean PRESENT =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private PoolGrowth() {}

    /** Tells it, if one runs: the event's class is costly to load, and module {@code jdk.jfr} need not be there. */
    static void report(long slabBytes, long bytesInUse) {
        if (PRESENT && FlightRecorder.isInitialized()) {
            PoolGrowthEvent event = new PoolGrowthEvent();
            if (event.shouldCommit()) {
                event.slabBytes = slabBytes;
                event.bytesInUse = bytesInUse;
                event.commit();
            }
        }
    }

    @Name("io.jevent.PoolGrowth")
    @Label("Buffer Pool Growth")
    @Category("jevent")
    @Description("A buffer pool took memory from the system")
    @SuppressWarnings("UnusedVariable") // the recorder reads the fields
    private static final class PoolGrowthEvent extends Event {
        @Label("Slab")
        @DataAmount
        long slabBytes;

        @Label("In Use")
        @DataAmount
        long bytesInUse;
    }
}
