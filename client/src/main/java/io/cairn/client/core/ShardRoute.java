package io.cairn.client.core;

import io.cairn.client.ByteSeq;
import java.util.List;

/** A shard as the client routes by it. */
final class ShardRoute {

  final int id;
  final long epoch;
  final ByteSeq start;
  /** Null: to the last key. */
  final ByteSeq end;
  final List<Node> replicas;
  /** As a map or, later, a redirect said; null when unknown. */
  Node leader;

  ShardRoute(int id, long epoch, ByteSeq start, ByteSeq end, List<Node> replicas, Node leader) {
    this.id = id;
    this.epoch = epoch;
    this.start = start;
    this.end = end;
    this.replicas = replicas;
    this.leader = leader;
  }
}
