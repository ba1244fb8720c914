package io.cairn.server.members;

import io.cairn.protocol.transport.HostPort;
import io.cairn.storage.directory.Incarnation;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the system shard's log says of members. Each names what it expects to find; where that is not so any more it changes
 * nothing, so a driver that was overtaken, and an entry that comes twice, do no harm.
 */
public sealed interface MemberCommand {

  /** The nodes that the cluster began with, their ids from 1 on. Only where no table stands yet. */
  record Found(List<NodeEntry> nodes) implements MemberCommand {
    public Found {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * The intent of a change. Only where none is under way and {@code number} is the next one.
   *
   * @param node its name
   * @param replaced the name of the node whose place it takes; empty unless {@link ChangeKind#REPLACE}
   * @param peer of a node that comes; else null
   * @param client of a node that comes; else null
   * @param shards every shard of the cluster
   */
  record Begin(long number, ChangeKind kind, String node, String replaced, HostPort peer, HostPort client, SortedSet<Integer> shards)
      implements MemberCommand {
    public Begin {
      shards = Collections.unmodifiableSortedSet(new TreeSet<>(shards));
    }
  }

  /** The shard is where the step wanted it. The last one ends the stage, the last stage the change. */
  record Stepped(Stamp step, int shard) implements MemberCommand {}

  /** The change is to be taken back. Only in a stage that can be. */
  record TakeBack(long change, String reason) implements MemberCommand {}

  /** The data directory of a node that comes: the first to ask under its name is the one. */
  record Join(long node, Incarnation incarnation) implements MemberCommand {}
}
