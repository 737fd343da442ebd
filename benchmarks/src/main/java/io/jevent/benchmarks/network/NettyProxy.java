package io.jevent.benchmarks.network;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Netty's proxy on one event-loop thread, as programs write it: two channels, each of which writes what the other reads,
 * flushes when that reading is over, and stops it while it is not writable; after five minutes of silence it closes.
 * Everything else is Netty's default.
 */
public final class NettyProxy {
    private NettyProxy() {}

    /**
     * Prints its port and serves until it is ended.
     *
     * @param args the transport (nio, epoll or io_uring) and the port of the server
     */
    public static void main(String[] args) throws InterruptedException {
        serve(args[0], Integer.parseInt(args[1]), _ -> {});
    }

    /**
     * Prints its port and serves until it is ended.
     *
     * @param first puts handlers before those of the proxy into the pipelines of clients
     */
    static void serve(String transport, int serverPort, Consumer<Channel> first) throws InterruptedException {
        InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort);
        switch (transport) {
            case "nio" ->
                serve(NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class, server, first);
            case "epoll" ->
                serve(
                        EpollIoHandler.newFactory(),
                        EpollServerSocketChannel.class,
                        EpollSocketChannel.class,
                        server,
                        first);
            case "io_uring" ->
                serve(
                        IoUringIoHandler.newFactory(),
                        IoUringServerSocketChannel.class,
                        IoUringSocketChannel.class,
                        server,
                        first);
            default -> throw new IllegalArgumentException("need nio, epoll or io_uring, got " + transport);
        }
    }

    private static void serve(
            IoHandlerFactory transport,
            Class<? extends ServerChannel> listener,
            Class<? extends Channel> connection,
            InetSocketAddress server,
            Consumer<Channel> first)
            throws InterruptedException {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, transport);
        Channel bound = new ServerBootstrap()
                .group(group)
                .channel(listener)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel client) {
                        first.accept(client);
                        connect(client, connection, server);
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
        System.out.println(((InetSocketAddress) bound.localAddress()).getPort());
        Probe.startIfAsked(NettyEcho::directBytes);
        bound.closeFuture().sync();
    }

    /** Reads the client only once it is known where to. */
    @SuppressWarnings("FutureReturnValueIgnored") // closing does not fail
    private static void connect(Channel client, Class<? extends Channel> connection, InetSocketAddress address) {
        ChannelFuture connecting = new Bootstrap()
                .group(client.eventLoop())
                .channel(connection)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.AUTO_READ, false)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel server) {
                        server.pipeline().addLast(new IdleStateHandler(5, 0, 0, TimeUnit.MINUTES), new Half(client));
                    }
                })
                .connect(address);
        Channel server = connecting.channel();
        client.pipeline().addLast(new IdleStateHandler(5, 0, 0, TimeUnit.MINUTES), new Half(server));
        connecting.addListener((ChannelFutureListener) connected -> {
            if (connected.isSuccess() && !client.isActive()) {
                server.close();
            } else if (connected.isSuccess()) {
                client.config().setAutoRead(true);
                server.config().setAutoRead(true);
            } else {
                client.close();
            }
        });
    }

    /** What one channel does for the other. */
    @SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and closing does not fail
    private static final class Half extends ChannelInboundHandlerAdapter {
        private final Channel opposite;

        Half(Channel opposite) {
            this.opposite = opposite;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            opposite.write(message, opposite.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            opposite.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            opposite.config().setAutoRead(context.channel().isWritable());
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (opposite.isActive()) {
                opposite.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof IdleStateEvent) {
                context.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
