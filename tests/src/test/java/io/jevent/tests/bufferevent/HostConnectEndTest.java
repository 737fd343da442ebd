package io.jevent.tests.bufferevent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jevent.backend.Direction;
import io.jevent.buffer.EvBuffer;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.ConnectPacing;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.FilterResult;
import io.jevent.bufferevent.FlushMode;
import io.jevent.bufferevent.HostResolver;
import io.jevent.bufferevent.LookupResult;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.event.LoopResult;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a connect by name ends: connected, failed, timed out, given up. */
class HostConnectEndTest extends HostConnectCase {
    @Test
    void ifAllAddressesFailOneFailureTellsOfEach() {
        network.refuses(ip(SIX_A), "Network is unreachable");
        resolver.findsLast(0, FOUR_A, SIX_A);
        Condition.Failed failed = (Condition.Failed) failureOf(connecting());
        assertThat(failed.direction()).isEqualTo(Direction.CONNECTING);
        assertThat(failed.cause())
                .isInstanceOf(ConnectException.class)
                .hasMessage("cannot connect to example.org port 80:"
                        + " [2001:db8::a] Network is unreachable; 192.0.2.1 Connection refused");
        assertThat(failed.cause().getSuppressed())
                .extracting(Throwable::getMessage)
                .containsExactly("Network is unreachable", "Connection refused");
    }

    @Test
    void addressesAreToldInTheOrderTheyWereTriedNotInThatOfTheirFailures() {
        network.refuses(ip(SIX_A), "slow");
        network.delays(ip(SIX_A), Duration.ofSeconds(5));
        resolver.findsLast(0, FOUR_A, SIX_A);
        Condition.Failed failed = (Condition.Failed) failureOf(connecting());
        assertThat(failed.cause()).hasMessageEndingWith(": [2001:db8::a] slow; 192.0.2.1 Connection refused");
    }

    @Test
    @Tag("parity") // regress_dns.c: bufferevent_connect_hostname_emfile
    void aSocketThatCannotBeMadeIsAFailedAttemptAndNoException() {
        on(Faults.builder().maxDescriptors(1).build());
        serve(FOUR_A);
        resolver.findsLast(0, FOUR_A, SIX_A);
        Condition.Failed failed = (Condition.Failed) failureOf(connecting());
        assertThat(failed.cause())
                .isInstanceOf(ConnectException.class)
                .hasMessage("cannot connect to example.org port 80:"
                        + " [2001:db8::a] Too many open files; 192.0.2.1 Too many open files");
    }

    @Test
    @Tag("parity") // regress_dns.c: bufferevent_connect_hostname, bufferevent_connect_hostname_hints
    void fiveNamesEndAsTheirAddressesDo() {
        serve(FOUR_A);
        ScriptedResolver onlyIpv6 = new ScriptedResolver(network).findsLast(5, SIX_A);
        ScriptedResolver nobodyThere = new ScriptedResolver(network).findsLast(5, FOUR_B);
        ScriptedResolver unknown = new ScriptedResolver(network).fails(5, new UnknownHostException("nosuch.example"));
        network.refuses(ip(SIX_A), "Network is unreachable");
        resolver.findsLast(5, FOUR_A);

        client().connect(FOUR_A, PORT);
        runMillis(1);
        assertThat(log).containsExactlyInAnyOrder("accepted by 192.0.2.1 after 0", "Connected");
        log.clear();
        connecting();
        runMillis(100);
        assertThat(log).hasSize(2).contains("Connected");
        log.clear();
        for (HostResolver each : List.of(unknown, onlyIpv6, nobodyThere)) {
            client().connect(each, HOST, PORT, ConnectPacing.DEFAULT);
            runMillis(100);
        }
        assertThat(log)
                .containsExactly(
                        "Failed CONNECTING: nosuch.example",
                        "Failed CONNECTING: cannot connect to example.org port 80: [2001:db8::a] Network is unreachable",
                        "Failed CONNECTING: cannot connect to example.org port 80: 192.0.2.2 Connection refused");
    }

