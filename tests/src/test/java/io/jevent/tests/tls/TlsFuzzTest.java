package io.jevent.tests.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.jevent.tests.flavor.TlsCase;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;

/**
 * Whatever a peer makes of its records, an end of ours reads what that peer has sent, from its start, or reports one failure that
 * says something; it throws nothing, holds little, and leaves nothing behind.
 */
@Tag("fuzz") // for a JVM of its own
class TlsFuzzTest {
    private static final int DATA_BYTES = 3_000;
    private static final long MAX_HELD_BYTES = 1 << 20;

    /**
     * A real handshake, data, other keys, data, close_notify, of a peer that is a client or a server. The first byte of the input
     * chooses role and version; behind it each four bytes say what becomes of which record.
     */
    @FuzzTest(maxDuration = "15m")
    void aPeerThatTampersWithItsRecordsGetsNothingButAFailure(byte[] input) {
        int first = input.length > 0 ? input[0] : 0;
        TlsContext context = FuzzedTls.context((first & 2) == 0 ? "TLSv1.3" : "TLSv1.2");
        byte[] data = new byte[DATA_BYTES];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) ((i * 31) >> 3);
        }
        RecordTampering tampering =
                new RecordTampering(Arrays.copyOfRange(input, Math.min(1, input.length), input.length));
        try (TamperedTls ends = new TamperedTls(context, TlsCase.HOST, (first & 1) == 0, tampering)) {
            tampering.ends = ends;
            ends.ours.write(data);
            ends.settle();
            ends.sendFrom(peer -> List.of(peer.data(data, 0, 1)));
            if (ends.peer.hasShakenHands() && ends.peer.isTls13()) {
                ends.sendFrom(RawTlsPeer::beginAgain);
            }
            ends.sendFrom(peer -> List.of(peer.data(data, 1, 999)));
            ends.settle();
            ends.sendFrom(peer -> List.of(peer.data(data, 1_000, 2_000)));
            ends.sendFrom(RawTlsPeer::closeNotify);
            tampering.letGo();
            ends.settle();
            ends.waitLong();
            check(ends);
        }
    }

    /** The first byte chooses the role, the second how much comes at once; the rest comes. */
    @FuzzTest(maxDuration = "15m")
    void bytesOfAnyKindAreRefusedInWords(byte[] input) {
        int first = input.length > 0 ? input[0] : 0;
        int pieceBytes = 1 + (input.length > 1 ? input[1] & 0xff : 0);
        TlsContext context = FuzzedTls.context((first & 2) == 0 ? "TLSv1.3" : "TLSv1.2");
        try (TamperedTls ends = new TamperedTls(context, TlsCase.HOST, (first & 1) == 0, _ -> List.of())) {
            for (int from = 2; from < input.length; from += pieceBytes) {
                ends.send(Arrays.copyOfRange(input, from, Math.min(input.length, from + pieceBytes)));
                ends.settle();
            }
            if ((first & 4) != 0) {
                ends.end();
            }
            ends.waitLong();
            check(ends);
            require(ends.hasFailed(), "a handshake that never ends");
        }
    }

    private static void check(TamperedTls ends) {
        byte[] read = ends.read.toByteArray();
        byte[] sent = ends.peer.sent();
        require(
                read.length <= sent.length && Arrays.equals(read, 0, read.length, sent, 0, read.length),
                "bytes that nobody sent");
        require(ends.hasConnected() || ends.hasFailed(), "neither connected nor failed");
        require(ends.mostBytes < MAX_HELD_BYTES, "holds " + ends.mostBytes + " bytes");
        for (String line : ends.log) {
            require(!line.endsWith(": null") && !line.endsWith(": "), "a failure without a message: " + line);
        }
    }

    /**
     * The first byte chooses the kind of file; then each three bytes are a place in it and what stands there instead, until the
     * place is 65,535. What follows is put at the end.
     */
    @FuzzTest(maxDuration = "15m")
    void filesThatAreBrokenAreRefusedAndNameTheFile(byte[] input) throws IOException {
        PemMutation mutation = PemMutation.of(input);
        Path folder = Files.createTempDirectory("jevent-pem");
        Path chain = Files.writeString(folder.resolve("chain.pem"), mutation.chain(), ISO_8859_1);
        Path key = Files.writeString(folder.resolve("key.pem"), mutation.key(), ISO_8859_1);
        try {
            TlsContext.builder()
                    .certificate(chain, key, "secret".toCharArray())
                    .trust(chain)
                    .taskExecutor(Runnable::run)
                    .build();
        } catch (IOException e) {
            require(e.getMessage() != null && !e.getMessage().isBlank(), "a failure without a message");
        } finally {
            Files.delete(chain);
            Files.delete(key);
            Files.delete(folder);
        }
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
