package io.jevent.tests.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.tests.flavor.TlsCase;
import io.jevent.tls.TlsContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A peer's whole stream, handshake and data and close_notify, that ends at every byte: with an end, with a reset, or with silence.
 * One failure says so, or an end if the peer has said so; no part of a record is read, nobody waits for ever.
 */
@Timeout(300)
class CutTlsTest {
    private static final int DATA_RECORDS = 3;
    private static final int RECORD_BYTES = 10;

    enum Ending {
        END,
        RESET,
        SILENCE
    }

    /** Lets so many bytes of the peer's pass, and then ends in some way; notes where records end. */
    private static final class Cut implements TamperedTls.Tampering {
        private final int limit;
        private final Ending ending;
        private final List<Integer> recordEnds = new ArrayList<>();
        private int total;

        Cut(int limit, Ending ending) {
            this.limit = limit;
            this.ending = ending;
        }

        @Override
        public List<byte[]> instead(byte[] record) {
            int passing = Math.clamp(limit - total, 0, record.length);
            total += record.length;
            recordEnds.add(total);
            return passing == 0 ? List.of() : List.of(Arrays.copyOf(record, passing));
        }

        /** Whether a record was cut, or kept back as a whole. */
        boolean isReached() {
            return total > limit;
        }

        void end(TamperedTls ends) {
            switch (ending) {
                case END -> ends.end();
                case RESET -> ends.reset();
                case SILENCE -> {}
            }
        }
    }

    /** Runs it all; the peer ends once the cut is reached. */
    private static void converse(TamperedTls ends, Cut cut) {
        ends.settle();
        for (int i = 0; i < DATA_RECORDS && !cut.isReached(); i++) {
            byte[] data = new byte[RECORD_BYTES];
            Arrays.fill(data, (byte) i);
            ends.sendData(data);
        }
        if (!cut.isReached()) {
            ends.sendFrom(RawTlsPeer::closeNotify);
        }
        ends.settle();
        cut.end(ends);
        ends.waitLong();
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.3, true, END",
        "TLSv1.3, true, RESET",
        "TLSv1.3, true, SILENCE",
        "TLSv1.3, false, END",
        "TLSv1.3, false, RESET",
        "TLSv1.3, false, SILENCE",
        "TLSv1.2, true, END",
        "TLSv1.2, true, RESET",
        "TLSv1.2, true, SILENCE",
        "TLSv1.2, false, END",
        "TLSv1.2, false, RESET",
        "TLSv1.2, false, SILENCE"
    })
    void aStreamThatEndsAtAnyByteIsToldFromOneThatIsWhole(String protocol, boolean oursServes, Ending ending) {
        int limit = 0;
        boolean isWhole = false;
        while (!isWhole) {
            Cut cut = new Cut(limit, ending);
            TlsContext context = FuzzedTls.context(protocol); // Which knows no session.
            try (TamperedTls ends = new TamperedTls(context, TlsCase.HOST, oursServes, cut)) {
                converse(ends, cut);
                isWhole = !cut.isReached();
                check(ends, cut, isWhole);
            } catch (AssertionError e) {
                throw new AssertionError("cut at " + limit, e);
            }
            limit += ending == Ending.SILENCE ? 13 : 1; // Silence is the same wherever in a record it begins.
        }
        assertThat(limit).isGreaterThan(200);
    }

    private static void check(TamperedTls ends, Cut cut, boolean isWhole) {
        List<String> log = ends.log;
        assertThat(ends.read.size() % RECORD_BYTES)
                .as("bytes of a record that was cut")
                .isZero();
        if (isWhole) {
            assertThat(log).startsWith("connected", "eof");
            assertThat(ends.read.size()).isEqualTo(DATA_RECORDS * RECORD_BYTES);
        } else if (cut.ending == Ending.SILENCE && ends.hasConnected()) {
            assertThat(log).as("nobody has set a timeout").containsExactly("connected");
        } else if (ends.hasConnected()) {
            assertThat(log)
                    .hasSize(2)
                    .last()
                    .asString()
                    .matches(
                            "failed (READING|WRITING): (the connection ended without close_notify: what came last may have been cut"
                                    + " off|Connection reset.*|Broken pipe.*)");
        } else {
            assertThat(log)
                    .hasSize(1)
                    .first()
                    .asString()
                    .matches(
                            "failed CONNECTING: (the peer closed the connection in the midst of the handshake|Connection reset.*"
                                    + "|Broken pipe.*|the TLS handshake took longer than 10000 ms)");
        }
    }
}
