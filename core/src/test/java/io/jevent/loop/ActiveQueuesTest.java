package io.jevent.loop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** First in, first out, for each priority; and the way back from later. */
class ActiveQueuesTest {
    private static final class Entry extends Activation {
        Entry(int priority) {
            super(priority);
        }

        @Override
        protected void run() {}

        @Override
        protected Object source() {
            return this;
        }
    }

    private final ActiveQueues queues = new ActiveQueues(3);

    @Test
    void theBestPriorityIsFoundAndItsEntriesComeInOrder() {
        Entry low = new Entry(2);
        Entry first = new Entry(1);
        Entry second = new Entry(1);
        queues.add(low);
        queues.add(first);
        queues.add(second);
        assertThat(queues.bestPriority()).isEqualTo(1);
        assertThat(queues.takeFirst(1)).isSameAs(first);
        assertThat(first.isQueued()).isFalse();
        assertThat(queues.takeFirst(1)).isSameAs(second);
        assertThat(queues.bestPriority()).isEqualTo(2);
        assertThat(queues.count()).isEqualTo(1);
    }

    @Test
    void anyEntryCanBeRemovedFromWhereverItIs() {
        Entry[] entries = {new Entry(0), new Entry(0), new Entry(0), new Entry(0)};
        for (Entry entry : entries) {
            queues.add(entry);
        }
        queues.remove(entries[1]);
        queues.remove(entries[3]);
        queues.remove(entries[0]);
        assertThat(queues.takeFirst(0)).isSameAs(entries[2]);
        assertThat(queues.bestPriority()).isEqualTo(-1);
        assertThat(queues.count()).isZero();
    }

    @Test
    void entriesPutOffAreCountedButNotFoundUntilTheyComeBackInOrder() {
        Entry first = new Entry(0);
        Entry second = new Entry(0);
        queues.addLater(first);
        queues.addLater(second);
        assertThat(queues.bestPriority()).isEqualTo(-1);
        assertThat(queues.count()).isEqualTo(2);
        queues.activateLater();
        assertThat(queues.takeFirst(0)).isSameAs(first);
        assertThat(queues.takeFirst(0)).isSameAs(second);
    }
}