    @Test
    void aFailedLookupIsReportedWithItsCause() {
        UnknownHostException unknown = new UnknownHostException(HOST);
        resolver.fails(3, unknown);
        assertThat(failureOf(connecting())).isEqualTo(new Condition.Failed(Direction.CONNECTING, unknown));
    }

    @Test
    void whateverALookupFailsWithIsAnUnknownHost() {
        IOException broken = new IOException("SERVFAIL");
        resolver.fails(3, broken);
        assertThat(((Condition.Failed) failureOf(connecting())).cause())
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("example.org: SERVFAIL")
                .hasCause(broken);
    }

    @Test
    void aNameWithoutAddressesIsAnUnknownHost() {
        resolver.finds(3).findsLast(4);
        assertThat(((Condition.Failed) failureOf(connecting())).cause())
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("example.org: the name has no address");
    }

    @Test
    void aLookupThatFailsAfterAddressesCameIsToldWithTheirs() {
        IOException broken = new IOException("SERVFAIL");
        resolver.finds(0, SIX_A).fails(40, broken);
        Condition.Failed failed = (Condition.Failed) failureOf(connecting());
        assertThat(failed.cause())
                .hasMessageEndingWith(": [2001:db8::a] Connection refused; look-up SERVFAIL")
                .hasSuppressedException(broken);
    }

    @Test
    void aResolverThatThrowsOrReturnsNothingIsAFailedLookupReportedLater() {
        for (HostResolver broken : List.<HostResolver>of(
                (base, host, callback) -> {
                    throw new IllegalStateException("out of order");
                },
                (base, host, callback) -> null)) {
            SocketBufferEvent client = client();
            client.connect(broken, HOST, PORT, ConnectPacing.DEFAULT);
            assertThat(log).as("inside the call").isEmpty();
            runMillis(1);
            assertThat(log)
                    .hasSize(1)
                    .allMatch(line -> line.startsWith("Failed CONNECTING: example.org: the resolver threw"));
            log.clear();
        }
    }

    @Test
    void aResolverThatAnswersInsideItsCallIsHeardLater() {
        HostResolver hasty = (base, host, callback) -> {
            callback.onResolved(new LookupResult.Failed(new UnknownHostException("too soon")));
            return () -> {};
        };
        resolver.findsLast(0, FOUR_A);
        SocketBufferEvent client = client();
        client.onCondition((self, condition) -> {
            log.add(BufferEventCase.nameOf(condition));
            if (log.size() == 1) {
                client.connect(hasty, HOST, PORT, ConnectPacing.DEFAULT);
                log.add("returned");
            }
        });
        connect(client);
        runMillis(1);
        assertThat(log)
                .containsExactly(
                        "Failed CONNECTING: cannot connect to example.org port 80: 192.0.2.1 Connection refused",
                        "returned",
                        "Failed CONNECTING: too soon");
    }

    @Test
    void aResolverThatAnswersAgainOrAfterItWasCancelledIsNotHeard() {
        serve(FOUR_A);
        resolver.isUnruly = true;
        resolver.findsLast(0, FOUR_A).findsLast(1, FOUR_B).fails(2, new IOException("late"));
        connecting();
        ScriptedResolver slow = new ScriptedResolver(network).findsLast(500, FOUR_A);
        slow.isUnruly = true;
        SocketBufferEvent closed = client();
        closed.connect(slow, HOST, PORT, ConnectPacing.DEFAULT);
        closed.close();
        runMillis(1_000);
        assertThat(log).containsExactlyInAnyOrder("accepted by 192.0.2.1 after 0", "Connected");
        assertThat(slow.log).containsExactly("resolve example.org", "cancel example.org");
    }

    @Test
    void aLookupWhoseCancellingThrowsIsReportedAndTheRestGoesOn() {
        serve(SIX_A);
        client().connect(
                        (base, host, callback) -> {
                            base.execute(
                                    () -> callback.onResolved(new LookupResult.Addresses(List.of(ip(SIX_A)), false)));
                            return () -> {
                                throw new IllegalStateException("cannot cancel");
                            };
                        },
                        HOST,
                        PORT,
                        ConnectPacing.DEFAULT);
        runMillis(100);
        assertThat(log).contains("Connected");
        assertThat(rig.takeThrown()).extracting(Throwable::getMessage).containsExactly("cannot cancel");
    }

