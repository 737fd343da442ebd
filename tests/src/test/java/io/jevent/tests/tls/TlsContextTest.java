package io.jevent.tests.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.tls.SelfSigned;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates and keys, from wherever they come; what is wrong with them is said in one line that names the file. */
class TlsContextTest {
    private static final SelfSigned IDENTITY = SelfSigned.forHosts("one.test", "127.0.0.1", "::1");

    @TempDir
    Path folder;

    private Path chain;
    private Path key;

    @BeforeEach
    void writeFiles() throws Exception {
        chain = pem("chain.pem", "CERTIFICATE", IDENTITY.certificate().getEncoded());
        key = pem("key.pem", "PRIVATE KEY", IDENTITY.key().getEncoded());
    }

    private Path pem(String name, String label, byte[] content) throws IOException {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(content);
        return Files.writeString(
                folder.resolve(name),
                "what stands before is ignored\n-----BEGIN " + label + "-----\n" + body + "\n-----END " + label
                        + "-----\n");
    }

    /** The inner key of PKCS #8: version, algorithm, and the octets that are wanted. */
    private static byte[] innerKey(byte[] pkcs8) {
        int at = 4; // Inside the outer sequence, whose length takes two bytes or one more.
        if ((pkcs8[1] & 0xff) < 0x80) {
            at = 2;
        } else if ((pkcs8[1] & 0xff) == 0x81) {
            at = 3;
        }
        at += 3; // version
        at += 2 + pkcs8[at + 1]; // algorithm
        int lengthBytes = (pkcs8[at + 1] & 0xff) < 0x80 ? 1 : 1 + (pkcs8[at + 1] & 0x7f);
        return Arrays.copyOfRange(pkcs8, at + 1 + lengthBytes, pkcs8.length);
    }

    @Test
    void aCertificateAndItsKeyComeFromPemFiles() throws IOException {
        TlsContext context = TlsContext.builder().certificate(chain, key).build();
        assertThat(context.serverEngine().getUseClientMode()).isFalse();
        assertThat(context.handshakeTimeout()).isEqualTo(TlsContext.DEFAULT_HANDSHAKE_TIMEOUT);
        assertThat(context).hasToString("TlsContext[SunJSSE, [TLSv1.3, TLSv1.2]]");
    }

    @Test
    void oneFileMayHoldBoth() throws IOException {
        Path both = Files.writeString(folder.resolve("both.pem"), Files.readString(key) + Files.readString(chain));
        assertThat(TlsContext.builder().certificate(both, both).build()).isNotNull();
    }

