package io.jevent.tool;

/**
 * What one loop of a proxy, or all together, have done so far.
 *
 * @param open connections at the moment
 * @param ended connections that ended in order
 * @param failed connections that broke, fell silent, or lost their client before the target answered
 * @param refused connections whose target could not be reached
 * @param cut connections that were open when the proxy ended
 * @param toTarget bytes from clients
 * @param toClients bytes from targets
 * @param peakBufferBytes most memory in buffers that was seen
 */
record ProxyTally(
        long open,
        long ended,
        long failed,
        long refused,
        long cut,
        long toTarget,
        long toClients,
        long peakBufferBytes) {
    static final ProxyTally NONE = new ProxyTally(0, 0, 0, 0, 0, 0, 0, 0);

    ProxyTally plus(ProxyTally more) {
        return new ProxyTally(
                open + more.open,
                ended + more.ended,
                failed + more.failed,
                refused + more.refused,
                cut + more.cut,
                toTarget + more.toTarget,
                toClients + more.toClients,
                peakBufferBytes + more.peakBufferBytes);
    }

    long bytes() {
        return toTarget + toClients;
    }
}