    @Test
    void aResolverThatClosesTheBufferEventLeavesNothingOpen() {
        serve(SIX_A);
        SocketBufferEvent inside = client();
        inside.connect(
                (base, host, callback) -> {
                    inside.close();
                    return () -> log.add("cancelled");
                },
                HOST,
                PORT,
                ConnectPacing.DEFAULT);
        SocketBufferEvent whenCancelled = client();
        whenCancelled.connect(
                (base, host, callback) -> {
                    base.execute(() -> callback.onResolved(new LookupResult.Addresses(List.of(ip(SIX_A)), false)));
                    return whenCancelled::close;
                },
                HOST,
                PORT,
                ConnectPacing.DEFAULT);
        runMillis(100);
        assertThat(log).doesNotContain("Connected").contains("cancelled");
        assertThat(network.openCount()).as("the listener").isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 10, 40, 60, 100, 310, 360, 700})
    void closingAtWhateverStageLeavesNothingOpenAndCallsNobody(int millis) {
        ignored(FOUR_A, SIX_A, SIX_B);
        resolver.finds(10, FOUR_A).finds(350, SIX_A, SIX_B);
        SocketBufferEvent client = connecting();
        runMillis(millis);
        client.close();
        assertThat(network.openCount()).isZero();
        assertThat(rig.base().loop()).isEqualTo(LoopResult.EMPTY);
        assertThat(log).isEmpty();
        assertThat(resolver.log).containsExactly("resolve example.org", "cancel example.org");
    }

    @Test
    void closingTheBaseGivesUpWhatIsUnderWay() {
        ignored(SIX_A, FOUR_A);
        resolver.finds(0, SIX_A, FOUR_A);
        connecting();
        runMillis(300);
        assertThat(network.openCount()).isEqualTo(2);
        rig.base().close();
        assertThat(network.openCount()).isZero();
        assertThat(resolver.log).containsExactly("resolve example.org", "cancel example.org");
        made.clear();
        rig = LoopRig.simulated(1, Faults.none());
    }

    @Test
    void theDeadlineOfTheConnectIsTheWriteTimeoutAndWhatWasWrittenIsKept() {
        ignored(SIX_A, FOUR_A);
        resolver.findsLast(400, SIX_A, FOUR_A);
        SocketBufferEvent client = client();
        client.timeouts(Duration.ZERO, Duration.ofSeconds(1));
        client.onCondition((self, condition) -> log.add(BufferEventCase.nameOf(condition) + " after "
                + network.clock().elapsed().toMillis()));
        client.output().addAscii("patience");
        connect(client);
        runMillis(5_000);
        assertThat(log).containsExactly("TimedOut CONNECTING after 1000");
        assertThat(network.openCount()).isZero();
        serve(FOUR_B);
        resolver = new ScriptedResolver(network).findsLast(0, FOUR_B);
        connect(client);
        runMillis(10);
        assertThat(received).hasToString("patience");
    }

    @Test
    void theDeadlineCancelsTheLookup() {
        SocketBufferEvent client = client();
        client.timeouts(Duration.ZERO, Duration.ofMillis(10));
        connect(client);
        runMillis(100);
        assertThat(log).containsExactly("TimedOut CONNECTING");
        assertThat(resolver.log).containsExactly("resolve example.org", "cancel example.org");
    }

    @Test
    void whatConnectsInTheTurnOfTheDeadlineCounts() {
        serve(SIX_A);
        ignored(FOUR_A);
        network.delays(ip(SIX_A), Duration.ofSeconds(1));
        resolver.findsLast(0, SIX_A, FOUR_A);
        SocketBufferEvent client = client();
        client.timeouts(Duration.ZERO, Duration.ofSeconds(1));
        connect(client);
        runMillis(1_500);
        assertThat(log).containsExactlyInAnyOrder("accepted by 2001:db8::a after 1000000000", "Connected");
    }

    @Test
    void whatFailsInTheTurnOfTheDeadlineDoesNotPutItOff() {
        ignored(FOUR_A);
        network.refuses(ip(SIX_A), "Connection refused");
        network.delays(ip(SIX_A), Duration.ofSeconds(1));
        resolver.findsLast(0, SIX_A, FOUR_A);
        SocketBufferEvent client = client();
        client.timeouts(Duration.ZERO, Duration.ofSeconds(1));
        connect(client);
        runMillis(1_001);
        assertThat(log).containsExactly("TimedOut CONNECTING");
    }

    @Test
    void closingAfterFlushGoesOnConnectingAndSends() {
        serve(FOUR_A);
        resolver.findsLast(100, FOUR_A);
        SocketBufferEvent client = client();
        client.output().addAscii("last words");
        connect(client);
        client.closeAfterFlush(Duration.ofSeconds(5));
        runMillis(1_000);
        assertThat(received).hasToString("last words");
        assertThat(client.isClosed()).isTrue();
        assertThat(log).containsExactly("accepted by 192.0.2.1 after 100000000");
        assertThat(network.openCount()).as("the listener").isEqualTo(1);
    }

    @Test
    void closingAfterFlushGivesUpAtItsDeadlineOrWhenTheConnectFails() {
        ignored(SIX_A);
        SocketBufferEvent late = client();
        late.connect(new ScriptedResolver(network).findsLast(0, SIX_A), HOST, PORT, ConnectPacing.DEFAULT);
        late.closeAfterFlush(Duration.ofSeconds(1));
        SocketBufferEvent refused = client();
        refused.connect(new ScriptedResolver(network).findsLast(0, FOUR_A), HOST, PORT, ConnectPacing.DEFAULT);
        refused.closeAfterFlush(Duration.ofSeconds(50));
        rig.base().dispatch();
        assertThat(network.clock().elapsed()).isEqualTo(Duration.ofSeconds(1));
        assertThat(network.openCount()).isZero();
        assertThat(log).isEmpty();
    }

    @Test
    void closingInsideTheCallbacksLeavesNothingOpen() {
        serve(SIX_A);
        ignored(FOUR_A);
        network.delays(ip(SIX_A), Duration.ofMillis(300));
        resolver.findsLast(0, SIX_A, FOUR_A);
        for (BufferEventOption[] options :
                List.of(new BufferEventOption[0], new BufferEventOption[] {BufferEventOption.DEFER_CALLBACKS})) {
            SocketBufferEvent client = client(options);
            client.onCondition((self, condition) -> {
                log.add(BufferEventCase.nameOf(condition));
                self.close();
            });
            client.output().addAscii("x");
            client.connect(resolver, HOST, PORT, ConnectPacing.DEFAULT);
            runMillis(1_000);
            assertThat(log).contains("Connected");
            assertThat(network.openCount()).as("the listener").isEqualTo(1);
        }
    }

    @Test
    void afterAFailureItMayConnectAgainInsideTheCallback() {
        serve(FOUR_A);
        SocketBufferEvent client = client();
        client.onCondition((self, condition) -> {
            log.add(BufferEventCase.nameOf(condition));
            if (condition instanceof Condition.Failed) {
                client.connect(new ScriptedResolver(network).findsLast(0, FOUR_A), HOST, PORT, ConnectPacing.DEFAULT);
            }
        });
        resolver.fails(0, new UnknownHostException("nobody"));
        client.output().addAscii("kept");
        connect(client);
        runMillis(10);
        assertThat(log)
                .containsExactlyInAnyOrder("Failed CONNECTING: nobody", "accepted by 192.0.2.1 after 0", "Connected");
        assertThat(received).hasToString("kept");
    }

    @Test
    void directionsEnabledMeanwhileAreRememberedAndOutputLeavesInOrderOnceConnected() {
        serve(FOUR_A);
        resolver.findsLast(100, FOUR_A);
        SocketBufferEvent client = client();
        client.output().addAscii("one ");
        connect(client);
        client.enableReading();
        client.disableWriting();
        client.output().addAscii("two");
        runMillis(200);
        assertThat(client.isReadingEnabled()).isTrue();
        assertThat(client.isWritingEnabled()).isFalse();
        assertThat(received).as("writing is disabled").isEmpty();
        client.enableWriting();
        runMillis(10);
        assertThat(received).hasToString("one two");
    }

    @Test
    void aFilterAboveHearsOfTheConnect() {
        serve(FOUR_A);
        SocketBufferEvent below = SocketBufferEvent.create(rig.base());
        FilterBufferEvent filter = FilterBufferEvent.create(below, new Passing(), BufferEventOption.CLOSE_ON_FREE);
        made.add(filter);
        filter.onCondition((self, condition) -> log.add(BufferEventCase.nameOf(condition)));
        filter.output().addAscii("through");
        below.connect(
                new ScriptedResolver(network).fails(0, new UnknownHostException("none")),
                HOST,
                PORT,
                ConnectPacing.DEFAULT);
        runMillis(10);
        assertThat(log).containsExactly("Failed CONNECTING: none");
        below.connect(new ScriptedResolver(network).findsLast(0, FOUR_A), HOST, PORT, ConnectPacing.DEFAULT);
        runMillis(10);
        assertThat(log).contains("Connected");
        assertThat(received).hasToString("through");
    }

    static final class Passing implements BufferFilter {
        @Override
        public FilterResult input(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
            return move(source, target, maxBytes);
        }

        @Override
        public FilterResult output(EvBuffer source, EvBuffer target, long maxBytes, FlushMode mode) {
            return move(source, target, maxBytes);
        }

        private static FilterResult move(EvBuffer source, EvBuffer target, long maxBytes) {
            byte[] bytes = new byte[(int) Math.min(maxBytes, source.length())];
            source.remove(bytes, 0, bytes.length);
            target.add(bytes);
            return FilterResult.OK;
        }
    }

    @ParameterizedTest
    @EnumSource(FaultKind.class)
    void whateverTheNamesAndTheNetworkAreThereIsOneOutcomeAndNothingIsLeft(FaultKind kind) {
        for (int seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            on(kind.faults());
            new RandomHostConnect(this, random).run();
            assertThat(network.openCount()).as("seed " + seed).isZero();
        }
    }

    enum FaultKind {
        NONE,
        MILD,
        HARSH;

        Faults faults() {
            return switch (this) {
                case NONE -> Faults.none();
                case MILD -> Faults.mild();
                case HARSH -> Faults.harsh();
            };
        }
    }

    @Test
    void whatTheProgramGetsWrongThrowsAtOnce() {
        serve(FOUR_A);
        SocketBufferEvent client = client();
        for (int port : new int[] {0, -1, 65_536}) {
            assertThatThrownBy(() -> client.connect(HOST, port))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("need 1 <= port <= 65535, got " + port);
        }
        resolver.findsLast(0, FOUR_A);
        connect(client);
        assertThatThrownBy(() -> connect(client)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> client.connect(network.address(1))).isInstanceOf(IllegalStateException.class);
        runMillis(1);
        assertThatThrownBy(() -> connect(client)).isInstanceOf(IllegalStateException.class);
        client.close();
        assertThatThrownBy(() -> connect(client)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void pacingHasTheValuesOfTheStandardAndChecksOthers() {
        assertThat(ConnectPacing.DEFAULT)
                .isEqualTo(new ConnectPacing(Duration.ofMillis(50), Duration.ofMillis(250), 16));
        assertThatThrownBy(() -> new ConnectPacing(Duration.ofNanos(-1), Duration.ofMillis(250), 16))
                .hasMessage("need resolutionDelay >= 0, got PT-0.000000001S");
        assertThatThrownBy(() -> new ConnectPacing(Duration.ZERO, Duration.ofNanos(9_999_999), 16))
                .hasMessage("need attemptDelay >= PT0.01S, got PT0.009999999S");
        for (int count : new int[] {0, 257}) {
            assertThatThrownBy(() -> new ConnectPacing(Duration.ZERO, Duration.ofMillis(10), count))
                    .hasMessage("need 1 <= maxAddresses <= 256, got " + count);
        }
    }
}
