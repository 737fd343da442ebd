package io.jevent.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The heap against a sorted list. */
class TimerHeapTest {
    private static final class Timer extends LoopTimer {
        @Override
        protected void onExpired() {}
    }

    @Test
    @Tag("parity") // regress_minheap.c: randomized
    void firstIsAlwaysTheEarliestAndOfEqualsTheOneSetFirst() {
        long seed = Long.getLong("jevent.test.seed", System.nanoTime());
        var random = new SplittableRandom(seed);
        for (int run = 0; run < 200; run++) {
            compareWithASortedList(random, seed);
        }
    }

    private static void compareWithASortedList(SplittableRandom random, long seed) {
        var heap = new TimerHeap();
        List<Timer> model = new ArrayList<>();
        // Around the point where a long wraps: only differences count.
        long origin = Long.MAX_VALUE - 50;
        for (int step = 0; step < 300; step++) {
            int choice = random.nextInt(10);
            if (choice < 6 || model.isEmpty()) {
                Timer timer = choice < 2 && !model.isEmpty() ? model.get(random.nextInt(model.size())) : new Timer();
                heap.set(timer, origin + random.nextInt(100));
                model.remove(timer);
                model.add(timer);
            } else {
                Timer timer = choice < 8 ? (Timer) heap.first() : model.get(random.nextInt(model.size()));
                heap.remove(timer);
                heap.remove(timer);
                model.remove(timer);
                assertThat(timer.isSet()).isFalse();
            }
            assertThat(heap.isEmpty()).isEqualTo(model.isEmpty());
            if (!model.isEmpty()) {
                // The list is in order of setting, and the sort is stable.
                Timer expected = model.stream()
                        .min(Comparator.comparingLong(timer -> timer.deadlineNanos - origin))
                        .orElseThrow();
                assertThat(heap.first()).as("seed " + seed).isSameAs(expected);
            }
        }
        heap.clear();
        assertThat(heap.isEmpty()).isTrue();
        assertThat(model).noneMatch(LoopTimer::isSet);
    }
}
