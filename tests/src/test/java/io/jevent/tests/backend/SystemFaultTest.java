package io.jevent.tests.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.event.EventBase;
import io.jevent.event.EventBaseConfig;
import io.jevent.examples.EchoServer;
import io.jevent.listener.ConnectionListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * System calls of a running loop fail: a tracer is attached to its thread once it is warm. Whoever a failure is not about gets
 * every byte back, and the loop goes on.
 */
@Tag("peer") // needs strace, and the right to trace
@Timeout(120)
class SystemFaultTest {
    private static final int CLIENTS = 4;
    private static final int MESSAGES = 60;

    @TempDir
    private Path folder;

    private final ConcurrentLinkedQueue<Throwable> thrown = new ConcurrentLinkedQueue<>();

    /**
     * Faults, and how many connections each may end. Each stops after a number of calls that the messages reach: a tracer that is
     * ended between a call and the error it was to give makes it ENOSYS, which no loop can live with.
     */
    static Stream<Arguments> faults() {
        String reading = "read,readv";
        String writing = "write,writev";
        Stream<Arguments> both = Stream.of("nio", "epoll")
                .flatMap(backend -> Stream.of(
                        Arguments.of(backend, reading, "EINTR", "when=2..100+3", 0),
                        Arguments.of(backend, reading, "EAGAIN", "when=1..40", 0),
                        Arguments.of(backend, writing, "EINTR", "when=2..100+3", 0),
                        Arguments.of(backend, writing, "EAGAIN", "when=1..40", 0),
                        Arguments.of(backend, reading, "ECONNRESET", "when=9", 1),
                        Arguments.of(backend, reading, "ENOMEM", "when=9", 1),
                        Arguments.of(backend, writing, "EPIPE", "when=9", 1),
                        Arguments.of(backend, writing, "ECONNRESET", "when=9", 1),
                        Arguments.of(backend, writing, "ENOBUFS", "when=9", 1),
                        Arguments.of(backend, "epoll_wait,epoll_pwait,epoll_pwait2", "EINTR", "when=2..100+3", 0),
                        Arguments.of(backend, "accept,accept4", "EMFILE", "when=1", 0),
                        Arguments.of(backend, "accept,accept4", "ENOBUFS", "when=1", 0),
                        Arguments.of(backend, "accept,accept4", "ECONNABORTED", "when=1", 0),
                        Arguments.of(backend, "accept,accept4", "EINTR", "when=1..3", 0)));
        return Stream.concat(
                both,
                Stream.of(
                        Arguments.of("epoll", "epoll_ctl", "ENOSPC", "when=1..3", 0),
                        Arguments.of("epoll", "epoll_ctl", "ENOMEM", "when=1", 0),
                        Arguments.of("epoll", "epoll_pwait2", "EPERM", "when=1..9+2", 0)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void harmsNobodyElse(String backend, String calls, String error, String when, int mayFail) throws Exception {
        Excuses.abortIfExcused(backend);
        CompletableFuture<Integer> thread = new CompletableFuture<>();
        CompletableFuture<Integer> port = new CompletableFuture<>();
        CompletableFuture<EventBase> base = new CompletableFuture<>();
        Thread loop = Thread.ofPlatform().start(() -> serve(backend, base, thread, port));
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(connect(port.get(30, TimeUnit.SECONDS)));
            assertThat(echoes(clients.getLast(), i)).as("warm").isTrue();
        }
        Path log = folder.resolve("trace");
        Process tracer = trace(thread.get(30, TimeUnit.SECONDS), calls, error, when, log);
        int failed = 0;
        clients.add(connect(port.get()));
        for (int message = 0; message < MESSAGES; message++) {
            for (Socket client : List.copyOf(clients)) {
                if (!echoes(client, message)) {
                    failed++;
                    clients.remove(client);
                    client.close();
                }
            }
        }
        assertThat(failed).as("connections that ended").isLessThanOrEqualTo(mayFail);
        tracer.destroy();
        assertThat(tracer.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(log))
                .as("what was traced")
                .contains("INJECTED")
                .contains(error);
        clients.add(connect(port.get()));
        for (Socket client : clients) {
            assertThat(echoes(client, 1)).as("afterwards").isTrue();
            client.close();
        }
        base.get().execute(base.get()::exit);
        loop.join();
        assertThat(thrown).isEmpty();
    }

    private void serve(
            String backend,
            CompletableFuture<EventBase> made,
            CompletableFuture<Integer> thread,
            CompletableFuture<Integer> port) {
        EventBaseConfig config = EventBaseConfig.builder()
                .backend(backend)
                .errorHandler((_, error) -> thrown.add(error))
                .build();
        try (EventBase base = EventBase.create(config);
                ConnectionListener listener =
                        EchoServer.listen(base, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            assertThat(base.backend()).isEqualTo(backend);
            made.complete(base);
            thread.complete(Descriptors.call("gettid"));
            port.complete(((InetSocketAddress) listener.localAddress()).getPort());
            base.dispatch();
        } catch (IOException | RuntimeException e) {
            thrown.add(e);
            port.completeExceptionally(e);
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Sends a message; false if the connection ends instead of bringing it back. A wrong byte is a failure at once. */
    private static boolean echoes(Socket client, int number) throws IOException {
        byte[] message = new byte[100 + number];
        new SplittableRandom(number).nextBytes(message);
        byte[] back;
        try {
            client.getOutputStream().write(message);
            back = client.getInputStream().readNBytes(message.length);
        } catch (java.net.SocketException _) {
            return false;
        }
        assertThat(Arrays.equals(back, 0, back.length, message, 0, back.length))
                .as("every byte")
                .isTrue();
        return back.length == message.length;
    }

    private static Process trace(int thread, String calls, String error, String when, Path log)
            throws IOException, InterruptedException {
        Path messages = log.resolveSibling("messages");
        Process tracer = new ProcessBuilder(
                        "strace",
                        "-p",
                        "" + thread,
                        "-o",
                        log.toString(),
                        "-e",
                        "trace=" + calls,
                        "-e",
                        "inject=" + calls + ":error=" + error + ":" + when)
                .redirectError(messages.toFile())
                .start();
        for (int i = 0; i < 1000 && !Files.readString(messages).contains("attached"); i++) {
            assertThat(tracer.isAlive()).as(Files.readString(messages)).isTrue();
            Thread.sleep(10);
        }
        return tracer;
    }
}
