package io.cairn.protocol.transport.netty;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * TCP on Netty: epoll where the machine has it, NIO otherwise.
 *
 * <p>Buffers are direct and pooled, in one arena for each loop: they are taken and given back on the loop's own thread, so
 * its cache answers nearly always, and {@link #pinnedBytes} tells what is out at any time, which is how tests find a leak
 * without waiting for the collector.
 */
public final class NettyTransport implements Transport {

  /** Which of the machine's ways to sockets to take. */
  public enum Native { IF_AVAILABLE, NEVER }

  private static final int PAGE_BYTES = 8 << 10;
  /** 8 KiB shifted by 9: 4 MiB are taken from the system at a time, so that a value of 1 MiB with its frame comes from the pool. */
  private static final int CHUNK_ORDER = 9;
  private static final int BACKLOG = 1_024;
  /** Bytes in the kernel that were not sent yet: few, so that an urgent frame does not wait behind a full socket buffer. */
  private static final long NOT_SENT_BYTES = 256 << 10;
  private static final long CLOSE_SECONDS = 5;

  private final boolean epoll;
  private final EventLoopGroup group;
  private final PooledByteBufAllocator allocator;
  private final List<NettyEventLoop> loops = new ArrayList<>();
  private final Resolver resolver;
  /** All sockets, open ports too; one that comes after its end is closed at once. */
  private final ChannelGroup sockets = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

  /**
   * Starts the loops, as daemon threads.
   *
   * @param name what their threads are called, with a number after it
   * @param loopCount how many
   * @param uncaught hears what a task or handler threw, on the loop it ran on: a node stops there
   */
  public NettyTransport(String name, int loopCount, Consumer<Throwable> uncaught) {
    this(name, loopCount, uncaught, Native.IF_AVAILABLE);
  }

  public NettyTransport(String name, int loopCount, Consumer<Throwable> uncaught, Native choice) {
    this.epoll = choice == Native.IF_AVAILABLE && Epoll.isAvailable();
    this.allocator = new PooledByteBufAllocator(true, 0, loopCount, PAGE_BYTES, CHUNK_ORDER,
        PooledByteBufAllocator.defaultSmallCacheSize(), PooledByteBufAllocator.defaultNormalCacheSize(), false);
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.group = new MultiThreadIoEventLoopGroup(loopCount, numbered(name), io);
    int number = 0;
    for (EventExecutor executor : group) {
      loops.add(new NettyEventLoop((io.netty.channel.EventLoop) executor, name + "-" + number++, uncaught));
      executor.execute(() -> { }); // Starts its thread now, so that the threads are numbered as the loops are.
    }
    this.resolver = new Resolver(numbered(name + "-resolver"));
  }

  @Override
  public List<EventLoop> loops() {
    return List.copyOf(loops);
  }

  @Override
  public String kind() {
    return epoll ? "epoll" : "nio";
  }

  /** Bytes of the buffers that are in use now, read from the pool; zero once all connections are closed, or something leaks. */
  public long pinnedBytes() {
    return allocator.pinnedDirectMemory();
  }

  /** Bytes the pool has taken from the system; from any thread. */
  public long pooledBytes() {
    return allocator.metric().usedDirectMemory();
  }

  @Override
  public Listening listen(HostPort address, Acceptor acceptor) throws IOException {
    for (NettyEventLoop loop : loops) {
      if (loop.inLoop()) {
        throw new IllegalStateException("listen() waits for the port and may not be called on a loop");
      }
    }
    InetSocketAddress local = new InetSocketAddress(address.host(), address.port());
    if (local.isUnresolved()) {
      throw new BindException("cannot listen on " + address + ": no address is known for '" + address.host() + "'");
    }
    ServerBootstrap bootstrap = new ServerBootstrap()
        .group(group)
        .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
        .option(ChannelOption.SO_REUSEADDR, true)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .childHandler(new ChannelInitializer<SocketChannel>() {
          @Override
          protected void initChannel(SocketChannel channel) {
            configure(channel);
            channel.pipeline().addLast(new NettyConnection(channel, loopOf(channel), acceptor::accepted));
          }
        });
    ChannelFuture bound = bootstrap.bind(local).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw bindFailure(address, bound.cause());
    }
    sockets.add(bound.channel());
    return new NettyListening((ServerSocketChannel) bound.channel(), address.host());
  }

  @Override
  public void connect(HostPort address, long timeoutNanos, EventLoop loop, Connector connector) {
    NettyEventLoop own = (NettyEventLoop) loop;
    resolver.resolve(address, own, new Resolver.Answer() {
      @Override
      public void resolved(List<InetSocketAddress> addresses) {
        connect(address, addresses, 0, timeoutNanos, own, connector);
      }

      @Override
      public void unknown(IOException cause) {
        connector.failed(cause);
      }
    });
  }

  /**
   * Closes all connections, whose handlers hear of it, and ends the loops. The sockets come first: a loop of Netty's that is
   * told to end just as it goes to sleep forgets to tell the connections it still has.
   */
  @Override
  public void close() {
    resolver.close();
    boolean mayWait = loops.stream().noneMatch(NettyEventLoop::inLoop);
    Future<?> closed = sockets.close();
    if (mayWait) {
      closed.awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
    Future<?> ended = group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
    if (mayWait) {
      ended.awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Tries the addresses of one name in turn, each for the whole timeout: a name has one or two. */
  private void connect(HostPort address, List<InetSocketAddress> addresses, int index, long timeoutNanos, NettyEventLoop loop,
      Connector connector) {
    Bootstrap bootstrap = new Bootstrap()
        .group(loop.netty())
        .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
        .disableResolver()
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(Integer.MAX_VALUE, Math.max(1, timeoutNanos / 1_000_000)))
        .handler(new ChannelInitializer<SocketChannel>() {
          @Override
          protected void initChannel(SocketChannel channel) {
            configure(channel);
            channel.pipeline().addLast(new NettyConnection(channel, loop, connector::connected));
          }
        });
    bootstrap.connect(addresses.get(index)).addListener(connected -> {
      if (connected.isSuccess()) {
        return; // The connection tells, once it is active.
      }
      if (index + 1 < addresses.size()) {
        connect(address, addresses, index + 1, timeoutNanos, loop, connector);
      } else {
        Throwable cause = connected.cause();
        // Guarded: what a listener throws Netty only logs.
        loop.runGuarded(() -> connector.failed(new IOException("cannot connect to " + address + ": " + cause.getMessage(), cause)));
      }
    });
  }

  private void configure(SocketChannel channel) {
    sockets.add(channel);
    channel.config().setAllocator(allocator);
    channel.config().setTcpNoDelay(true);
    channel.config().setWriteBufferWaterMark(
        new WriteBufferWaterMark((int) Connection.WRITABLE_LOW_BYTES, (int) Connection.WRITABLE_HIGH_BYTES));
    if (epoll) {
      channel.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, NOT_SENT_BYTES);
    }
  }

  private NettyEventLoop loopOf(Channel channel) {
    for (NettyEventLoop loop : loops) {
      if (loop.netty() == channel.eventLoop()) {
        return loop;
      }
    }
    throw new IllegalStateException("a connection was registered on a loop that is not of this transport");
  }

  private static ThreadFactory numbered(String name) {
    AtomicInteger next = new AtomicInteger();
    return task -> {
      Thread thread = new FastThreadLocalThread(task, name + "-" + next.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }

  private static BindException bindFailure(HostPort address, Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    String why = message.contains("in use") ? "it is in use by another process"
        : message.contains("assign requested address") ? "it is no address of this machine"
        : message.contains("ermission denied") ? "permission denied; ports below 1024 need a privilege"
        : message;
    // The native transports fail with exceptions of their own: whoever asks what went wrong must not have to know them.
    BindException failure = new BindException("cannot listen on " + address + ": " + why);
    failure.initCause(cause);
    return failure;
  }
}
