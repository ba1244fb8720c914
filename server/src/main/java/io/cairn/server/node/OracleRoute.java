package io.cairn.server.node;

import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.RevisionsAnswer;
import io.cairn.protocol.wire.RevisionsRequest;
import io.cairn.server.oracle.RevisionOracle;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.peer.Peers;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardDescriptor;
import java.util.List;

/**
 * Finds the oracle: a method call when the system shard is led here, a message to its leader otherwise. Belongs to the node's
 * first loop, which is also the system shard's replica's.
 */
final class OracleRoute implements Revisions.Oracle {
  private final RevisionOracle here;
  private final Replicas replicas;
  private final Peers peers;

  OracleRoute(RevisionOracle here, Replicas replicas, Peers peers) {
    this.here = here;
    this.replicas = replicas;
    this.peers = peers;
  }

  @Override
  public void ask(List<Integer> counts, long timeoutNanos, Revisions.Answer answer) {
    if (here.serving()) {
      here.take(counts, answer);
      return;
    }
    Replica system = replicas.get(ShardDescriptor.SYSTEM);
    String leader = system == null ? "" : system.leaderNode();
    if (leader.isEmpty()) {
      answer.failed();
      return;
    }
    var request = PeerRequest.newBuilder().setRevisions(RevisionsRequest.newBuilder().addAllCounts(counts)).build();
    peers.call(leader, request, timeoutNanos, new Peers.Answer() {
      @Override
      public void answered(PeerResponse response) {
        RevisionsAnswer revisions = response.getRevisions();
        if (revisions.getFirstCount() == counts.size()) {
          answer.handed(revisions.getFirstList(), revisions.getLast());
        } else {
          answer.failed();
        }
      }

      @Override
      public void failed(String why) {
        answer.failed();
      }
    });
  }
}
