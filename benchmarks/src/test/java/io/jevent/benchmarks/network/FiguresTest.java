package io.jevent.benchmarks.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What becomes of the numbers that load, strace and the JVMs said. */
class FiguresTest {
    private static LoadResult load(long cpuNanosPerMessage, long p99Nanos) {
        return new LoadResult(1000, 1_000_000_000, 0, 1000 * cpuNanosPerMessage, p99Nanos / 2, p99Nanos, p99Nanos * 2);
    }

    @Test
    void theMedianOfAnEvenNumberIsTheMeanOfTheMiddle() {
        assertThat(Spread.of(4, 1, 3, 2)).contains(new Spread(1, 2.5, 4));
        assertThat(Spread.of(9, 1, 3)).contains(new Spread(1, 3, 9));
        assertThat(Spread.of()).isEmpty();
    }

    @Test
    void aLoadIsReadFromSevenNumbers() {
        LoadResult load = LoadResult.parse("2000 1000000 400000 1600000 5000 9000 12000\n");
        assertThat(load.cpuMicros()).isEqualTo(1.0);
        assertThat(load.userMicros()).isEqualTo(0.2);
        assertThat(load.p99Micros()).isEqualTo(9.0);
    }

    @Test
    void aLoadThatEchoedNothingOrSaysSomethingElseIsRefused() {
        assertThatThrownBy(() -> LoadResult.parse("0 1 2 3 4 5 6")).hasMessageContaining("nothing was echoed");
        assertThatThrownBy(() -> LoadResult.parse("wrong byte")).hasMessageContaining("need seven numbers");
        assertThatThrownBy(() -> LoadResult.parse("1 2 3 4 5 6 -7")).hasMessageContaining("need seven numbers");
    }

    @Test
    void systemCallsAreCountedWithAndWithoutErrors() {
        SystemCalls calls = SystemCalls.parse("""
                % time     seconds  usecs/call     calls    errors syscall
                ------ ----------- ----------- --------- --------- ----------------
                 60.00    0.500000           5       100           write
                 30.00    0.250000           2       110        10 read
                  5.00    0.050000           2        20           epoll_wait
                  3.00    0.010000           2         5           epoll_ctl
                  2.00    0.010000           2        40           futex
                ------ ----------- ----------- --------- --------- ----------------
                100.00    0.820000           3       275        10 total
                """, 100);
        assertThat(calls.total()).isCloseTo(2.75, within(1e-9));
        assertThat(calls.moves()).isCloseTo(2.1, within(1e-9));
        assertThat(calls.waits()).isCloseTo(0.2, within(1e-9));
        assertThat(calls.talk()).isCloseTo(0.05, within(1e-9));
        assertThat(calls.text()).startsWith("read 1.10, write 1.00");
    }

    @Test
    void ratiosAreTakenWithinARound() {
        Measurements measured = new Measurements();
        measured.add(Shape.ECHO_64, Server.LIBEVENT, 1, load(1000, 10));
        measured.add(Shape.ECHO_64, Server.LIBEVENT, 2, load(4000, 10));
        measured.add(Shape.ECHO_64, Server.JEVENT_NIO, 1, load(500, 10));
        measured.add(Shape.ECHO_64, Server.JEVENT_NIO, 2, load(1000, 10));
        measured.add(Shape.ECHO_64, Server.JEVENT_NIO, 3, load(1, 10));
        assertThat(measured.ratio(Shape.ECHO_64, Server.JEVENT_NIO, Server.LIBEVENT, LoadResult::cpuMicros))
                .contains(new Spread(0.25, 0.375, 0.5));
    }

