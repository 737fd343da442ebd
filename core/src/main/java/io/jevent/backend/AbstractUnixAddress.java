package io.jevent.backend;

import java.io.Serial;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The address of a Unix-domain socket in Linux's abstract namespace: a name that is no file, and is free again when the socket
 * closes. Any bytes are a name. The epoll and io_uring backends reach it.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "unix(7)"
 */
public final class AbstractUnixAddress extends SocketAddress {
    /** The most bytes a name may have: 107. */
    public static final int MAX_NAME_BYTES = 107;

    @Serial
    private static final long serialVersionUID = 1;

    private final byte[] name;

    private AbstractUnixAddress(byte[] name) {
        if (name.length == 0 || name.length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    "need a name of 1 to " + MAX_NAME_BYTES + " bytes, got " + name.length + " bytes");
        }
        this.name = name;
    }

    /**
     * {@return the address with a name}
     *
     * @param name its UTF-8 bytes are the name, without the 0 byte or {@code @} that other programs write in front
     * @throws IllegalArgumentException if it is empty or longer than {@link #MAX_NAME_BYTES} bytes
     */
    public static AbstractUnixAddress of(String name) {
        return new AbstractUnixAddress(name.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * {@return the address with a name}
     *
     * @param name the bytes, without a 0 byte in front
     * @throws IllegalArgumentException if it is empty or longer than {@link #MAX_NAME_BYTES} bytes
     */
    public static AbstractUnixAddress of(byte[] name) {
        return new AbstractUnixAddress(name.clone());
    }

    /**
     * {@return a copy of the name}
     */
    public byte[] name() {
        return name.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AbstractUnixAddress that && Arrays.equals(that.name, name);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(name);
    }

    /**
     * {@return the name as other programs show it, after an {@code @}}
     */
    @Override
    public String toString() {
        return "@" + new String(name, StandardCharsets.UTF_8);
    }
}
