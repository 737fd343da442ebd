package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.jevent.buffer.EvBuffer;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A buffer and a view of it are drained on two threads; the buffer's thread also appends, and prepends where it has drained,
 * which the view may not see. The memory is a confined pool's and, by reference, the user's.
 */
@JCStressTest
@Outcome(id = "all home", expect = ACCEPTABLE, desc = "Memory went back once, when both had let go.")
@Outcome(id = ".*foreign bytes.*", expect = FORBIDDEN, desc = "One of the two saw what the other did.")
@Outcome(expect = FORBIDDEN, desc = "Memory went back twice or never.")
@State
public class ViewOnAnotherThread extends PoolCase {
    private final EvBuffer source = EvBuffer.create(pool);
    private final EvBuffer view = EvBuffer.create(pool);
    private final AtomicInteger cleanups = new AtomicInteger();
    private volatile boolean isHanded;

    @Actor
    public void owner() {
        pool.confineTo(Thread.currentThread());
        source.add(Pattern.bytes('a', 600));
        source.addReference(MemorySegment.ofArray(Pattern.bytes('r', 100)), memory -> cleanups.incrementAndGet());
        view.addBufferReference(source);
        isHanded = true;
        check(source, 'a', 500);
        source.prepend(Pattern.bytes('p', 300));
        source.add(Pattern.bytes('z', 200));
        check(source, 'p', 300);
        check(source, 'a', 100);
        check(source, 'r', 100);
        check(source, 'z', 200);
        source.add(Pattern.bytes('n', 1024));
        check(source, 'n', 1024);
    }

    @Actor
    public void other() {
        while (!isHanded) {
            Thread.onSpinWait();
        }
        check(view, 'a', 599);
        check(view, 'a', 1);
        check(view, 'r', 100);
    }

    @Arbiter
    public void result(L_Result result) {
        pool.confineTo(Thread.currentThread());
        if (cleanups.get() != 1) {
            trouble = cleanups + " clean-ups";
        }
        result.r1 = verdict(Pattern.bytesInUse(pool));
        source.close();
        view.close();
        pool.close();
    }
}
