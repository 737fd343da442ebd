package io.jevent.backend.linux;

import io.jevent.backend.AbstractUnixAddress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.charset.Charset;
import java.nio.file.InvalidPathException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Socket addresses as the system has them: {@code struct sockaddr_in}, {@code sockaddr_in6} and {@code sockaddr_un}, which are
 * the same on x86-64 and aarch64.
 *
 * <p>Threading: one thread at a time; it has room for one address.
 */
final class SocketAddressCodec {
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    /** Room for the longest: a Unix-domain name. */
    static final int MAX_BYTES = 112;

    static final int IN_BYTES = 16;
    static final int IN6_BYTES = 28;

    /** Where the name begins in a Unix-domain address, and how long it may be. */
    static final int UN_PATH_OFFSET = 2;

    static final int UN_PATH_BYTES = 108;

    private static final ValueLayout.OfShort NETWORK_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final Charset FILE_NAMES = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    private final MemorySegment memory;

    /** Where a call puts the length of the address it gives. */
    private final MemorySegment length;

    SocketAddressCodec(Arena arena) {
        this.memory = arena.allocate(MAX_BYTES, 8);
        this.length = arena.allocate(ValueLayout.JAVA_INT);
    }

    /** Where the address is. */
    long address() {
        return memory.address();
    }

    /** Where the length of an address that is to be given is, set to the room there is. */
    long lengthAddress() {
        length.set(ValueLayout.JAVA_INT, 0, MAX_BYTES);
        return length.address();
    }

    /** The family of sockets that can reach an address. */
    static int familyOf(SocketAddress address) throws IOException {
        if (address instanceof UnixDomainSocketAddress || address instanceof AbstractUnixAddress) {
            return AF_UNIX;
        }
        if (!(address instanceof InetSocketAddress inet)) {
            throw new IOException(
                    "address family not supported: " + address.getClass().getName());
        }
        if (inet.isUnresolved()) {
            throw new IllegalArgumentException("need a resolved address, got " + inet);
        }
        return inet.getAddress() instanceof Inet6Address ? AF_INET6 : AF_INET;
    }

    /**
     * Puts an address down for a socket of a family.
     *
     * @return its length
     * @throws UnsupportedAddressTypeException if such a socket cannot reach it
     * @throws IOException if a Unix-domain name is too long
     */
    int encode(SocketAddress address, int family) throws IOException {
        return encode(address, family, memory, 0);
    }

    /** The same, at a place of the caller's. */
    static int encode(SocketAddress address, int family, MemorySegment target, long offset) throws IOException {
        target.asSlice(offset, MAX_BYTES).fill((byte) 0);
        target.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset, (short) family);
        if (address instanceof UnixDomainSocketAddress unix && family == AF_UNIX) {
            byte[] name = unix.getPath().toString().getBytes(FILE_NAMES);
            if (name.length >= UN_PATH_BYTES) {
                throw new IOException(
                        "Unix domain path too long: need less than " + UN_PATH_BYTES + " bytes, got " + name.length);
            }
            MemorySegment.copy(name, 0, target, ValueLayout.JAVA_BYTE, offset + UN_PATH_OFFSET, name.length);
            return UN_PATH_OFFSET + (name.length == 0 ? 0 : name.length + 1);
        }
        if (address instanceof AbstractUnixAddress unix && family == AF_UNIX) {
            byte[] name = unix.name();
            MemorySegment.copy(name, 0, target, ValueLayout.JAVA_BYTE, offset + UN_PATH_OFFSET + 1, name.length);
            return UN_PATH_OFFSET + 1 + name.length;
        }
        if (!(address instanceof InetSocketAddress inet) || inet.isUnresolved() || family == AF_UNIX) {
            throw new UnsupportedAddressTypeException();
        }
        target.set(NETWORK_SHORT, offset + 2, (short) inet.getPort());
        byte[] bytes = inet.getAddress().getAddress();
        if (family == AF_INET) {
            if (bytes.length != 4) {
                throw new UnsupportedAddressTypeException();
            }
            MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, offset + 4, 4);
            return IN_BYTES;
        }
        if (bytes.length == 4) {
            if (!inet.getAddress().isAnyLocalAddress()) {
                // ::ffff:a.b.c.d, an IPv4 address as an IPv6 socket knows it.
                target.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset + 18, (short) 0xffff);
                MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, offset + 20, 4);
            }
        } else {
            MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, offset + 8, 16);
            int scope = ((Inet6Address) inet.getAddress()).getScopeId();
            target.set(ValueLayout.JAVA_INT_UNALIGNED, offset + 24, scope);
        }
        return IN6_BYTES;
    }

    /** The address a call has given. */
    @Nullable
    SocketAddress decode() throws IOException {
        return decode(memory, 0, length.get(ValueLayout.JAVA_INT, 0));
    }

    /** The address at a place of the caller's; null if it has no bytes or is of another family. */
    static @Nullable SocketAddress decode(MemorySegment source, long offset, int byteCount) throws IOException {
        if (byteCount < 2) {
            return null;
        }
        return switch (source.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset)) {
            case AF_INET -> decodeInet(source, offset, new byte[4], offset + 4, 0);
            case AF_INET6 ->
                decodeInet(
                        source,
                        offset,
                        new byte[16],
                        offset + 8,
                        source.get(ValueLayout.JAVA_INT_UNALIGNED, offset + 24));
            case AF_UNIX -> decodeUnix(source, offset, byteCount);
            default -> null;
        };
    }

    private static SocketAddress decodeInet(MemorySegment source, long offset, byte[] bytes, long from, int scope)
            throws UnknownHostException {
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, from, bytes, 0, bytes.length);
        int port = Short.toUnsignedInt(source.get(NETWORK_SHORT, offset + 2));
        InetAddress address = InetAddress.getByAddress(bytes);
        if (scope != 0 && !(address instanceof Inet4Address)) {
            address = Inet6Address.getByAddress(null, bytes, scope);
        }
        return new InetSocketAddress(address, port);
    }

    private static SocketAddress decodeUnix(MemorySegment source, long offset, int byteCount) {
        int nameBytes = Math.min(byteCount, MAX_BYTES) - UN_PATH_OFFSET;
        byte[] name = new byte[nameBytes];
        MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset + UN_PATH_OFFSET, name, 0, nameBytes);
        if (nameBytes > 1 && name[0] == 0) {
            return AbstractUnixAddress.of(Arrays.copyOfRange(name, 1, nameBytes));
        }
        int end = 0;
        while (end < nameBytes && name[end] != 0) {
            end++;
        }
        try {
            return UnixDomainSocketAddress.of(new String(name, 0, end, FILE_NAMES));
        } catch (InvalidPathException _) {
            return UnixDomainSocketAddress.of(""); // A path that the locale has no characters for.
        }
    }
}
