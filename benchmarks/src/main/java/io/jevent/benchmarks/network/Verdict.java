package io.jevent.benchmarks.network;

import java.util.ArrayList;
import java.util.List;

/** Whether what must hold does, and what is wished for. */
final class Verdict {
    private final List<Limit> musts = new ArrayList<>();
    private final List<Limit> goals = new ArrayList<>();

    void must(Limit limit) {
        musts.add(limit);
    }

    void goal(Limit limit) {
        goals.add(limit);
    }

    /** {@return "yes", "no", or a dash where there is no such budget or not all of it was measured} */
    String must() {
        return word(musts);
    }

    /** {@return the same of the goal} */
    String goal() {
        return word(goals);
    }

    private static String word(List<Limit> limits) {
        if (limits.stream().anyMatch(Limit::isMissed)) {
            return "no";
        }
        return !limits.isEmpty() && limits.stream().allMatch(Limit::isHeld) ? "yes" : "–";
    }

    /** Adds a line for each limit that is missed. */
    void missed(String what, List<String> lines) {
        musts.stream().filter(Limit::isMissed).forEach(limit -> lines.add("must: " + what + ": " + limit));
        goals.stream().filter(Limit::isMissed).forEach(limit -> lines.add("goal: " + what + ": " + limit));
    }
}