    @Test
    void rsaKeysComeInTheOlderFormToo() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        Path old = pem(
                "rsa.pem",
                "RSA PRIVATE KEY",
                innerKey(generator.generateKeyPair().getPrivate().getEncoded()));
        assertThatThrownBy(() -> TlsContext.builder().certificate(chain, old).build())
                .as("read, but of another kind than the certificate")
                .isInstanceOf(IOException.class)
                .hasMessage("the certificate of CN=one.test is for a key of the kind EC, got one of RSA");
    }

    @Test
    void edwardsKeysAreRead() throws Exception {
        PrivateKey edwards =
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate();
        Path file = pem("ed.pem", "PRIVATE KEY", edwards.getEncoded());
        assertThatThrownBy(() -> TlsContext.builder().certificate(chain, file).build())
                .hasMessage("the certificate of CN=one.test is for a key of the kind EC, got one of EdDSA");
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    @Test
    void keysOfCurvesComeInTheOlderFormToo() throws IOException {
        Path certificate = file("fixture.pem", PemFixture.CERTIFICATE);
        Path older = file("older.pem", PemFixture.OLDER_KEY);
        assertThat(TlsContext.builder().certificate(certificate, older).build()).isNotNull();
    }

    @Test
    void anEncryptedKeyNeedsItsPassword() throws IOException {
        Path certificate = file("fixture.pem", PemFixture.CERTIFICATE);
        Path encrypted = file("encrypted.pem", PemFixture.ENCRYPTED_KEY);
        assertThat(TlsContext.builder()
                        .certificate(certificate, encrypted, "secret".toCharArray())
                        .build())
                .isNotNull();
        assertThatThrownBy(() ->
                        TlsContext.builder().certificate(certificate, encrypted).build())
                .isInstanceOf(IOException.class)
                .hasMessage(encrypted + ": the private key is encrypted, need its password");
        assertThatThrownBy(() -> TlsContext.builder()
                        .certificate(certificate, encrypted, "wrong".toCharArray())
                        .build())
                .isInstanceOf(IOException.class)
                .hasMessage(encrypted + ": the password of the private key is wrong");
    }

    @Test
    void anEncryptedKeyThatTakesTooLongIsRefused() throws IOException {
        Path certificate = file("fixture.pem", PemFixture.CERTIFICATE);
        Path slow = file("slow.pem", PemFixture.SLOW_KEY);
        assertThatThrownBy(() -> TlsContext.builder()
                        .certificate(certificate, slow, "secret".toCharArray())
                        .build())
                .isInstanceOf(IOException.class)
                .hasMessage(slow
                        + ": the private key is encrypted with 20000000 iterations, at most 10000000 are accepted");
    }

    @Test
    void aKeyThatIsAnothersIsFound() throws Exception {
        Path other = pem(
                "other.pem", "PRIVATE KEY", SelfSigned.forHosts("x.test").key().getEncoded());
        assertThatThrownBy(() -> TlsContext.builder().certificate(chain, other).build())
                .isInstanceOf(IOException.class)
                .hasMessage("the private key is not that of the certificate of CN=one.test");
    }

    @Test
    void whatIsNotThereOrBrokenIsNamed() throws Exception {
        assertThatThrownBy(() -> TlsContext.builder().certificate(key, key).build())
                .hasMessage(key + ": there is no certificate in it");
        assertThatThrownBy(() -> TlsContext.builder().certificate(chain, chain).build())
                .hasMessage(chain + ": need one private key, got 0");
        Path broken = pem("broken.pem", "CERTIFICATE", new byte[] {1, 2, 3});
        assertThatThrownBy(() -> TlsContext.builder().trust(broken).build())
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(broken + ": certificate 1 is broken: ");
        Path half = Files.writeString(
                folder.resolve("half.pem"), Files.readString(key).replace("END PRIVATE KEY", "END OTHER KEY"));
        assertThatThrownBy(() -> TlsContext.builder().certificate(chain, half).build())
                .hasMessage(half + ": PRIVATE KEY ends as OTHER KEY");
        Path large = folder.resolve("large.pem");
        Files.write(large, new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> TlsContext.builder().trust(large).build())
                .hasMessage(large + ": need at most 1048576 bytes, got more");
        Path garbage = pem("garbage.pem", "PRIVATE KEY", new byte[] {0x30, 3, 2, 1, 0});
        assertThatThrownBy(
                        () -> TlsContext.builder().certificate(chain, garbage).build())
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(garbage + ": the private key is broken: ");
        Path blanks =
                Files.writeString(folder.resolve("blanks.pem"), "-----BEGIN CERTIFICATE-----" + " ".repeat(1_000_000));
        assertThatThrownBy(() -> TlsContext.builder().trust(blanks).build())
                .hasMessage(blanks + ": there is no certificate in it");
        Path nowhere = folder.resolve("nowhere.pem");
        assertThatThrownBy(() -> TlsContext.builder().trust(nowhere).build())
                .hasMessage(nowhere + ": there is no such file");
        assertThatThrownBy(() -> TlsContext.builder().trust(folder).build())
                .hasMessageStartingWith(folder + ": cannot be read: ");
        Path endless = Path.of("/dev/zero");
        assertThatThrownBy(() -> TlsContext.builder().trust(endless).build())
                .hasMessage(endless + ": need at most 1048576 bytes, got more");
    }

    @Test
    void certificatesComeFromKeyStoresAndContextsAsTheyAre() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        char[] password = "secret".toCharArray();
        store.setKeyEntry("own", IDENTITY.key(), password, new Certificate[] {IDENTITY.certificate()});
        assertThat(TlsContext.builder().certificates(store, password).build().sslContext())
                .isNotNull();
        SSLContext given = SSLContext.getDefault();
        assertThat(TlsContext.builder().context(given).build().sslContext()).isSameAs(given);
    }

    @Test
    void reloadingTakesWhatIsGoodAndKeepsTheOldElse() throws Exception {
        TlsContext context = TlsContext.builder().certificate(chain, key).build();
        SSLContext first = context.sslContext();
        SelfSigned next = SelfSigned.forHosts("one.test");
        pem("chain.pem", "CERTIFICATE", next.certificate().getEncoded());
        assertThatThrownBy(context::reload)
                .isInstanceOf(IOException.class)
                .hasMessage("the private key is not that of the certificate of CN=one.test");
        assertThat(context.sslContext()).isSameAs(first);
        pem("key.pem", "PRIVATE KEY", next.key().getEncoded());
        context.reload();
        assertThat(context.sslContext()).isNotSameAs(first);
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> TlsContext.builder().protocols("TLSv9").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TLSv9");
        assertThatThrownBy(() -> TlsContext.builder().ciphers("NONSENSE").build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NONSENSE");
        assertThatThrownBy(() -> TlsContext.builder().protocols()).hasMessage("need at least one protocol");
        assertThatThrownBy(() -> TlsContext.builder().handshakeTimeout(Duration.ZERO))
                .hasMessage("need a handshake timeout > 0, got PT0S");
        assertThatThrownBy(() -> TlsContext.builder().certificate(List.of(), IDENTITY.key()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSelfSignedCertificateIsForItsHosts() throws Exception {
        IDENTITY.certificate().checkValidity();
        IDENTITY.certificate().verify(IDENTITY.certificate().getPublicKey());
        List<Object> names = new ArrayList<>();
        IDENTITY.certificate().getSubjectAlternativeNames().forEach(name -> names.add(name.get(1)));
        assertThat(names).isEqualTo(List.of("one.test", "127.0.0.1", "0:0:0:0:0:0:0:1"));
    }

    @Test
    void ciphersAreModernUnlessOthersAreNamed() throws Exception {
        String[] usual = TlsContext.builder().build().serverEngine().getEnabledCipherSuites();
        assertThat(usual)
                .contains("TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")
                .allMatch(name -> name.contains("_GCM_") || name.contains("_CHACHA20_POLY1305_"))
                .noneMatch(name -> name.startsWith("TLS_RSA_") || name.startsWith("TLS_DHE_"));
        String old = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA";
        assertThat(TlsContext.builder().ciphers(old).build().serverEngine().getEnabledCipherSuites())
                .containsExactly(old);
    }
}