    @Test
    void aBudgetIsHeldMissedOrNotMeasured() {
        Measurements measured = new Measurements();
        measured.add(Shape.ECHO_64, Server.LIBEVENT, 1, load(1000, 1000));
        measured.add(Shape.ECHO_64, Server.NETTY_EPOLL, 1, load(700, 1000));
        measured.add(Shape.ECHO_64, Server.C_EPOLL, 1, load(600, 1000));
        measured.add(Shape.ECHO_64, Server.JEVENT_EPOLL, 1, load(750, 900));
        Budgets budgets = new Budgets(measured);
        assertThat(budgets.cpu(Shape.ECHO_64, Server.JEVENT_EPOLL).must()).isEqualTo("no");
        assertThat(budgets.p99(Shape.ECHO_64, Server.JEVENT_EPOLL).must()).isEqualTo("yes");
        assertThat(budgets.cpu(Shape.ECHO_64, Server.JEVENT_NIO).must()).isEqualTo("–");
        assertThat(budgets.cpu(Shape.ECHO_64, Server.NETTY_EPOLL).must()).isEqualTo("–");
        assertThat(budgets.missed(Role.ECHO))
                .contains(
                        "must: jevent epoll, CPU, 50 × 64 B: 1.07 × Netty epoll, at most 1.00",
                        "goal: jevent epoll, CPU, 50 × 64 B: 1.25 × C epoll, at most 1.05");
    }

    @Test
    void aHeapThatGrowsWithMessagesMissesItsBudget() {
        Measurements measured = new Measurements();
        measured.allocation.put(Server.JEVENT_EPOLL, 80.0);
        measured.allocation.put(Server.JEVENT_IO_URING, 0.01);
        Budgets budgets = new Budgets(measured);
        assertThat(budgets.allocation(Server.JEVENT_EPOLL).must()).isEqualTo("no");
        assertThat(budgets.allocation(Server.JEVENT_IO_URING).must()).isEqualTo("yes");
    }

    @Test
    void aProxyIsComparedWithProxies() {
        Measurements measured = new Measurements();
        measured.add(Shape.ECHO_64, Server.LIBEVENT, 1, load(1, 1));
        measured.add(Shape.PROXY_64, Server.PROXY_LIBEVENT, 1, load(4000, 1000));
        measured.add(Shape.PROXY_64, Server.HAPROXY, 1, load(2000, 800));
        measured.add(Shape.PROXY_64, Server.PROXY_NETTY_EPOLL, 1, load(3500, 900));
        measured.add(Shape.PROXY_64, Server.PROXY_JEVENT_EPOLL, 1, load(3000, 900));
        Budgets budgets = new Budgets(measured);
        assertThat(budgets.cpu(Shape.PROXY_64, Server.PROXY_JEVENT_EPOLL).must())
                .isEqualTo("yes");
        assertThat(budgets.missed(Role.PROXY))
                .containsExactly(
                        "goal: jevent epoll, CPU, 50 × 64 B: 1.50 × HAProxy, at most 1.00",
                        "goal: jevent epoll, p99, 50 × 64 B: 1.13 × HAProxy, at most 1.00");
        assertThat(budgets.missed(Role.ECHO)).isEmpty();
    }

    @Test
    void withTlsJeventIsComparedWithWhoHasTheSameCiphers() {
        Measurements measured = new Measurements();
        measured.add(Shape.TLS_CONNECT, Server.TLS_LIBEVENT, 1, load(1000, 1000));
        measured.add(Shape.TLS_CONNECT, Server.TLS_TCNATIVE_EPOLL, 1, load(1000, 1000));
        measured.add(Shape.TLS_CONNECT, Server.TLS_NETTY_NIO, 1, load(4000, 2000));
        measured.add(Shape.TLS_CONNECT, Server.TLS_JEVENT_NIO, 1, load(5000, 1500));
        Budgets budgets = new Budgets(measured);
        assertThat(budgets.cpu(Shape.TLS_CONNECT, Server.TLS_JEVENT_NIO).must()).isEqualTo("–");
        assertThat(budgets.missed(Role.TLS))
                .containsExactly(
                        "goal: jevent nio, CPU, full handshake, echo 64 B, close: 1.25 × Netty nio, at most 1.00");
    }

    @Test
    void aRateIsWhatASecondOfCpuDoes() {
        assertThat(Shape.TLS_CONNECT.rate(load(250_000, 1))).isCloseTo(4000, within(1e-6));
        assertThat(Shape.TLS_STREAM.rate(load(62_500, 1))).isCloseTo(1000, within(1e-6)); // messages of 64 KiB
    }

