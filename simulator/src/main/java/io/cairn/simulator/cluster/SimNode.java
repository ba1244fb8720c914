package io.cairn.simulator.cluster;

import io.cairn.platform.EventLoop;
import io.cairn.server.config.NodeConfig;
import io.cairn.server.metrics.NodeMeters;
import io.cairn.server.node.Devices;
import io.cairn.server.node.Node;
import io.cairn.server.node.ProcessFacts;
import io.cairn.server.replica.ReplicaTap;
import io.cairn.simulator.SimMachine;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.disk.CrashLoss;
import io.cairn.simulator.schedule.SimFailure;
import io.cairn.simulator.schedule.SimProcess;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;

/** One machine of a cluster, with the server on it. */
public final class SimNode {
  private final SimMachine machine;
  private final NodeConfig config;
  private final int netLoops;
  private Node node;
  private MeterRegistry meters;
  private boolean started;
  private Throwable broken;
  private Predicate<Throwable> mayBreak = _ -> false;
  private Function<SimProcess, ReplicaTap> taps = _ -> ReplicaTap.NONE;

  SimNode(SimMachine machine, NodeConfig config, int netLoops) {
    this.machine = machine;
    this.config = config;
    this.netLoops = netLoops;
  }

  public String name() {
    return machine.name();
  }

  public SimMachine machine() {
    return machine;
  }

  /** The server of the present life, or of the last one. Its methods belong on one of its loops. */
  public Node server() {
    return node;
  }

  /** What the server of this life has counted so far. */
  public MeterRegistry meters() {
    return meters;
  }

  public boolean running() {
    return machine.running();
  }

  /** Whether it has opened its data directory and listens. */
  public boolean started() {
    return running() && started;
  }

  /** Boots the machine and starts the server on it, with whatever its disk holds. Returns at once. */
  public void start() {
    SimProcess process = machine.boot();
    started = false;
    broken = null;
    EventLoop main = process.start("main");
    process.onUncaught((loop, cause) -> failed("a task of loop " + loop.name(), cause));
    main.execute(() -> {
      meters = new SimpleMeterRegistry();
      Devices devices = new Devices(process.clock(), process, machine.transport(netLoops), machine.files(), machine.engines(),
          process.random(), taps.apply(process));
      node = new Node(config, devices, new NodeMeters(meters), new Facts());
      node.broken().thenAccept(this::stopped);
      try {
        node.start();
      } catch (IOException | RuntimeException e) {
        stopped(e);
        return;
      }
      started = true;
    });
  }

  /** Its power fails: what it had not synced is lost, applied or torn, as the seed says. */
  public void crash() {
    crash(CrashLoss.DRAWN);
  }

  public void crash(CrashLoss loss) {
    machine.losePower(loss);
  }

  /** Its process ends at once, as by SIGKILL; the machine goes on. */
  public void kill() {
    machine.kill();
  }

  /** SIGTERM: it answers what is in flight, flushes and ends. The stage completes, on its loop, when the process is gone. */
  public CompletionStage<Boolean> stop() {
    SimProcess process = machine.process();
    return node.stop(config.shutdownGraceNanos()).thenApply(answered -> {
      if (machine.process() == process) {
        world().scheduler().after(0, "exit", machine::kill);
      }
      return answered;
    });
  }

  public void pauseFor(long nanos) {
    machine.pauseFor(nanos);
  }

  /** From now on a server that stops because it no longer trusts its disk or itself is no failure of the run. */
  public void mayBreak() {
    mayBreak = _ -> true;
  }

  /** As {@link #mayBreak()}, but only for such a reason. */
  public void mayBreak(Predicate<Throwable> reason) {
    mayBreak = reason;
  }

  /** Who watches the replicas of each life that begins from now on. */
  public void taps(Function<SimProcess, ReplicaTap> ofLife) {
    taps = ofLife;
  }

  /** Why the server of this life stopped by itself, or null. */
  public Throwable broken() {
    return broken;
  }

  private SimWorld world() {
    return machine.world();
  }

  private void failed(String what, Throwable cause) {
    if (node == null) {
      stopped(cause);
    } else {
      node.fail(what, cause);
    }
  }

  /** As main does: a node that is broken ends its process. */
  private void stopped(Throwable cause) {
    broken = cause;
    SimProcess process = machine.process();
    if (!mayBreak.test(cause)) {
      world().scheduler().fail(
          new SimFailure(world().scheduler().describe("node " + process.describe() + " broke: " + cause), cause));
    }
    world().scheduler().after(0, "exit", () -> {
      if (machine.process() == process) {
        machine.kill();
      }
    });
  }

  /** There is no process: fixed values, the same in every run. */
  private static final class Facts implements ProcessFacts {
    @Override
    public String version() {
      return "simulated";
    }

    @Override
    public long processId() {
      return 1;
    }

    @Override
    public long residentBytes() {
      return 0;
    }

    @Override
    public long cpuMicros() {
      return 0;
    }
  }
}
