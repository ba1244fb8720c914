package io.cairn.server.main;

import com.sun.management.UnixOperatingSystemMXBean;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.platform.JdkEventLoops;
import io.cairn.platform.JdkFiles;
import io.cairn.platform.JdkRandomSource;
import io.cairn.protocol.transport.netty.NettyTransport;
import io.cairn.server.admin.Readiness;
import io.cairn.server.config.NodeConfig;
import io.cairn.server.metrics.NodeMeters;
import io.cairn.server.node.Devices;
import io.cairn.server.node.Node;
import io.cairn.server.node.ProcessFacts;
import io.cairn.storage.engine.EngineSettings;
import io.cairn.storage.engine.RocksEngines;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/** The node on this machine's devices. */
final class LocalNode implements NodeLifecycle {
  /** Up to this many cores one loop carries all connections and replicas: fewer hand-overs beat more threads. */
  private static final int CORES_PER_LOOP = 4;
  /** A flush, and merges of three families at once: a long one must not keep short ones waiting. */
  private static final int BACKGROUND_JOBS = 4;

  private final Node node;
  private final NettyTransport transport;

  private LocalNode(Node node, NettyTransport transport) {
    this.node = node;
    this.transport = transport;
  }

  static NodeLifecycle create(NodeConfig config, NodeMeters meters, Clock clock) {
    var early = new CompletableFuture<Node>();
    BiConsumer<String, Throwable> fail = (what, cause) -> early.thenAccept(node -> node.fail(what, cause));
    var transport = new NettyTransport("net", loops(config), cause -> fail.accept("a task of a network loop", cause));
    var engines = new RocksEngines(
        new EngineSettings(config.engine().blockCacheBytes(), config.engine().writeBufferBytes(), BACKGROUND_JOBS),
        failure -> fail.accept("the engine", failure));
    var loops = new JdkEventLoops(true, (loop, cause) -> fail.accept("a task of loop " + loop.name(), cause));
    var devices = new Devices(clock, loops, transport, new JdkFiles(), engines, new JdkRandomSource());
    var node = new Node(config, devices, meters, new ThisProcess());
    early.complete(node);
    return new LocalNode(node, transport);
  }

  private static int loops(NodeConfig config) {
    int asked = (int) config.netLoops();
    return asked > 0 ? asked : Math.max(1, Runtime.getRuntime().availableProcessors() / CORES_PER_LOOP);
  }

  @Override
  public void start() throws IOException {
    node.start();
  }

  @Override
  public CompletionStage<Boolean> stop(Duration grace) {
    return node.stop(grace.toNanos()).thenApply(answered -> {
      transport.close();
      return answered;
    });
  }

  @Override
  public CompletionStage<Throwable> broken() {
    return node.broken();
  }

  @Override
  public List<EventLoop> loops() {
    return node.loops();
  }

  @Override
  public Readiness readiness() {
    return node.readiness();
  }

  private static final class ThisProcess implements ProcessFacts {
    @Override
    public String version() {
      return Version.current();
    }

    @Override
    public long processId() {
      return ProcessHandle.current().pid();
    }

    @Override
    public long residentBytes() {
      return ResidentMemory.bytes();
    }

    @Override
    public long cpuMicros() {
      return ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(0L) / 1_000;
    }

    @Override
    public long openFilesMax() {
      return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix ? unix.getMaxFileDescriptorCount()
          : Long.MAX_VALUE;
    }
  }
}
