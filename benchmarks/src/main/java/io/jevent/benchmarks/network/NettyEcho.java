package io.jevent.benchmarks.network;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.Channel;
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
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Netty's echo on one event-loop thread: writes what was read, flushes when the reading is over, stops reading while the
 * peer does not read, and closes after five minutes of silence. Everything else is Netty's default.
 */
public final class NettyEcho {
    private NettyEcho() {}

    /**
     * Prints its port and serves until it is ended.
     *
     * @param args the transport: nio, epoll or io_uring
     */
    public static void main(String[] args) throws InterruptedException {
        switch (args.length == 1 ? args[0] : "") {
            case "nio" -> serve(NioIoHandler.newFactory(), NioServerSocketChannel.class);
            case "epoll" -> serve(EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
            case "io_uring" -> serve(IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class);
            default -> throw new IllegalArgumentException("need nio, epoll or io_uring");
        }
    }

    private static void serve(IoHandlerFactory transport, Class<? extends ServerChannel> listener)
            throws InterruptedException {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, transport);
        Channel bound = new ServerBootstrap()
                .group(group)
                .channel(listener)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel client) {
                        client.pipeline().addLast(new IdleStateHandler(5, 0, 0, TimeUnit.MINUTES), new Echo());
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
        System.out.println(((InetSocketAddress) bound.localAddress()).getPort());
        Probe.startIfAsked(NettyEcho::directBytes);
        bound.closeFuture().sync();
    }

    /** {@return bytes of Netty's buffers outside the heap} */
    static long directBytes() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and closing does not fail
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message, context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            context.channel().config().setAutoRead(context.channel().isWritable());
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
