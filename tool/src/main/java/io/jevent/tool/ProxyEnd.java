package io.jevent.tool;

import io.jevent.bufferevent.Relay;

/** How one connection through a proxy ended. */
enum ProxyEnd {
    DONE("done"),
    NO_TLS("no TLS with the client"),
    REFUSED("target unreachable"),
    CLIENT_FAILED("client failed"),
    TARGET_FAILED("target failed"),
    IDLE("timed out"),
    CUT("cut off");

    private final String words;

    ProxyEnd(String words) {
        this.words = words;
    }

    /** The client is the first of the relay's two. */
    static ProxyEnd of(Relay.Reason reason) {
        return switch (reason) {
            case ENDED -> DONE;
            case ONE_FAILED -> CLIENT_FAILED;
            case OTHER_FAILED -> TARGET_FAILED;
            case TIMED_OUT -> IDLE;
            case CLOSED -> CUT;
        };
    }

    @Override
    public String toString() {
        return words;
    }
}
