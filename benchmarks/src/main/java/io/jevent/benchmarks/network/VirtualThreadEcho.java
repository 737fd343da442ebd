package io.jevent.benchmarks.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;

/** Blocking sockets of the JDK, a virtual thread for each connection. */
public final class VirtualThreadEcho {
    private static final int IDLE_MILLIS = (int) Duration.ofMinutes(5).toMillis();

    private static final int BACKLOG = 1024;

    private VirtualThreadEcho() {}

    /** Prints its port and serves until it is ended. */
    public static void main(String[] args) throws IOException {
        try (ServerSocket listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress())) {
            System.out.println(listener.getLocalPort());
            Probe.startIfAsked(Probe::directBytes);
            while (true) {
                Socket client = listener.accept();
                Thread.startVirtualThread(() -> echo(client));
            }
        }
    }

    private static void echo(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            client.setSoTimeout(IDLE_MILLIS);
            client.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            // The peer is gone, or silent for too long.
        }
    }
}
