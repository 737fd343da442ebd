package io.jevent.tests.tool;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A server in the test's process, with blocking sockets, a thread for each client, and a list of what went wrong. */
final class Target implements AutoCloseable {
    /** What is done with a client; the socket is closed afterwards. */
    interface Service {
        void serve(Socket client) throws Exception;
    }

    /** Sends back what comes, then ends. */
    static final Service ECHO = client -> {
        client.getInputStream().transferTo(client.getOutputStream());
        client.shutdownOutput();
    };

    private final ServerSocket listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();

    Target(Service service) throws IOException {
        Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket client = listener.accept();
                    Thread.ofVirtual().start(() -> serve(service, client));
                } catch (IOException _) {
                    return; // Closed.
                }
            }
        });
    }

    private void serve(Service service, Socket client) {
        try (client) {
            service.serve(client);
        } catch (Throwable e) {
            failures.add(e);
        }
    }

    String port() {
        return "" + listener.getLocalPort();
    }

    /** What services threw. */
    ConcurrentLinkedQueue<Throwable> failures() {
        return failures;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
