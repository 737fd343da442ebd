package io.jevent.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That every workload runs and does the same each time; how long it takes is nobody's business here. */
class WorkloadTest {
    @ParameterizedTest
    @MethodSource("namesOfAllButTimers")
    void everyWorkloadRunsAndPrintsItsRow(String name) {
        try (Workload workload = Workloads.open(name)) {
            assertThat(SideBySide.measure(workload, 0, 0))
                    .singleElement()
                    .satisfies(line ->
                            assertThat(line).matches(name + " (byte|move|hop|turn|task|message) [0-9.]+ [1-9][0-9]*"));
        }
    }

    @Test
    void oneTimerInTenFires() {
        try (Workload workload = new TimerWorkload(1000)) {
            assertThat(SideBySide.measure(workload, 0, 0))
                    .hasSize(5)
                    .allSatisfy(line -> assertThat(line).endsWith(" 100"));
        }
    }

    @ParameterizedTest
    @MethodSource("io.jevent.benchmarks.TlsSideBySide#timed")
    void tlsIsTheSameWorkOnEnginesAndOnBufferEvents(String name) {
        List<String> lines = TlsSideBySide.byTurns(name, 0, 0);
        assertThat(lines).hasSize(2);
        String rest = " " + name + " (byte|message|handshake) [0-9.]+ [1-9][0-9]*";
        assertThat(lines.get(0)).matches("engine" + rest);
        assertThat(lines.get(1)).matches("jevent" + rest);
        assertThat(sumOf(lines.get(1))).isEqualTo(sumOf(lines.get(0)));
    }

    private static String sumOf(String line) {
        return line.substring(line.lastIndexOf(' '));
    }

    @Test
    void aSilentTlsConnectionTakesMemory() {
        assertThat(TlsSideBySide.names()).contains("tls13-idle");
        assertThat(TlsSideBySide.idleLine(true, "tls13-idle", 20)).matches("tls13-idle connection -?[0-9.]+ 0");
    }

    static List<String> namesOfAllButTimers() {
        List<String> names = new ArrayList<>();
        Workloads.names().forEach(names::add);
        names.remove("timers");
        return names;
    }
}