    @Test
    void anIdAndARowNameOneThingOnly() {
        assertThat(Server.ids()).doesNotHaveDuplicates();
        assertThat(Stream.of(
                                Stream.of(Shape.values()).map(Shape::id),
                                Stream.of(Extra.values()).map(Extra::id),
                                Stream.of(Role.values()).map(Role::id))
                        .flatMap(names -> names))
                .doesNotHaveDuplicates();
    }

    @Test
    void onlyWhoSpeaksTlsWithItHasTheBindingToBoringSsl() {
        assertThat(Server.TLS_TCNATIVE_EPOLL.needs("netty-tcnative-classes-1.jar"))
                .isTrue();
        assertThat(Server.PROXY_NETTY_EPOLL.needs("netty-tcnative-classes-1.jar"))
                .isFalse();
        assertThat(Server.PROXY_NETTY_EPOLL.needs("netty-buffer-1.jar")).isTrue();
        assertThat(Server.JEVENT_EPOLL.needs("netty-buffer-1.jar")).isFalse();
    }

    @Test
    void anInstalledProxyIsToldItsCertificateOnlyForTls() throws IOException {
        TlsFiles files = TlsFiles.shared();
        Path folder = Path.of("folder");
        for (InstalledProxy proxy : InstalledProxy.values()) {
            assertThat(proxy.configuration(1, 2, folder, Optional.empty())).doesNotContain("ssl", ".pem");
        }
        assertThat(InstalledProxy.HAPROXY.configuration(1, 2, folder, Optional.of(files)))
                .contains("bind 127.0.0.1:1 ssl crt " + files.both());
        assertThat(InstalledProxy.NGINX.configuration(1, 2, folder, Optional.of(files)))
                .contains("listen 127.0.0.1:1 ssl;", "ssl_certificate_key " + files.key() + ";");
    }

    @Test
    void theFilesOfTheCertificateCanBeRead() throws IOException {
        TlsFiles files = TlsFiles.shared();
        assertThat(TlsContext.builder()
                        .certificate(files.certificate(), files.key())
                        .build())
                .isNotNull();
        assertThat(Files.readString(files.both()))
                .isEqualTo(Files.readString(files.certificate()) + Files.readString(files.key()));
    }

    @Test
    void versionsAreNameAndNumber() {
        assertThat(Machine.shortVersion("HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/"))
                .isEqualTo("HAProxy 2.6.12-1+deb12u4");
        assertThat(Machine.shortVersion("nginx version: nginx/1.22.1")).isEqualTo("nginx 1.22.1");
        assertThat(Machine.shortVersion("1.0")).isEqualTo("1.0");
    }

    @Test
    void whatIsAtMostTheLimitHoldsIt() {
        assertThat(new Limit("µs", 0.5, OptionalDouble.of(0.5)).isHeld()).isTrue();
        assertThat(new Limit("µs", 0.5, OptionalDouble.of(0.51)).isMissed()).isTrue();
        assertThat(new Limit("µs", 0.5, OptionalDouble.empty()).isHeld()).isFalse();
        assertThat(new Limit("µs", 0.5, OptionalDouble.empty()).isMissed()).isFalse();
    }

    @Test
    void numbersHaveAsManyDecimalsAsTheyNeed() {
        assertThat(List.of(Figures.of(0.123), Figures.of(9.999), Figures.of(12.34), Figures.of(1234.5)))
                .containsExactly("0.12", "10.0", "12.3", "1,235");
    }

    @Test
    void jsonEscapesWhatItMust() {
        assertThat(Json.of(Map.of("a\"b", List.of(1, 2.5, "c\\\n"))))
                .isEqualTo("{\"a\\\"b\":[1,\n2.5000,\n\"c\\\\\\u000a\"]}");
    }

    @Test
    void coresComeInRangesAndOneByOne() {
        assertThat(Machine.parseCores("0-2,7")).containsExactly(0, 1, 2, 7);
    }
}
