package io.jevent.event;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** All subsets of {@link Trigger}, made once. */
final class TriggerSets {
    private TriggerSets() {}

    /** The subset whose members are the set bits of the index. */
    static List<Set<Trigger>> all() {
        Trigger[] triggers = Trigger.values();
        List<Set<Trigger>> sets = new ArrayList<>();
        for (int mask = 0; mask < 1 << triggers.length; mask++) {
            Set<Trigger> set = EnumSet.noneOf(Trigger.class);
            for (Trigger trigger : triggers) {
                if ((mask & trigger.bit) != 0) {
                    set.add(trigger);
                }
            }
            sets.add(Collections.unmodifiableSet(set));
        }
        return List.copyOf(sets);
    }
}
