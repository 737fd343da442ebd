package io.jevent.tool;

import io.jevent.event.EventBase;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds the addresses behind an endpoint without stopping the loop: the JDK looks up, on a thread of its own. */
final class HostLookup {
    private HostLookup() {}

    /** What takes the answer, on the loop. */
    interface Answer {
        /** Takes the addresses, at least one, in the order in which they are to be tried. */
        void onFound(List<SocketAddress> addresses);

        /** Takes the reason why there are none. */
        void onUnknown(String message);
    }

    /** Looks up; an endpoint that is an address is answered at once. */
    static void resolve(EventBase base, Endpoint endpoint, Answer answer) {
        switch (endpoint) {
            case Endpoint.Unix unix -> answer.onFound(List.of(unix.address()));
            case Endpoint.Inet inet -> {
                InetAddress literal = literal(inet.host());
                if (literal != null) {
                    answer.onFound(List.of(new InetSocketAddress(literal, inet.port())));
                } else {
                    Thread.ofVirtual().start(() -> tell(base, answer, ask(inet)));
                }
            }
        }
    }

    private static @Nullable InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static Consumer<Answer> ask(Endpoint.Inet inet) {
        try {
            List<SocketAddress> addresses = Arrays.stream(InetAddress.getAllByName(inet.host()))
                    .<SocketAddress>map(address -> new InetSocketAddress(address, inet.port()))
                    .toList();
            return answer -> answer.onFound(addresses);
        } catch (UnknownHostException _) {
            return answer -> answer.onUnknown("unknown host: " + inet.host());
        }
    }

    private static void tell(EventBase base, Answer answer, Consumer<Answer> told) {
        try {
            base.execute(() -> told.accept(answer));
        } catch (RejectedExecutionException _) {
            // The loop is over.
        }
    }
}
