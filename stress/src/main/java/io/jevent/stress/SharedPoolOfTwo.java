package io.jevent.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.jevent.buffer.EvBuffer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** Two threads take from and return to a pool that is not confined, and drain views of each other's buffers' memory. */
@JCStressTest
@Outcome(
        id = "all home",
        expect = ACCEPTABLE,
        desc = "Every chunk came back once, and no two buffers had the same one.")
@Outcome(id = ".*foreign bytes.*", expect = FORBIDDEN, desc = "A chunk was handed out while another held it.")
@Outcome(expect = FORBIDDEN, desc = "A chunk came back twice or never.")
@State
public class SharedPoolOfTwo extends PoolCase {
    private volatile @Nullable EvBuffer fromOne;
    private volatile @Nullable EvBuffer fromOther;

    @Actor
    public void one() {
        fromOne = fill('1');
        drain(await(true), '2');
    }

    @Actor
    public void other() {
        fromOther = fill('2');
        drain(await(false), '1');
    }

    /** Makes a view for the other thread while the memory is still held here, and drains what it was made of. */
    private EvBuffer fill(char content) {
        EvBuffer view = EvBuffer.create(pool);
        try (EvBuffer own = EvBuffer.create(pool)) {
            own.add(Pattern.bytes(content, 3000));
            view.addBufferReference(own);
            check(own, content, 3000);
        }
        return view;
    }

    private EvBuffer await(boolean other) {
        EvBuffer handed = other ? fromOther : fromOne;
        while (handed == null) {
            Thread.onSpinWait();
            handed = other ? fromOther : fromOne;
        }
        return handed;
    }

    private void drain(EvBuffer handed, char content) {
        check(handed, content, 1000);
        check(handed, content, 2000);
    }

    @Arbiter
    public void result(L_Result result) {
        result.r1 = verdict(pool.bytesInUse());
        pool.close();
    }
}
