package io.jevent.bufferevent;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.event.LoopOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The resolver that asks the system, with a system that answers when the test says so. */
@Timeout(60)
class SystemHostResolverTest {
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("192.0.2.1");

    private final EventBase base =
            EventBase.create(EventBaseConfig.builder().backend("nio").build());
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final Semaphore asked = new Semaphore(0);
    private final ConcurrentLinkedQueue<String> names = new ConcurrentLinkedQueue<>();
    private final List<LookupResult> results = new ArrayList<>();
    private int expectedCount;

    private final SystemHostResolver resolver = new SystemHostResolver(this::addressesOf);

    @AfterEach
    void close() {
        mayAnswer.countDown();
        base.close();
    }

    private InetAddress[] addressesOf(String host) throws IOException {
        names.add(host);
        asked.release();
        try {
            mayAnswer.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return switch (host) {
            case "unknown" -> throw new UnknownHostException(host);
            case "broken" -> throw new IllegalStateException("a provider's own");
            default -> new InetAddress[] {ADDRESS};
        };
    }

    private Lookup resolve(String host) {
        return resolver.resolve(base, host, result -> {
            assertThat(base.isInLoop()).isTrue();
            results.add(result);
            if (results.size() >= expectedCount) {
                base.exit();
            }
        });
    }

    private void runUntil(int count) {
        expectedCount = count;
        base.loop(LoopOption.NO_EXIT_ON_EMPTY);
    }

    @Test
    void namesAreLookedUpAndAnsweredOnTheLoop() {
        mayAnswer.countDown();
        resolve("one");
        runUntil(1);
        assertThat(results).containsExactly(new LookupResult.Addresses(List.of(ADDRESS), true));
    }

    @Test
    void failuresOfTheSystemAndOfItsProvidersAreFailedLookups() {
        mayAnswer.countDown();
        resolve("unknown");
        runUntil(1);
        resolve("broken");
        runUntil(2);
        assertThat(results)
                .allSatisfy(result ->
                        assertThat(((LookupResult.Failed) result).cause()).isInstanceOf(UnknownHostException.class));
    }

    @Test
    void addressesAsTextAndWhatIsNoNameAreAnsweredLaterWithoutALookup() {
        resolve("2001:db8::1");
        resolve("127.0.0.1");
        resolve("");
        resolve("x".repeat(255));
        assertThat(results).as("inside the call").isEmpty();
        runUntil(4);
        assertThat(results.subList(0, 2))
                .containsExactly(
                        new LookupResult.Addresses(List.of(InetAddress.ofLiteral("2001:db8::1")), true),
                        new LookupResult.Addresses(List.of(InetAddress.ofLiteral("127.0.0.1")), true));
        assertThat(results.subList(2, 4)).allMatch(LookupResult.Failed.class::isInstance);
        assertThat(names).isEmpty();
    }

    @Test
    void atMostSixtyFourAreUnderWayAndWhatDoesNotFitAmongThoseThatWaitFailsLater() throws InterruptedException {
        int most = HostResolver.MAX_SYSTEM_LOOKUPS + HostResolver.MAX_SYSTEM_LOOKUPS_WAITING;
        List<Lookup> lookups = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            lookups.add(resolve("host" + i));
        }
        asked.acquire(HostResolver.MAX_SYSTEM_LOOKUPS);
        resolve("one too many");
        assertThat(results).as("inside the call").isEmpty();
        runUntil(1);
        assertThat(((LookupResult.Failed) results.getFirst()).cause())
                .hasMessage("one too many: more than 1024 look-ups wait for the system");
        assertThat(names).as("under way").hasSize(HostResolver.MAX_SYSTEM_LOOKUPS);

        lookups.getLast().cancel();
        resolve("in its place");
        mayAnswer.countDown();
        runUntil(1 + most);
        assertThat(names).hasSize(most).contains("in its place").doesNotContain("host" + (most - 1), "one too many");
    }

    @Test
    void aLookupThatIsCancelledWhileUnderWayIsNotAnsweredAndMakesRoom() throws InterruptedException {
        Lookup cancelled = resolve("cancelled");
        asked.acquire();
        cancelled.cancel();
        cancelled.cancel();
        mayAnswer.countDown();
        resolve("other");
        runUntil(1);
        assertThat(results).hasSize(1);
        assertThat(names).containsExactly("cancelled", "other");
    }

    @Test
    void aLookupThatIsCancelledBetweenItsAnswerAndTheCallbackIsNotAnswered() {
        Lookup cancelled = resolve("127.0.0.1");
        resolve("127.0.0.2");
        cancelled.cancel();
        runUntil(1);
        assertThat(results)
                .containsExactly(new LookupResult.Addresses(List.of(InetAddress.ofLiteral("127.0.0.2")), true));
    }

    @Test
    void aBaseThatClosesMeanwhileDropsItsAnswersAndOthersGoOn() throws InterruptedException {
        try (EventBase closing =
                EventBase.create(EventBaseConfig.builder().backend("nio").build())) {
            resolver.resolve(closing, "dropped", results::add);
            asked.acquire();
        }
        mayAnswer.countDown();
        resolve("other");
        runUntil(1);
        assertThat(results).hasSize(1);
    }
}
