package io.jevent.event;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads and writes addresses of IPv4 and IPv6 as text. Names are not looked up.
 *
 * <p>It is strict: four decimal numbers without leading zeros for IPv4, nothing left out; ports from 1 to 65,535.
 *
 * <p>Threading: any thread.
 */
public final class SocketAddresses {
    private static final Pattern IPV4 =
            Pattern.compile("(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})\\.(0|[1-9]\\d{0,2})" + "\\.(0|[1-9]\\d{0,2})");
    private static final Pattern BRACKETS = Pattern.compile("\\[([^\\[\\]]*)](?::(.*))?");
    private static final Pattern PORT = Pattern.compile("\\d{1,5}");
    private static final int MAX_PORT = 65_535;

    private SocketAddresses() {}

    /**
     * Reads an IP address: dotted IPv4, or IPv6 with or without a scope such as {@code %eth0}.
     *
     * @param text the address, without brackets
     * @return the address
     * @throws IllegalArgumentException if it is not one, or the scope is none of this machine
     * @see "libevent evutil_inet_pton(), evutil_inet_pton_scope()"
     */
    public static InetAddress parseAddress(String text) {
        boolean isIpv6 = text.indexOf(':') >= 0;
        if (!isIpv6 && !isIpv4(text)) {
            throw refused("an IP address", text);
        }
        if (isIpv6 && !isStrictIpv6(text)) {
            throw refused("an IP address", text);
        }
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(refused("an IP address", text).getMessage(), e);
        }
    }

    /** What the JDK is lenient about: brackets, long groups, leading zeros in a dotted tail, scopes that do not exist. */
    private static boolean isStrictIpv6(String text) {
        int percent = text.indexOf('%');
        String address = percent < 0 ? text : text.substring(0, percent);
        for (String group : address.split(":", -1)) {
            boolean isDotted = group.indexOf('.') >= 0;
            if (isDotted ? !isIpv4(group) : group.length() > 4) {
                return false;
            }
        }
        return text.indexOf('[') < 0 && (percent < 0 || isScope(text.substring(percent + 1)));
    }

    private static boolean isScope(String scope) {
        try {
            return !scope.isEmpty()
                    && (PORT.matcher(scope).matches()
                            ? NetworkInterface.getByIndex(Integer.parseInt(scope)) != null
                            : NetworkInterface.getByName(scope) != null);
        } catch (SocketException _) {
            return false;
        }
    }

    private static boolean isIpv4(String text) {
        Matcher matcher = IPV4.matcher(text);
        if (!matcher.matches()) {
            return false;
        }
        for (int i = 1; i <= 4; i++) {
            if (Integer.parseInt(matcher.group(i)) > 255) {
                return false;
            }
        }
        return true;
    }

    /**
     * Reads an address with or without a port: {@code 1.2.3.4}, {@code 1.2.3.4:80}, {@code ::1}, {@code [::1]}, {@code
     * [::1]:80}.
     *
     * @param text the address
     * @return the address; port 0 if there is none in the text
     * @throws IllegalArgumentException if it is not one
     * @see "libevent evutil_parse_sockaddr_port()"
     */
    public static InetSocketAddress parse(String text) {
        Matcher brackets = BRACKETS.matcher(text);
        if (brackets.matches()) {
            String inside = brackets.group(1);
            if (inside.indexOf(':') < 0) {
                throw refused("an IPv6 address between the brackets", text);
            }
            return new InetSocketAddress(parseAddress(inside), portOf(brackets.group(2), text));
        }
        int colon = text.indexOf(':');
        if (colon >= 0 && colon == text.lastIndexOf(':')) {
            String host = text.substring(0, colon);
            return new InetSocketAddress(parseAddress(host), portOf(text.substring(colon + 1), text));
        }
        return new InetSocketAddress(parseAddress(text), 0);
    }

    @SuppressWarnings("NullAway") // group(2) is null where there is no port
    private static int portOf(String port, String text) {
        if (port == null) {
            return 0;
        }
        int number = PORT.matcher(port).matches() ? Integer.parseInt(port) : 0;
        if (number < 1 || number > MAX_PORT) {
            throw refused("a port from 1 to " + MAX_PORT, text);
        }
        return number;
    }

    private static IllegalArgumentException refused(String need, String text) {
        return new IllegalArgumentException("need " + need + ", got " + text);
    }

    /**
     * Writes an address as {@link #parse} reads it: {@code 1.2.3.4:80}, {@code [::1]:80}; without the port if that is 0.
     *
     * @param address the address, resolved
     * @return the text
     * @throws IllegalArgumentException if it is not resolved
     */
    public static String format(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        if (host == null) {
            throw refused("a resolved address", address.toString());
        }
        String text = host instanceof Inet6Address ipv6 ? compressed(ipv6) : host.getHostAddress();
        if (address.getPort() == 0) {
            return text;
        }
        return (host instanceof Inet6Address ? "[" + text + "]" : text) + ":" + address.getPort();
    }

    /** The shortest form: the first of the longest runs of zero groups, of two or more, becomes two colons (RFC 5952). */
    private static String compressed(Inet6Address address) {
        String text = address.getHostAddress();
        int percent = text.indexOf('%');
        String[] groups = (percent < 0 ? text : text.substring(0, percent)).split(":", -1);
        int runStart = -1;
        int runLength = 1;
        for (int i = 0; i < groups.length; i++) {
            int end = i;
            while (end < groups.length && groups[end].equals("0")) {
                end++;
            }
            if (end - i > runLength) {
                runStart = i;
                runLength = end - i;
            }
        }
        String scope = percent < 0 ? "" : text.substring(percent);
        if (runStart < 0) {
            return String.join(":", groups) + scope;
        }
        String head = String.join(":", Arrays.copyOf(groups, runStart));
        String tail = String.join(":", Arrays.copyOfRange(groups, runStart + runLength, groups.length));
        return head + "::" + tail + scope;
    }
}
