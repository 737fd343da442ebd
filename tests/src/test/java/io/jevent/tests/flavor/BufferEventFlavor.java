package io.jevent.tests.flavor;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.backend.BackendUnderTest;
import java.time.Duration;

/** The flavors of buffer event, and their stacks, on which every contract must hold. A new one joins by one line. */
@SuppressWarnings("ImmutableEnumChecker") // they are: lambdas without state
public enum BufferEventFlavor {
    SOCKET_NIO(BackendUnderTest.NIO::open, Bottom.SOCKETS),
    SOCKET_EPOLL(BackendUnderTest.EPOLL::open, Bottom.SOCKETS),
    SOCKET_IO_URING(BackendUnderTest.IO_URING::open, Bottom.SOCKETS),
    SOCKET_SIMULATED(BackendUnderTest.SIMULATED_MILD::open, Bottom.SOCKETS),
    SOCKET_BYTE_BY_BYTE(BufferEventFlavor::byteByByte, Bottom.SOCKETS),
    PAIR(BackendUnderTest.SIMULATED::open, Bottom.PAIR),
    FILTER_ON_PAIR(BackendUnderTest.SIMULATED::open, Bottom.PAIR, DoublingFilter::new),
    FILTER_ON_FILTER_ON_PAIR(BackendUnderTest.SIMULATED::open, Bottom.PAIR, XorFilter::new, DoublingFilter::new),
    FILTER_ON_NIO(BackendUnderTest.NIO::open, Bottom.SOCKETS, DoublingFilter::new),
    FILTER_ON_EPOLL(BackendUnderTest.EPOLL::open, Bottom.SOCKETS, DoublingFilter::new),
    FILTER_ON_IO_URING(BackendUnderTest.IO_URING::open, Bottom.SOCKETS, DoublingFilter::new),
    FILTER_ON_SIMULATED(BackendUnderTest.SIMULATED_MILD::open, Bottom.SOCKETS, XorFilter::new),
    FILTER_BYTE_BY_BYTE(BufferEventFlavor::byteByByte, Bottom.SOCKETS, DoublingFilter::new),
    FILTER_ON_FILTER_ON_SIMULATED(
            BackendUnderTest.SIMULATED_MILD::open, Bottom.SOCKETS, XorFilter::new, DoublingFilter::new);

    private enum Bottom {
        SOCKETS,
        PAIR
    }

    private interface RigMaker {
        LoopRig open();
    }

    private interface FilterMaker {
        BufferFilter make();
    }

    private final RigMaker rigMaker;
    private final Bottom bottom;
    private final FilterMaker[] filters;

    BufferEventFlavor(RigMaker rigMaker, Bottom bottom, FilterMaker... filters) {
        this.rigMaker = rigMaker;
        this.bottom = bottom;
        this.filters = filters;
    }

    private static LoopRig byteByByte() {
        return LoopRig.simulated(
                1, Faults.builder().maxBytesPerRead(1).maxBytesPerWrite(1).build());
    }

    /** Whether each byte costs a turn, so that a test should send few. */
    public boolean isSlow() {
        return this == SOCKET_BYTE_BY_BYTE || this == FILTER_BYTE_BY_BYTE;
    }

    /** Whether time is simulated, so that waiting costs nothing. */
    public boolean isSimulated() {
        return !name().contains("NIO") && !name().contains("EPOLL") && !name().contains("URING");
    }

    /** Whether the ends are a pair in memory, at the bottom. */
    public boolean isPair() {
        return bottom == Bottom.PAIR;
    }

    public boolean isFilter() {
        return filters.length > 0;
    }

    /** Opens two connected ends, the near one with options. */
    public Ends open(BufferEventOption... nearOptions) {
        LoopRig rig = rigMaker.open();
        if (bottom == Bottom.PAIR) {
            PairBufferEvent one =
                    PairBufferEvent.create(rig.base(), isFilter() ? new BufferEventOption[0] : nearOptions);
            PairBufferEvent other = one.partner().orElseThrow();
            return new Ends(rig, stack(one, nearOptions), stack(other));
        }
        LoopRig.Pair pair = rig.connectedPair();
        return new Ends(rig, stack(pair.near(), nearOptions), stack(pair.far()));
    }

    private BufferEvent stack(BufferEvent bottomEnd, BufferEventOption... options) {
        BufferEvent top = bottomEnd;
        for (FilterMaker filter : filters) {
            BufferEventOption[] all = new BufferEventOption[options.length + 1];
            System.arraycopy(options, 0, all, 0, options.length);
            all[options.length] = BufferEventOption.CLOSE_ON_FREE;
            top = FilterBufferEvent.create(top, filter.make(), all);
        }
        return top;
    }

    /** Two ends on one loop. Closing fails the test if anything is left over. */
    public record Ends(LoopRig rig, BufferEvent near, BufferEvent far) implements AutoCloseable {
        /** Lets pass what is under way: much time where time is simulated, a little where it is real. */
        public void settle() {
            rig.run(rig.network().isPresent() ? Duration.ofSeconds(10) : Duration.ofMillis(20));
        }

        @Override
        public void close() {
            near.close();
            far.close();
            rig.close();
        }
    }
}
