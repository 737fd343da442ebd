package io.jevent.listener;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of addresses from which connections come. It holds those that have connections, and those whose rate is not
 * back at its burst; the others are forgotten as they are come across, which costs as much as putting them in did.
 *
 * <p>Threading: loop only.
 */
final class PeerTable {
    /** In the numbers of IPv6, ff00::/8 is for groups: nobody connects from there. So IPv4 and the rest have room in it. */
    private static final long IPV4 = 0xffff_ffff_0000_0000L;

    private static final long NO_INTERNET_ADDRESS = 0xff00_0000_0000_0000L;

    /** One address. */
    static final class Peer {
        private final long key;
        private int openCount;

        /** As of {@link AcceptMeter}. */
        private long fullAtNanos;

        private Peer(long key, long presentNanos) {
            this.key = key;
            this.fullAtNanos = presentNanos;
        }

        int openCount() {
            return openCount;
        }
    }

    private final int maxCount;
    private final @Nullable AcceptMeter meter;
    private final Map<Long, Peer> peers = new HashMap<>();

    /** Those without connections, in the order in which they came to be so. */
    private final Set<Peer> idle = new LinkedHashSet<>();

    /** All those for which there is no room. */
    private final Peer others;

    PeerTable(int maxCount, Optional<AcceptRate> rate, long presentNanos) {
        this.maxCount = maxCount;
        this.meter = AcceptMeter.orNull(rate);
        this.others = new Peer(NO_INTERNET_ADDRESS, presentNanos);
    }

    static long keyOf(SocketAddress address) {
        InetAddress host = address instanceof InetSocketAddress inet ? inet.getAddress() : null;
        if (host == null) {
            return NO_INTERNET_ADDRESS;
        }
        ByteBuffer bytes = ByteBuffer.wrap(host.getAddress());
        return host instanceof Inet4Address ? IPV4 | Integer.toUnsignedLong(bytes.getInt()) : bytes.getLong();
    }

    int count() {
        return peers.size();
    }

    Peer of(SocketAddress address, long presentNanos) {
        long key = keyOf(address);
        Peer known = peers.get(key);
        if (known != null) {
            return known;
        }
        forgetWhatIsBack(presentNanos);
        if (peers.size() >= maxCount && !forgetOldestIdle()) {
            return others;
        }
        Peer fresh = new Peer(key, presentNanos);
        peers.put(key, fresh);
        idle.add(fresh);
        return fresh;
    }

    /** Whether its rate lets one more in. */
    boolean mayTake(Peer peer, long presentNanos) {
        return meter == null || meter.mayTake(peer.fullAtNanos, presentNanos);
    }

    void opened(Peer peer, long presentNanos) {
        if (meter != null) {
            peer.fullAtNanos = meter.taken(peer.fullAtNanos, presentNanos);
        }
        if (peer.openCount++ == 0) {
            idle.remove(peer);
        }
    }

    void closed(Peer peer, long presentNanos) {
        assert peer.openCount > 0 : "a connection ended twice";
        if (--peer.openCount == 0 && peer != others) {
            idle.add(peer);
        }
        forgetWhatIsBack(presentNanos);
    }

    private void forgetWhatIsBack(long presentNanos) {
        while (!idle.isEmpty() && isBack(idle.iterator().next(), presentNanos)) {
            forgetOldestIdle();
        }
    }

    private boolean isBack(Peer peer, long presentNanos) {
        return meter == null || meter.isFull(peer.fullAtNanos, presentNanos);
    }

    private boolean forgetOldestIdle() {
        if (idle.isEmpty()) {
            return false;
        }
        Peer oldest = idle.iterator().next();
        idle.remove(oldest);
        peers.remove(oldest.key);
        return true;
    }
}
