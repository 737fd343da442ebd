package io.jevent.tests.flavor;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.filter.DeflateFilter;
import io.jevent.filter.RecordingFilter;
import io.jevent.testkit.Faults;
import io.jevent.testkit.LoopRig;
import io.jevent.tests.backend.BackendUnderTest;
import java.io.OutputStream;
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
    FILTER_ON_PAIR(BackendUnderTest.SIMULATED::open, Bottom.PAIR, _ -> new DoublingFilter()),
    FILTER_ON_FILTER_ON_PAIR(
            BackendUnderTest.SIMULATED::open, Bottom.PAIR, _ -> new XorFilter(), _ -> new DoublingFilter()),
    FILTER_ON_NIO(BackendUnderTest.NIO::open, Bottom.SOCKETS, _ -> new DoublingFilter()),
    FILTER_ON_EPOLL(BackendUnderTest.EPOLL::open, Bottom.SOCKETS, _ -> new DoublingFilter()),
    FILTER_ON_IO_URING(BackendUnderTest.IO_URING::open, Bottom.SOCKETS, _ -> new DoublingFilter()),
    FILTER_ON_SIMULATED(BackendUnderTest.SIMULATED_MILD::open, Bottom.SOCKETS, _ -> new XorFilter()),
    FILTER_BYTE_BY_BYTE(BufferEventFlavor::byteByByte, Bottom.SOCKETS, _ -> new DoublingFilter()),
    FILTER_ON_FILTER_ON_SIMULATED(
            BackendUnderTest.SIMULATED_MILD::open, Bottom.SOCKETS, _ -> new XorFilter(), _ -> new DoublingFilter()),
    DEFLATE_ON_PAIR(BackendUnderTest.SIMULATED::open, Bottom.PAIR, _ -> DeflateFilter.gzip()),
    DEFLATE_ON_SIMULATED(BackendUnderTest.SIMULATED_MILD::open, Bottom.SOCKETS, _ -> DeflateFilter.zlib()),
    RECORDING_ON_DEFLATE_ON_SIMULATED(
            BackendUnderTest.SIMULATED_MILD::open,
            Bottom.SOCKETS,
            _ -> DeflateFilter.raw(),
            base -> RecordingFilter.to(base, OutputStream.nullOutputStream()));

    private enum Bottom {
        SOCKETS,
        PAIR
    }

    private interface RigMaker {
        LoopRig open();
    }

    private interface FilterMaker {
        BufferFilter make(EventBase base);
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

    /** Whether an end of input without the end of what is inside it, as when the writer just closes, is a failure. */
    public boolean tellsTruncation() {
        return name().contains("DEFLATE");
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
            top = FilterBufferEvent.create(top, filter.make(top.base()), all);
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
