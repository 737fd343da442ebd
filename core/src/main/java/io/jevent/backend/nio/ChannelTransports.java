package io.jevent.backend.nio;

import io.jevent.backend.AcceptedSocket;
import io.jevent.backend.Acceptor;
import io.jevent.backend.AcceptorHandler;
import io.jevent.backend.DatagramHandler;
import io.jevent.backend.DatagramTransport;
import io.jevent.backend.ReadinessHandler;
import io.jevent.backend.Registration;
import io.jevent.backend.Transport;
import io.jevent.backend.TransportHandler;
import io.jevent.backend.Triggering;
import io.jevent.backend.readiness.MemoryWaits;
import io.jevent.backend.readiness.ReadinessAcceptor;
import io.jevent.backend.readiness.ReadinessDatagrams;
import io.jevent.backend.readiness.ReadinessTransport;
import io.jevent.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The three levels of a backend over channels, whoever opened them: watching, streams, datagrams.
 *
 * <p>Threading: loop only.
 */
public final class ChannelTransports {
    private final ChannelPoller poller;
    private final BufferPool pool;
    private final MemoryWaits memory;

    /** Room for the longest datagram, shared by all sockets; null until there is one. */
    private @Nullable ByteBuffer datagramScratch;

    /** Makes the levels over one poller. */
    public ChannelTransports(ChannelPoller poller, BufferPool pool, MemoryWaits memory) {
        this.poller = poller;
        this.pool = pool;
        this.memory = memory;
    }

    /** Watches a channel. */
    public Registration register(SelectableChannel channel, Triggering triggering, ReadinessHandler handler)
            throws IOException {
        if (triggering == Triggering.EDGE) {
            throw new UnsupportedOperationException("a channel cannot be watched edge-triggered");
        }
        return new NioRegistration(poller, channel, handler);
    }

    /** Takes a stream socket over. */
    public Transport adopt(SelectableChannel channel, TransportHandler handler) throws IOException {
        if (!(channel instanceof SocketChannel socket)) {
            throw new IllegalArgumentException("need a SocketChannel, got " + channel);
        }
        return new ReadinessTransport(new NioStreamSocket(poller, socket), memory, handler);
    }

    /** Takes a socket over that was accepted on a channel. */
    public Transport adopt(AcceptedSocket socket, TransportHandler handler) throws IOException {
        if (!(socket instanceof NioAcceptedSocket accepted)) {
            throw new IllegalArgumentException("need a socket accepted by a backend of the same kind, got " + socket);
        }
        SocketChannel channel = accepted.adopt();
        boolean success = false;
        try {
            Transport transport = adopt(channel, handler);
            success = true;
            return transport;
        } finally {
            if (!success) {
                ChannelPoller.closeQuietly(channel);
                accepted.connectionEnded();
            }
        }
    }

    /** Takes a listening socket over. */
    public Acceptor listen(SelectableChannel channel, AcceptorHandler handler) throws IOException {
        if (!(channel instanceof ServerSocketChannel server)) {
            throw new IllegalArgumentException("need a ServerSocketChannel, got " + channel);
        }
        if (server.getLocalAddress() == null) {
            throw new IllegalArgumentException("need a bound channel, got " + channel);
        }
        return new ReadinessAcceptor(new NioListeningSocket(poller, server), memory, handler);
    }

    /** Takes a datagram socket over. */
    public DatagramTransport adoptDatagrams(SelectableChannel channel, DatagramHandler handler) throws IOException {
        if (!(channel instanceof DatagramChannel datagrams)) {
            throw new IllegalArgumentException("need a DatagramChannel, got " + channel);
        }
        NioDatagramEnd socket = new NioDatagramEnd(poller, datagrams, datagramScratch());
        return new ReadinessDatagrams(socket, pool, memory, handler);
    }

    private ByteBuffer datagramScratch() {
        ByteBuffer scratch = datagramScratch;
        if (scratch == null) {
            scratch = ByteBuffer.allocateDirect(DatagramTransport.MAX_DATAGRAM_BYTES);
            datagramScratch = scratch;
        }
        return scratch;
    }
}
