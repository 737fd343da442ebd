package io.jevent.tests.flavor;

import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.BufferEventOption;
import io.jevent.bufferevent.BufferFilter;
import io.jevent.bufferevent.FilterBufferEvent;
import io.jevent.bufferevent.PairBufferEvent;
import io.jevent.bufferevent.TlsBufferEvent;
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
    FILTER_ON_PAIR(BackendUnderTest.SIMULATED::open, Bottom.PAIR, filter(_ -> new DoublingFilter())),
    FILTER_ON_FILTER_ON_PAIR(
            BackendUnderTest.SIMULATED::open,
            Bottom.PAIR,
            filter(_ -> new XorFilter()),
            filter(_ -> new DoublingFilter())),
    FILTER_ON_NIO(BackendUnderTest.NIO::open, Bottom.SOCKETS, filter(_ -> new DoublingFilter())),
    FILTER_ON_EPOLL(BackendUnderTest.EPOLL::open, Bottom.SOCKETS, filter(_ -> new DoublingFilter())),
    FILTER_ON_IO_URING(BackendUnderTest.IO_URING::open, Bottom.SOCKETS, filter(_ -> new DoublingFilter())),
    FILTER_ON_SIMULATED(BackendUnderTest.SIMULATED_MILD::open, Bottom.SOCKETS, filter(_ -> new XorFilter())),
    FILTER_BYTE_BY_BYTE(BufferEventFlavor::byteByByte, Bottom.SOCKETS, filter(_ -> new DoublingFilter())),
    FILTER_ON_FILTER_ON_SIMULATED(
            BackendUnderTest.SIMULATED_MILD::open,
            Bottom.SOCKETS,
            filter(_ -> new XorFilter()),
            filter(_ -> new DoublingFilter())),
    DEFLATE_ON_PAIR(BackendUnderTest.SIMULATED::open, Bottom.PAIR, filter(_ -> DeflateFilter.gzip())),
    DEFLATE_ON_SIMULATED(BackendUnderTest.SIMULATED_MILD::open, Bottom.SOCKETS, filter(_ -> DeflateFilter.zlib())),
    RECORDING_ON_DEFLATE_ON_SIMULATED(
            BackendUnderTest.SIMULATED_MILD::open,
            Bottom.SOCKETS,
            filter(_ -> DeflateFilter.raw()),
            filter(base -> RecordingFilter.to(base, OutputStream.nullOutputStream()))),
    TLS_ON_PAIR(BackendUnderTest.SIMULATED::open, Bottom.PAIR, tls()),
    TLS_ON_NIO(BackendUnderTest.NIO::open, Bottom.SOCKETS, tls()),
    TLS_ON_EPOLL(BackendUnderTest.EPOLL::open, Bottom.SOCKETS, tls()),
    TLS_ON_IO_URING(BackendUnderTest.IO_URING::open, Bottom.SOCKETS, tls()),
    TLS_ON_SIMULATED(BackendUnderTest.SIMULATED_MILD::open, Bottom.SOCKETS, tls()),
    TLS_BYTE_BY_BYTE(BufferEventFlavor::byteByByte, Bottom.SOCKETS, tls()),
    FILTER_ON_TLS_ON_SIMULATED(
            BackendUnderTest.SIMULATED_MILD::open, Bottom.SOCKETS, tls(), filter(_ -> new DoublingFilter())),
    TLS_ON_FILTER_ON_PAIR(BackendUnderTest.SIMULATED::open, Bottom.PAIR, filter(_ -> new XorFilter()), tls()),
    TLS_ON_TLS_ON_SIMULATED(BackendUnderTest.SIMULATED_MILD::open, Bottom.SOCKETS, tls(), tls());

    private enum Bottom {
        SOCKETS,
        PAIR
    }

    private interface RigMaker {
        LoopRig open();
    }

    /** Puts one end of something on one end of what is below. */
    private interface LayerMaker {
        BufferEvent put(BufferEvent below, boolean isNear, BufferEventOption... options);
    }

    private interface FilterMaker {
        BufferFilter make(EventBase base);
    }

    private static LayerMaker filter(FilterMaker maker) {
        return (below, isNear, options) -> FilterBufferEvent.create(below, maker.make(below.base()), options);
    }

    private static LayerMaker tls() {
        return (below, isNear, options) -> isNear
                ? TlsBufferEvent.server(below, TlsCase.SERVER, options)
                : TlsBufferEvent.client(below, TlsCase.CLIENT, TlsCase.HOST, 443, options);
    }

    private final RigMaker rigMaker;
    private final Bottom bottom;
    private final LayerMaker[] layers;

    BufferEventFlavor(RigMaker rigMaker, Bottom bottom, LayerMaker... layers) {
        this.rigMaker = rigMaker;
        this.bottom = bottom;
        this.layers = layers;
    }

    private static LoopRig byteByByte() {
        return LoopRig.simulated(
                1, Faults.builder().maxBytesPerRead(1).maxBytesPerWrite(1).build());
    }

    /** Whether each byte costs a turn, so that a test should send few. */
    public boolean isSlow() {
        return name().contains("BYTE_BY_BYTE");
    }

    /** Whether time is simulated, so that waiting costs nothing. */
    public boolean isSimulated() {
        return !name().contains("NIO") && !name().contains("EPOLL") && !name().contains("URING");
    }

    /** Whether the ends are a pair in memory, at the bottom. */
    public boolean isPair() {
        return bottom == Bottom.PAIR;
    }

    private boolean isStack() {
        return layers.length > 0;
    }

    /** Whether rate limits count what is on the wire, and not the bytes of the program. */
    public boolean limitsTheWire() {
        return name().startsWith("TLS");
    }

    /** Whether an end of input without the end of what is inside it, as when the writer just closes, is a failure. */
    public boolean tellsTruncation() {
        return name().contains("DEFLATE") || name().contains("TLS");
    }

    /** Opens two connected ends, the near one with options. */
    public Ends open(BufferEventOption... nearOptions) {
        LoopRig rig = rigMaker.open();
        if (bottom == Bottom.PAIR) {
            PairBufferEvent one =
                    PairBufferEvent.create(rig.base(), isStack() ? new BufferEventOption[0] : nearOptions);
            PairBufferEvent other = one.partner().orElseThrow();
            return connected(new Ends(rig, stack(one, true, nearOptions), stack(other, false)));
        }
        LoopRig.Pair pair = rig.connectedPair();
        return connected(new Ends(rig, stack(pair.near(), true, nearOptions), stack(pair.far(), false)));
    }

    /** Lets handshakes end, of which the tests need not know. */
    private Ends connected(Ends ends) {
        if (!name().contains("TLS")) {
            return ends;
        }
        ends.near.enableReading(); // What follows a handshake passes, too.
        ends.far.enableReading();
        for (int i = 0; i < 1000 && !(isConnected(ends.near) && isConnected(ends.far)); i++) {
            ends.rig.run(Duration.ofMillis(5));
        }
        ends.rig.run(Duration.ofMillis(isSimulated() ? 1000 : 5));
        ends.near.disableReading();
        ends.far.disableReading();
        return ends;
    }

    private static boolean isConnected(BufferEvent end) {
        return switch (end) {
            case TlsBufferEvent tls -> tls.facts().isPresent();
            case FilterBufferEvent filter -> isConnected(filter.underlying());
            default -> true;
        };
    }

    private BufferEvent stack(BufferEvent bottomEnd, boolean isNear, BufferEventOption... options) {
        BufferEvent top = bottomEnd;
        for (LayerMaker layer : layers) {
            BufferEventOption[] all = new BufferEventOption[options.length + 1];
            System.arraycopy(options, 0, all, 0, options.length);
            all[options.length] = BufferEventOption.CLOSE_ON_FREE;
            top = layer.put(top, isNear, all);
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
