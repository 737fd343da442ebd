package io.jevent.tool;

import io.jevent.backend.Direction;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.event.LoopOption;
import io.jevent.tls.TlsContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jevent connect}: standard input to the socket, the socket to standard output. */
@Command(
        name = "connect",
        mixinStandardHelpOptions = true,
        description = "Connect to a server: stdin goes to it, what it sends goes to stdout.",
        footer = {
            "",
            "When stdin ends, the server is told so (half-close), and what it still sends is printed.",
            "All addresses of the host are tried in turn.",
            "How it went goes to stderr as words, since stdout carries the data.",
            "",
            "Examples:",
            "  printf 'GET / HTTP/1.0\\r\\n\\r\\n' | jevent connect localhost 8080",
            "  jevent connect --unix /run/app.sock --hexdump < request",
            "  jevent connect example.com 9000 --rate 500k < big.file",
            "  printf 'GET / HTTP/1.0\\r\\n\\r\\n' | jevent connect example.com 443 --tls --verbose"
        })
final class ConnectCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common = new CommonOptions();

    @Mixin
    private ConnectionOptions connections = new ConnectionOptions();

    @Mixin
    private ClientTls tls = new ClientTls();

    @Parameters(index = "0", arity = "0..1", paramLabel = "HOST", description = "Name or address of the server.")
    private @Nullable String host;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PORT",
            description = "Its port, 1 to 65535.",
            converter = Port.Remote.class)
    private @Nullable Integer port;

    @Option(
            names = "--unix",
            paramLabel = "PATH",
            converter = Endpoint.UnixPath.class,
            description = "Connect to a Unix-domain socket instead of a host; on Linux also an abstract name, @NAME.")
    private Endpoint.@Nullable Unix unix;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            converter = Seconds.class,
            description =
                    "Give up when connecting takes longer, or when neither side sends for so long. Default: wait.")
    private @Nullable Duration timeout;

    private final Deque<SocketAddress> addresses = new ArrayDeque<>();
    private @Nullable TlsBufferEvent secured;
    private @Nullable ToolFailure failure;
    private long progressAtLastCheck = -1;

    ConnectCommand() {}

    @Override
    public Integer call() {
        Duration timeout = timeout();
        Optional<TlsContext> context = tls.context();
        findAddresses();
        try (EventBase base = common.newBase()) {
            SocketBufferEvent socket = SocketBufferEvent.create(base);
            secured = context.map(
                            its -> tls.on(socket, its, host == null ? "localhost" : host, port == null ? 0 : port))
                    .orElse(null);
            BufferEvent connection = connections.applyTo(secured == null ? socket : secured, "");
            connection.timeouts(timeout, timeout);
            var stdout = new StdoutPump(base, cause -> onStdoutFailed(base, cause));
            var session = new StreamSession(connection, stdout, base::exit);
            var stdin = pump(base, session);
            connection.onCondition((_, condition) -> onCondition(base, socket, connection, session, stdin, condition));
            connection.enableReading();
            connectNext(base, socket);
            // The threads of stdin and stdout are nothing the loop knows to wait for.
            base.loop(LoopOption.NO_EXIT_ON_EMPTY);
            if (failure != null) {
                throw failure;
            }
            System.err.println(
                    "closed: sent " + Words.bytes(session.bytesOut()) + ", received " + Words.bytes(session.bytesIn()));
            return 0;
        }
    }

    private void findAddresses() {
        if (unix != null) {
            if (host != null) {
                throw ToolFailure.usage("need HOST PORT or --unix PATH, got both", new IllegalArgumentException());
            }
            addresses.add(unix.address());
            return;
        }
        if (host == null || port == null) {
            throw ToolFailure.usage(
                    host == null
                            ? "Missing required parameters: 'HOST', 'PORT' (or --unix PATH)"
                            : "Missing required parameter: 'PORT'",
                    new IllegalArgumentException());
        }
        for (InetAddress address : resolve(host)) {
            addresses.add(new InetSocketAddress(address, port));
        }
    }

    private Duration timeout() {
        if (timeout == null) {
            return Duration.ZERO;
        }
        if (timeout.isZero()) {
            throw ToolFailure.usage("need a timeout above 0 seconds, got 0", new IllegalArgumentException());
        }
        return timeout;
    }

    static List<InetAddress> resolve(String host) {
        if (host.isBlank()) {
            throw ToolFailure.usage("need a host, got an empty one", new IllegalArgumentException());
        }
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            throw ToolFailure.network("unknown host: " + host, e);
        }
    }

    private StdinPump pump(EventBase base, StreamSession session) {
        StdinPump[] self = new StdinPump[1];
        self[0] = new StdinPump(base, System.in, new StdinPump.Sink() {
            @Override
            public void onPiece(byte[] piece) {
                session.send(piece, self[0]::next);
            }

            @Override
            public void onEnd() {
                session.onStdinEnd();
            }

            @Override
            public void onError(IOException cause) {
                fail(base, "cannot read stdin: " + Words.of(cause));
            }
        });
        return self[0];
    }

    private void onStdoutFailed(EventBase base, IOException cause) {
        Stdout.complaint(cause).ifPresentOrElse(complaint -> fail(base, complaint), base::exit);
    }

    private void connectNext(EventBase base, SocketBufferEvent connection) {
        try {
            connection.connect(addresses.remove());
        } catch (UncheckedIOException e) {
            onFailed(base, connection, e.getCause());
        } catch (UnsupportedOperationException e) {
            onFailed(base, connection, new IOException(e.getMessage(), e));
        }
    }

    private void onCondition(
            EventBase base,
            SocketBufferEvent socket,
            BufferEvent connection,
            StreamSession session,
            StdinPump stdin,
            Condition condition) {
        switch (condition) {
            case Condition.Connected _ -> {
                System.err.println(
                        "connected to " + Words.of(socket.remoteAddress().orElse(null)) + " (" + base.backend() + ")");
                tellTls();
                stdin.start();
            }
            case Condition.Eof _ -> {
                session.onPeerEnd();
                if (isTerminal()) {
                    session.onStdinEnd(); // Nobody wants to type into a connection that has ended.
                }
            }
            case Condition.TimedOut(Direction direction)
            when direction == Direction.READING -> {
                long progress = session.bytesIn() + session.bytesOut();
                if (progress == progressAtLastCheck || !session.hasPrintedAll()) {
                    fail(base, "timed out: nothing was sent or received for " + seconds());
                }
                progressAtLastCheck = progress;
                connection.enableReading();
            }
            case Condition.TimedOut(Direction direction)
            when direction == Direction.CONNECTING ->
                onFailed(base, socket, new IOException("timed out after " + seconds()));
            case Condition.TimedOut _ -> fail(base, "timed out: the peer does not read");
            case Condition.Failed(Direction direction, IOException cause)
            when direction == Direction.CONNECTING && socket.isClosed() ->
                fail(base, "no TLS with " + shown() + ": " + TlsWords.of(cause));
            case Condition.Failed(Direction direction, IOException cause)
            when direction == Direction.CONNECTING -> onFailed(base, socket, cause);
            case Condition.Failed failed ->
                session.whenAllPrinted(() -> fail(base, "connection lost: " + lost(failed.cause())));
        }
    }

    private String lost(IOException cause) {
        return secured == null ? Words.of(cause) : TlsWords.of(cause);
    }

    private void tellTls() {
        if (secured != null) {
            TlsWords.lines(secured, common.isVerbose()).forEach(System.err::println);
        }
    }

    private String seconds() {
        return String.format(Locale.ROOT, "%.1f s", timeout().toMillis() / 1000.0);
    }

    private void onFailed(EventBase base, SocketBufferEvent connection, @Nullable IOException cause) {
        if (addresses.isEmpty()) {
            fail(base, "cannot connect to " + shown() + ": " + Words.of(cause));
        } else {
            connectNext(base, connection);
        }
    }

    private String shown() {
        if (unix != null) {
            return unix.toString();
        }
        return new Endpoint.Inet(String.valueOf(host), port == null ? 0 : port).toString();
    }

    private void fail(EventBase base, String message) {
        failure = ToolFailure.network(message, new IOException(message));
        base.exit();
    }

    private static boolean isTerminal() {
        return Boolean.getBoolean("jevent.stdin.tty");
    }
}
