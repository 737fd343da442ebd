package io.jevent.listener;

/**
 * How the connections of a {@link ListenerGroup} come to its bases.
 *
 * <p>Threading: immutable, share freely.
 */
public enum Spreading {
    /**
     * Every base has a listening socket of its own on the same address, and the system deals connections out by a hash of both
     * addresses and ports: even over many connections, and blind to how busy a base is. No connection changes threads. Limits
     * hold for each base by itself, and what waits for a base that is stuck waits for that one. Other processes of the same
     * user may join the address with the same option. Internet addresses only, and only where the backend has {@link
     * java.net.StandardSocketOptions#SO_REUSEPORT}; systems other than Linux may give all connections to one.
     */
    REUSE_PORT,

    /** The first base accepts, and hands each connection over to the next in {@link Balance}; limits hold for all together. */
    HAND_OVER,

    /**
     * {@link #REUSE_PORT} on Linux for an Internet address, if the backend has it, there are several bases and the
     * configuration has no {@link ListenerLimits}; otherwise {@link #HAND_OVER}.
     */
    BEST
}
