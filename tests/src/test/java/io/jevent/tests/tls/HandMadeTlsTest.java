package io.jevent.tests.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.tests.flavor.TlsCase;
import java.security.GeneralSecurityException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records of TLS 1.3 that no engine would make, encrypted as they should be: their floods are one failure, and held is little. */
@Timeout(300)
class HandMadeTlsTest {
    private static final byte[] BYTE = {7};

    /** What can be held for one connection. */
    private static final long HELD_BYTES = 300_000;

    private final HandMadeTlsClient client;
    private final HostileEnds ends = new HostileEnds(TlsCase.SERVER, TlsCase.HOST, /* oursServes= */ true);
    private final EchoNeighbour neighbour = new EchoNeighbour(ends.rig);

    HandMadeTlsTest() throws GeneralSecurityException {
        client = new HandMadeTlsClient();
    }

    /** Makes records, again and again. */
    private interface RecordMaker {
        byte[] make() throws GeneralSecurityException;
    }

    private void shakeHands() throws GeneralSecurityException {
        ends.wire.onRead(it -> {
            try {
                byte[] answer = client.take(it.input().removeAll());
                if (answer.length > 0) {
                    it.write(answer);
                }
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        });
        ends.send(client.hello(TlsCase.HOST));
        ends.settle();
        assertThat(ends.log).containsExactly("connected");
        assertThat(client.hasShakenHands()).isTrue();
    }

    private void flood(int count, RecordMaker maker) throws GeneralSecurityException {
        for (int i = 0; i < count && !ends.hasFailed(); i++) {
            ends.send(maker.make());
            if (i % 100 == 99) {
                ends.settle();
            }
        }
        ends.settle();
        neighbour.echoes(2);
    }

    private void close() {
        neighbour.close();
        ends.close();
    }

    private void assertCutOff() {
        assertThat(ends.log)
                .containsExactly("connected", "failed READING: the peer has sent 65 records without data in a row");
        assertThat(ends.mostBytes).isLessThan(HELD_BYTES);
        close();
    }

    @Test
    void paddingIsNotData() throws GeneralSecurityException {
        shakeHands();
        flood(50, () -> client.record(HandMadeTlsClient.DATA, BYTE, 1000));
        assertThat(ends.read.toByteArray()).hasSize(50).containsOnly(BYTE[0]);
        assertThat(ends.log).containsExactly("connected");
        close();
    }

    /** The JDK's provider takes not even one; others might, and then they are counted. */
    @ParameterizedTest
    @ValueSource(ints = {0, 16_000})
    void recordsOfNothingOrNothingButPaddingAreCutOff(int paddingBytes) throws GeneralSecurityException {
        shakeHands();
        flood(1000, () -> client.record(HandMadeTlsClient.DATA, new byte[0], paddingBytes));
        assertThat(ends.log)
                .hasSize(2)
                .last()
                .asString()
                .matches(
                        "failed READING: (.bad_record_mac. Incorrect inner plaintext: no content type|the peer has sent 65"
                                + " records without data in a row)");
        assertThat(ends.mostBytes).isLessThan(HELD_BYTES);
        close();
    }

    @Test
    void aFloodOfOtherKeysIsCutOff() throws GeneralSecurityException {
        shakeHands();
        flood(1000, () -> client.keyUpdate(/* asksToo= */ true));
        assertCutOff();
    }

    @Test
    void warningsWithoutEndAreCutOff() throws GeneralSecurityException {
        shakeHands();
        flood(1000, () -> client.record(HandMadeTlsClient.ALERT, new byte[] {1, 90}, 0));
        assertCutOff();
    }

    @Test
    void whoAsksForKeysAndDoesNotReadTheAnswersIsHeldBack() throws GeneralSecurityException {
        shakeHands();
        ends.wire.disableReading();
        int[] number = {0};
        flood(
                60_000,
                () -> number[0]++ % 2 == 0
                        ? client.keyUpdate(/* asksToo= */ true)
                        : client.record(HandMadeTlsClient.DATA, BYTE, 0));
        assertThat(ends.mostBytes).isLessThan(HELD_BYTES);
        assertThat(ends.read.size()).isLessThan(30_000);
        ends.wire.enableReading();
        ends.settle();
        assertThat(ends.read.toByteArray()).as("once it reads").hasSize(30_000).containsOnly(BYTE[0]);
        assertThat(ends.log).containsExactly("connected");
        close();
    }

    @Test
    void aMessageInsideTheConnectionThatNobodyExpectsIsOneFailure() throws GeneralSecurityException {
        shakeHands();
        flood(1, () -> client.record(HandMadeTlsClient.HANDSHAKE, HandMadeTlsClient.message(1, new byte[50]), 0));
        assertThat(ends.log)
                .containsExactly("connected", "failed READING: (illegal_parameter) Invalid ClientHello message");
        close();
    }
}
