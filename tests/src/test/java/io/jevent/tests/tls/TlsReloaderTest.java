package io.jevent.tests.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.bufferevent.TlsReloadResult;
import io.jevent.bufferevent.TlsReloader;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.backend.BackendUnderTest;
import io.jevent.tests.logging.LogCapture;
import io.jevent.tls.SelfSigned;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate is replaced while the server runs. */
class TlsReloaderTest {
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration THREE_LOOKS = INTERVAL.multipliedBy(3);

    private final LoopRig rig = BackendUnderTest.SIMULATED.open();
    private final LogCapture log = new LogCapture("io.jevent.tls");
    private final List<String> told = new ArrayList<>();

    @TempDir
    private Path folder;

    private Path chain;
    private Path key;
    private TlsContext context;
    private TlsReloader reloader;

    @BeforeEach
    void start() throws IOException {
        chain = folder.resolve("chain.pem");
        key = folder.resolve("key.pem");
        write("old.test");
        context = TlsContext.builder()
                .certificate(chain, key)
                .taskExecutor(Runnable::run)
                .build();
        reloader = TlsReloader.watch(rig.base(), context, INTERVAL, result -> told.add(describe(result)));
    }

    @AfterEach
    void close() {
        reloader.close();
        log.close();
        rig.close();
    }

    private void write(String host) throws IOException {
        SelfSigned identity = SelfSigned.forHosts(host);
        Files.writeString(chain, identity.certificatePem());
        Files.writeString(key, identity.keyPem());
    }

    private static String describe(TlsReloadResult result) {
        return switch (result) {
            case TlsReloadResult.Reloaded _ -> "reloaded";
            case TlsReloadResult.Kept kept -> "kept: " + kept.cause().getMessage();
        };
    }

    /** Who a new client finds on the server's side. */
    private String served() throws IOException {
        TlsContext client = TlsContext.builder()
                .trustEverybody()
                .taskExecutor(Runnable::run)
                .build();
        PairBufferEvent near = PairBufferEvent.create(rig.base());
        try (TlsBufferEvent asking =
                        TlsBufferEvent.client(near, client, "any.test", 443, BufferEventOption.CLOSE_ON_FREE);
                TlsBufferEvent answering =
                        TlsBufferEvent.server(near.partner().orElseThrow(), context, BufferEventOption.CLOSE_ON_FREE)) {
            answering.enableReading();
            rig.run(Duration.ofMillis(1));
            return asking.facts()
                    .orElseThrow()
                    .peerChain()
                    .getFirst()
                    .getSubjectX500Principal()
                    .getName();
        }
    }

    private List<Level> logged() {
        return log.records().stream().map(LogRecord::getLevel).toList();
    }

    @Test
    void aNewCertificateIsUsedOnceItsFilesHaveSettled() throws IOException {
        rig.run(THREE_LOOKS);
        assertThat(told).isEmpty();
        write("new.test");
        rig.run(INTERVAL);
        assertThat(told).as("seen, not settled").isEmpty();
        assertThat(served()).isEqualTo("CN=old.test");
        rig.run(INTERVAL);
        assertThat(told).containsExactly("reloaded");
        assertThat(served()).isEqualTo("CN=new.test");
        assertThat(logged()).containsExactly(Level.INFO);
        rig.run(THREE_LOOKS);
        assertThat(told).as("no change, no reading").hasSize(1);
    }

    @Test
    void filesThatDoNotFitEachOtherChangeNothingAndAreToldOnce() throws IOException {
        byte[] old = Files.readAllBytes(key);
        write("new.test");
        byte[] fitting = Files.readAllBytes(key);
        Files.write(key, old);
        rig.run(THREE_LOOKS.multipliedBy(2));
        assertThat(told).containsExactly("kept: the private key is not that of the certificate of CN=new.test");
        assertThat(logged()).containsExactly(Level.WARNING);
        assertThat(served()).isEqualTo("CN=old.test");
        Files.write(key, fitting);
        rig.run(THREE_LOOKS);
        assertThat(told).hasSize(2).endsWith("reloaded");
        assertThat(served()).isEqualTo("CN=new.test");
    }

    @Test
    void aFileThatIsGoneChangesNothing() throws IOException {
        Files.delete(chain);
        rig.run(THREE_LOOKS);
        assertThat(told).singleElement().asString().startsWith("kept: ").contains("chain.pem");
        assertThat(served()).isEqualTo("CN=old.test");
    }

    @Test
    void aLinkThatPointsElsewhereIsAChange() throws IOException {
        Path one = Files.createDirectory(folder.resolve("one"));
        Path two = Files.createDirectory(folder.resolve("two"));
        Files.move(chain, one.resolve("chain.pem"));
        Files.move(key, one.resolve("key.pem"));
        write("two.test");
        Files.move(chain, two.resolve("chain.pem"));
        Files.move(key, two.resolve("key.pem"));
        Files.createSymbolicLink(chain, one.resolve("chain.pem"));
        Files.createSymbolicLink(key, one.resolve("key.pem"));
        rig.run(THREE_LOOKS); // The place has changed, not what is there.
        told.clear();
        Files.delete(chain);
        Files.createSymbolicLink(chain, two.resolve("chain.pem"));
        Files.delete(key);
        Files.createSymbolicLink(key, two.resolve("key.pem"));
        rig.run(THREE_LOOKS);
        assertThat(told).containsExactly("reloaded");
        assertThat(served()).isEqualTo("CN=two.test");
    }

    @Test
    void readingAtOnceDoesNotWaitForAChange() throws IOException {
        reloader.reload();
        assertThat(told).as("not inside the call").isEmpty();
        rig.run(Duration.ZERO);
        assertThat(told).containsExactly("reloaded");
        Files.writeString(key, "no key");
        reloader.reload();
        rig.run(Duration.ZERO);
        assertThat(told).hasSize(2).last().asString().startsWith("kept: ");
        rig.run(THREE_LOOKS);
        assertThat(told).as("what was tried is not tried again").hasSize(2);
    }

    @Test
    void noThreadToReadWithIsToldToWhoeverAskedForIt() throws IOException {
        TlsContext busy = TlsContext.builder()
                .certificate(chain, key)
                .taskExecutor(_ -> {
                    throw new RejectedExecutionException();
                })
                .build();
        try (TlsReloader other = TlsReloader.watch(rig.base(), busy, INTERVAL, result -> told.add(describe(result)))) {
            other.reload();
            rig.run(THREE_LOOKS);
        }
        assertThat(told).containsExactly("kept: too many TLS handshakes at once");
    }

    @Test
    void nothingIsToldOnceItIsClosed() throws IOException {
        write("new.test");
        reloader.reload();
        reloader.close();
        rig.run(THREE_LOOKS);
        assertThat(told).isEmpty();
        assertThatThrownBy(reloader::reload).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aContextWithoutFilesHasNothingToLookAt() throws IOException {
        TlsContext given = TlsContext.builder().trustEverybody().build();
        assertThatThrownBy(() -> TlsReloader.watch(rig.base(), given, INTERVAL, _ -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TlsReloader.watch(rig.base(), context, Duration.ZERO, _ -> {}))
                .hasMessage("need an interval > 0, got PT0S");
    }
}
