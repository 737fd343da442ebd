package io.jevent.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.jevent.buffer.EvBuffer;
import io.jevent.buffer.LineEnd;
import io.jevent.buffer.LineEndPosition;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Reads the request of a SOCKS 4 client: eight bytes looked at in one piece, and a name that ends with a zero. The
 * book's example for making bytes contiguous (R7): answer "more", "bad" or "done", and take nothing before it is all
 * there.
 *
 * <p>Better here: the name belongs to the header and is read, with a bound; and the answer says what is wrong.
 *
 * @param command 1 to connect, 2 to listen
 * @param target where to
 * @param user who asks, perhaps empty
 */
public record Socks4Request(int command, InetSocketAddress target, String user) {
    private static final int FIXED_BYTES = 8;
    private static final int MAX_USER_BYTES = 255;

    /**
     * Parses the bytes given in hexadecimal, or those of a connect to 192.0.2.7:80, as they come one after another.
     */
    public static void main(String[] args) throws IOException {
        byte[] bytes = HexFormat.of().parseHex(args.length > 0 ? args[0] : "04010050c00002076d6500");
        try (EvBuffer buffer = EvBuffer.create()) {
            for (byte each : bytes) {
                buffer.add(new byte[] {each});
                Optional<Socks4Request> request = parse(buffer);
                System.out.println(buffer.length() + " bytes wait, "
                        + request.map(Record::toString).orElse("need more"));
            }
        }
    }

    /**
     * Takes a request out of a buffer.
     *
     * @return the request, or nothing while it is incomplete; the buffer is then as it was
     * @throws IOException if it is no such request
     */
    static Optional<Socks4Request> parse(EvBuffer buffer) throws IOException {
        if (buffer.length() < FIXED_BYTES) {
            return Optional.empty();
        }
        ByteBuffer head = buffer.pullUp(FIXED_BYTES);
        int version = head.get();
        int command = head.get();
        if (version != 4 || (command != 1 && command != 2)) {
            throw new IOException("need version 4 and command 1 or 2, got " + version + " and " + command);
        }
        int port = Short.toUnsignedInt(head.getShort());
        byte[] address = new byte[4];
        head.get(address);
        Optional<LineEndPosition> end = buffer.findLineEnd(LineEnd.NUL, FIXED_BYTES);
        if (end.map(LineEndPosition::index).orElse(buffer.length()) > FIXED_BYTES + MAX_USER_BYTES) {
            throw new IOException("need a name of at most " + MAX_USER_BYTES + " bytes");
        }
        if (end.isEmpty()) {
            return Optional.empty();
        }
        buffer.drain(FIXED_BYTES);
        String user = buffer.readLine(LineEnd.NUL, ISO_8859_1).orElseThrow();
        return Optional.of(new Socks4Request(command, new InetSocketAddress(of(address), port), user));
    }

    private static InetAddress of(byte[] address) throws UnknownHostException {
        return InetAddress.getByAddress(address);
    }
}
