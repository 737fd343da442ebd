package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.buffer.FileSegment;
import io.jevent.bufferevent.Condition;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileServerTest {
    @Test
    void everyClientGetsTheWholeFileAndTheEndThoughTheSegmentIsClosed(@TempDir Path folder) throws IOException {
        for (String content : List.of("", "short", "0123456789".repeat(20_000))) {
            Path path = Files.writeString(folder.resolve("file"), content);
            try (LoopRig rig = LoopRig.simulated(5, Faults.mild())) {
                List<LoopRig.Pair> pairs = List.of(rig.connectedPair(), rig.connectedPair());
                List<Condition> ends = new ArrayList<>();
                boolean[] released = new boolean[1];
                try (FileSegment file = FileSegment.open(path)) {
                    file.onEnd(() -> released[0] = true);
                    for (LoopRig.Pair pair : pairs) {
                        FileServer.serve(pair.far(), file);
                        pair.near().onCondition((_, condition) -> ends.add(condition));
                        pair.near().enableReading();
                    }
                }
                rig.runUntil(() -> ends.size() == 2);
                assertThat(ends).hasOnlyElementsOfType(Condition.Eof.class);
                assertThat(released[0]).isTrue();
                for (LoopRig.Pair pair : pairs) {
                    assertThat(pair.near().input().removeString(US_ASCII)).isEqualTo(content);
                }
            }
        }
    }
}
