package dev.sluice.proxy.session;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/** How sockets are driven: epoll where the machine has it, Java's selectors elsewhere. */
public enum Transport {
    EPOLL {
        @Override
        IoHandlerFactory handlers() {
            return EpollIoHandler.newFactory();
        }

        @Override
        public ServerSocketChannel newServerChannel() {
            return new EpollServerSocketChannel();
        }

        @Override
        public SocketChannel newChannel() {
            return new EpollSocketChannel();
        }

        @Override
        void detectDeadPeers(SocketChannel channel) {
            channel.config().setOption(EpollChannelOption.TCP_KEEPIDLE, 60);
            channel.config().setOption(EpollChannelOption.TCP_KEEPINTVL, 10);
            channel.config().setOption(EpollChannelOption.TCP_KEEPCNT, 3);
        }
    },
    NIO {
        @Override
        IoHandlerFactory handlers() {
            return NioIoHandler.newFactory();
        }

        @Override
        public ServerSocketChannel newServerChannel() {
            return new NioServerSocketChannel();
        }

        @Override
        public SocketChannel newChannel() {
            return new NioSocketChannel();
        }

        @Override
        void detectDeadPeers(SocketChannel channel) {
            // The system's defaults hold: Java's selectors cannot change them everywhere.
        }
    };

    abstract IoHandlerFactory handlers();

    /** An acceptor that is not bound yet. */
    public abstract ServerSocketChannel newServerChannel();

    /** A channel that is not connected yet. */
    public abstract SocketChannel newChannel();

    /** A peer whose machine has gone is noticed within about a minute and a half. */
    abstract void detectDeadPeers(SocketChannel channel);

    /** The best that this machine has. */
    public static Transport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    /** Event loops for any number of listeners. One for about two cores: more of them cost more CPU a transaction. */
    public EventLoopGroup newEventLoops(int count) {
        return new RelayLoops(count, handlers());
    }

    public static int defaultEventLoops() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }
}
