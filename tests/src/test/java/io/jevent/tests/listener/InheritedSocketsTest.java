package io.jevent.tests.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.listener.InheritedSocket;
import io.jevent.listener.InheritedSockets;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the environment says about sockets that were passed on. */
class InheritedSocketsTest {
    private static final long PID = 4711;

    private static Map<String, String> environment(String count) {
        return Map.of("LISTEN_PID", "" + PID, "LISTEN_FDS", count);
    }

    private static Map<String, String> environment(String count, String names) {
        return Map.of("LISTEN_PID", "" + PID, "LISTEN_FDS", count, "LISTEN_FDNAMES", names);
    }

    @Test
    void socketsAreNumberedFromThreeInTheOrderOfTheirNames() {
        assertThat(InheritedSockets.listening(environment("3", "http:https:"), PID))
                .containsExactly(
                        new InheritedSocket("http", 3), new InheritedSocket("https", 4), new InheritedSocket("", 5));
    }

    @Test
    void withoutNamesTheyAreUnknown() {
        assertThat(InheritedSockets.listening(environment("2"), PID))
                .containsExactly(new InheritedSocket("unknown", 3), new InheritedSocket("unknown", 4));
    }

    @Test
    void whatWasPassedToAnotherProcessIsNotOurs() {
        assertThat(InheritedSockets.listening(environment("2"), PID + 1)).isEmpty();
        assertThat(InheritedSockets.listening(Map.of("LISTEN_FDS", "2"), PID)).isEmpty();
        assertThat(InheritedSockets.listening(Map.of("LISTEN_PID", "" + PID), PID))
                .isEmpty();
        assertThat(InheritedSockets.listening(Map.of(), PID)).isEmpty();
        assertThat(InheritedSockets.listening(environment("0", ""), PID)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1025", "three", "1 ", "99999999999999999999"})
    void aCountThatIsNoneIsRefused(String count) {
        assertThatThrownBy(() -> InheritedSockets.listening(environment(count), PID))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("need 0 <= LISTEN_FDS <= 1024, got " + count);
    }

    @Test
    void moreOrFewerNamesThanSocketsAreRefused() {
        assertThatThrownBy(() -> InheritedSockets.listening(environment("2", "http"), PID))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("LISTEN_FDS=2");
        assertThatThrownBy(() -> InheritedSockets.listening(Map.of("LISTEN_PID", "me", "LISTEN_FDS", "1"), PID))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("LISTEN_PID");
    }

    @Test
    void theTestsThemselvesInheritNone() throws IOException {
        assertThat(InheritedSockets.listening()).isEmpty();
        assertThat(InheritedSockets.channel()).isEmpty();
    }
}
