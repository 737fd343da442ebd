package io.jevent.tool;

import io.jevent.backend.AcceptedSocket;
import io.jevent.bufferevent.BufferEvent;
import io.jevent.bufferevent.Condition;
import io.jevent.bufferevent.SocketBufferEvent;
import io.jevent.bufferevent.TlsBufferEvent;
import io.jevent.event.EventBase;
import io.jevent.event.LoopOption;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jevent listen}: one client at a time, coupled with standard input and output. */
@Command(
        name = "listen",
        mixinStandardHelpOptions = true,
        description = "Listen: what a client sends goes to stdout, stdin goes to the client.",
        footer = {
            "",
            "Clients are served one at a time, so that their bytes do not mix; the others wait in the backlog.",
            "When stdin has ended, each client is told so at once (half-close).",
            "Ends on SIGINT or SIGTERM with a one-line summary, on stderr since stdout carries the data.",
            "",
            "Examples:",
            "  jevent listen --once 7000 > received",
            "  jevent listen --unix chat.sock --hexdump",
            "  jevent listen 7000 --tls --cert chain.pem --key key.pem"
        })
final class ListenCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common = new CommonOptions();

    @Mixin
    private ServerOptions options = new ServerOptions();

    @Mixin
    private ConnectionOptions connections = new ConnectionOptions();

    @Mixin
    private ServerTls tls = new ServerTls();

    @Option(names = "--once", description = "Exit after the first client; exit code 1 if its connection was lost.")
    private boolean once;

    private @Nullable StreamSession session;
    private @Nullable Server server;
    private @Nullable ToolFailure failure;

    /** Ends the command whatever becomes of its clients. */
    private @Nullable ToolFailure fatal;

    /** A piece of standard input for which there is no client at the moment, or none yet. */
    private byte @Nullable [] waitingPiece;

    private boolean stdinEnded;
    private boolean stdinStarted;
    private long bytesIn;
    private long bytesOut;

    ListenCommand() {}

    @Override
    public Integer call() {
        tls.setUp(List.of());
        try (EventBase base = common.newBase()) {
            long start = System.nanoTime();
            var stdout = new StdoutPump(base, cause -> onStdoutFailed(base, cause));
            StdinPump[] stdin = new StdinPump[1];
            stdin[0] = new StdinPump(base, System.in, new StdinPump.Sink() {
                @Override
                public void onPiece(byte[] piece) {
                    waitingPiece = piece;
                    sendWaiting(stdin[0]);
                }

                @Override
                public void onEnd() {
                    stdinEnded = true;
                    if (session != null) {
                        session.onStdinEnd();
                    }
                }

                @Override
                public void onError(IOException cause) {
                    fatal = ToolFailure.network("cannot read stdin: " + Words.of(cause), cause);
                    base.exit();
                }
            });
            server = new Server(
                            base,
                            options.address(),
                            options.grace(),
                            (_, socket) -> serve(base, socket, stdout, stdin[0]))
                    .announce(tls.announcement());
            server.endOnSignals();
            tls.watch(base, System.err::println);
            // The threads of stdin and stdout are nothing the loop knows to wait for.
            base.loop(LoopOption.NO_EXIT_ON_EMPTY);
            if (fatal != null) {
                throw fatal;
            }
            if (once && failure != null) {
                throw failure;
            }
            count();
            System.err.println("received " + Words.bytes(bytesIn) + ", sent " + Words.bytes(bytesOut) + " on "
                    + Words.counted(server.acceptedCount(), "connection") + " in "
                    + Words.seconds(System.nanoTime() - start));
            return 0;
        }
    }

    private void onStdoutFailed(EventBase base, IOException cause) {
        Stdout.complaint(cause).ifPresent(complaint -> fatal = ToolFailure.network(complaint, cause));
        base.exit();
    }

    private void serve(EventBase base, AcceptedSocket socket, StdoutPump stdout, StdinPump stdin) {
        server().accepting(false);
        BufferEvent accepted = tls.on(SocketBufferEvent.create(base, socket));
        BufferEvent client = connections.applyTo(accepted, "");
        StreamSession fresh = new StreamSession(client, stdout, () -> ended(base, client));
        if (tls.isOn()) {
            fresh.awaitConnected();
        }
        session = fresh;
        client.onCondition((_, condition) -> {
            switch (condition) {
                case Condition.Eof _ -> fresh.onPeerEnd();
                case Condition.Failed failed -> {
                    String message =
                            "connection lost: " + (tls.isOn() ? TlsWords.of(failed.cause()) : Words.of(failed.cause()));
                    failure = ToolFailure.network(message, failed.cause());
                    System.err.println("jevent: " + message);
                    fresh.whenAllPrinted(() -> {
                        ended(base, client);
                        fresh.onLost();
                    });
                }
                case Condition.Connected _ -> {
                    if (accepted instanceof TlsBufferEvent secured) {
                        TlsWords.lines(secured, common.isVerbose()).forEach(System.err::println);
                    }
                    fresh.onConnected();
                }
                case Condition.TimedOut _ -> throw new AssertionError(condition);
            }
        });
        client.enableReading();
        if (!stdinStarted) {
            stdinStarted = true;
            stdin.start();
        }
        if (stdinEnded) {
            fresh.onStdinEnd();
        }
        sendWaiting(stdin);
    }

    private void sendWaiting(StdinPump stdin) {
        byte[] piece = waitingPiece;
        if (piece != null && session != null) {
            waitingPiece = null;
            session.send(piece, stdin::next);
        }
    }

    private void ended(EventBase base, BufferEvent client) {
        client.close();
        count();
        server().connectionEnded();
        server().accepting(true);
        if (once) {
            base.exit();
        }
    }

    private void count() {
        if (session != null) {
            bytesIn += session.bytesIn();
            bytesOut += session.bytesOut();
            session = null;
        }
    }

    private Server server() {
        return Objects.requireNonNull(server);
    }
}
