package io.cairn.server.node;

import io.cairn.platform.EventLoop;
import io.cairn.server.config.NodeConfig;
import io.cairn.server.disk.EngineFlusher;
import io.cairn.server.leaders.LeaderWatch;
import io.cairn.server.peer.PeerService;
import io.cairn.server.peer.Peers;
import io.cairn.server.replica.Replicas;
import io.cairn.server.space.DiskSpace;
import io.cairn.server.space.GrowthGate;
import io.cairn.server.space.LowSpace;
import io.cairn.storage.directory.NodeDirectory;
import io.cairn.storage.engine.Engine;

/** The room on this node's disk, and what is refused for want of it there and on those of the others. */
final class SpaceRoom {
  private final DiskSpace disk;
  private GrowthGate gate;

  /** Before engine and log are opened: on a full disk it makes room for just that. Blocks. */
  SpaceRoom(NodeConfig config, Devices devices, NodeDirectory directory) {
    String dir = config.storage().dir();
    disk = new DiskSpace(() -> devices.files().freeBytes(dir), dir, directory.ballast()::restore, config.storage().freeSpaceMinBytes());
  }

  GrowthGate gate(NodeConfig config, Devices devices, Engine engine, Replicas replicas) {
    gate = new GrowthGate(devices.clock(), config.cluster().nodeName(), disk, engine, replicas);
    return gate;
  }

  /** From here on the disk is looked at again and again, and the others are told. */
  void start(EventLoop mayBlock, EngineFlusher flusher, Peers peers) {
    gate.start(mayBlock, flusher, peers::lowOnSpace);
  }

  void end() {
    disk.end();
  }

  long freeBytes() {
    return disk.freeBytes();
  }

  boolean isLow() {
    return disk.low() != null;
  }

  /** What other nodes say of their machines, to whoever it concerns. */
  PeerService.MachineListener machines(LeaderWatch leaders) {
    return new PeerService.MachineListener() {
      @Override
      public void strained(String node, long millis) {
        leaders.told(node, millis);
      }

      @Override
      public void lowOnSpace(String node, LowSpace low) {
        gate.told(node, low);
      }
    };
  }
}
