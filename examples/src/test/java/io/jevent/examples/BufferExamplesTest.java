package io.jevent.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.buffer.EvBuffer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The examples for buffers alone. */
class BufferExamplesTest {
    @Test
    void theHeadTellsTheLengthOfTheBodyBehindIt() {
        try (EvBuffer buffer = EvBuffer.create()) {
            BuildMessage.build(List.of("a", "ü"), buffer);
            assertThat(buffer.removeString(UTF_8)).isEqualTo("LENGTH 13\r\n\r\n  1 a\n  2 ü\n");
        }
    }

    @Test
    void aSocksRequestIsTakenWhenItIsCompleteAndNotBefore() throws IOException {
        byte[] bytes = HexFormat.of().parseHex("04010050c00002076d6500ff");
        try (EvBuffer buffer = EvBuffer.create()) {
            for (int i = 0; i < bytes.length - 2; i++) {
                buffer.add(bytes, i, 1);
                assertThat(Socks4Request.parse(buffer)).isEmpty();
                assertThat(buffer.length()).isEqualTo(i + 1);
            }
            buffer.add(bytes, bytes.length - 2, 2);
            assertThat(Socks4Request.parse(buffer))
                    .contains(new Socks4Request(1, new InetSocketAddress("192.0.2.7", 80), "me"));
            assertThat(buffer.length()).isEqualTo(1);
        }
    }

    @Test
    void aSocksRequestOfAnotherVersionOrWithAnEndlessNameIsRefused() {
        try (EvBuffer buffer = EvBuffer.create()) {
            buffer.addAscii("GET / HTTP/1.1");
            assertThatThrownBy(() -> Socks4Request.parse(buffer))
                    .hasMessage("need version 4 and command 1 or 2, got 71 and 69");
            buffer.drain(Long.MAX_VALUE);
            buffer.add(new byte[] {4, 1, 0, 80, 1, 2, 3, 4});
            buffer.addAscii("x".repeat(256));
            assertThatThrownBy(() -> Socks4Request.parse(buffer)).hasMessage("need a name of at most 255 bytes");
        }
    }

    @Test
    void wordsAreCountedAcrossChunksAndALineMayEndInTwoWays() throws IOException {
        try (EvBuffer buffer = EvBuffer.create();
                EvBuffer other = EvBuffer.create()) {
            buffer.addAscii("first\r\nsecond\nban");
            other.addAscii("anana");
            buffer.addBuffer(other);
            assertThat(CountWords.firstLine(buffer)).contains("first");
            assertThat(CountWords.firstLine(buffer)).contains("second");
            assertThat(CountWords.firstLine(buffer)).isEmpty();
            assertThat(CountWords.count(buffer, "an".getBytes(US_ASCII))).isEqualTo(3);
            assertThat(CountWords.count(buffer, "ana".getBytes(US_ASCII))).isEqualTo(2);
            assertThatThrownBy(() -> CountWords.count(buffer, new byte[0]))
                    .isInstanceOf(IllegalArgumentException.class);
            buffer.addAscii("x".repeat(8000));
            assertThatThrownBy(() -> CountWords.firstLine(buffer)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void peekingShowsPiecesAndTakesNothing() throws IOException {
        byte[] bytes = new byte[200_000];
        new SplittableRandom(1).nextBytes(bytes);
        bytes[100_000] = 1;
        bytes[100_001] = 2;
        bytes[100_002] = 3;
        try (EvBuffer buffer = EvBuffer.create()) {
            buffer.add(bytes);
            assertThat(PeekAndWrite.firstTwo(buffer)).hasSize(2);
            ByteArrayOutputStream copied = new ByteArrayOutputStream();
            assertThat(PeekAndWrite.copyTo(Channels.newChannel(copied), buffer.peek(4096)))
                    .isEqualTo(4096);
            assertThat(copied.toByteArray()).isEqualTo(java.util.Arrays.copyOf(bytes, 4096));
            assertThat(PeekAndWrite.behind(buffer, new byte[] {1, 2, 3}).orElseThrow().stream()
                            .mapToInt(ByteBuffer::remaining)
                            .sum())
                    .isEqualTo(bytes.length - 100_003);
            assertThat(buffer.length()).isEqualTo(bytes.length);
        }
    }

    @Test
    void roomIsFilledInPlaceAndRefusedOnceSomethingCameBetween() {
        byte[] expected = new byte[2048];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < expected.length; i++) {
            expected[i] = (byte) random.nextInt();
        }
        try (EvBuffer buffer = EvBuffer.create()) {
            ReserveAndCommit.fill(buffer, 2048, new SplittableRandom(1));
            assertThat(buffer.removeAll()).isEqualTo(expected);
            assertThat(ReserveAndCommit.disturbed(buffer)).startsWith("refused").endsWith("added 9 bytes");
            assertThat(buffer.removeString(US_ASCII)).isEqualTo("meanwhile");
        }
    }

    @Test
    void everyMegabyteThatLeftIsToldOnce() throws IOException {
        byte[] bytes = new byte[3_500_000];
        new SplittableRandom(1).nextBytes(bytes);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int[] dots = new int[1];
        long copied = DotPerMegabyte.copy(
                Channels.newChannel(new ByteArrayInputStream(bytes)), Channels.newChannel(out), () -> dots[0]++);
        assertThat(copied).isEqualTo(bytes.length);
        assertThat(out.toByteArray()).isEqualTo(bytes);
        assertThat(dots[0]).isEqualTo(3);
    }
}
