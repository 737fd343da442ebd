package io.jevent.tests.event;

import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.testkit.ScriptedBackend;
import java.io.IOException;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A case about events of one base, with a pipe to watch. Time and readiness are the script's. */
abstract class EventCase {
    final ScriptedBackend script = new ScriptedBackend();
    final EventBase base;
    final List<String> log = new ArrayList<>();
    Pipe pipe;

    EventCase() {
        this(EventBaseConfig.builder());
    }

    EventCase(EventBaseConfig.Builder config) {
        base = script.newBase(config);
    }

    @BeforeEach
    void open() throws IOException {
        pipe = Pipe.open();
    }

    @AfterEach
    void close() throws IOException {
        base.close();
        pipe.source().close();
        pipe.sink().close();
    }
}
