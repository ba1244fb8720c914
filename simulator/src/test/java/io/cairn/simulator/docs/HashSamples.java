package io.cairn.simulator.docs;

import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.wire.HashCheck;
import io.cairn.protocol.wire.HashReport;
import io.cairn.protocol.wire.HashVerdict;
import io.cairn.protocol.wire.HashVerdictAnswer;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.SnapshotWanted;
import io.cairn.protocol.wire.SnapshotWantedAnswer;
import io.cairn.simulator.docs.WireSamples.Sample;
import java.util.List;

/** A replica is found to differ from the others, and asks for what they have. */
final class HashSamples {
  private static final long INDEX = 1_024;
  private static final long RIGHT = 0x0a1b2c3d4e5f6071L;

  private HashSamples() {}

  static List<Sample> all() {
    return List.of(
        new Sample("PEER_REQUEST: hash check", "Replica 2 leads shard 1, and asks replica 1 what its data came to at two places of the log.",
            FrameKind.PEER_REQUEST, 0, 41, PeerRequest.newBuilder().setHashCheck(HashCheck.newBuilder().setShard(1).setRangeEpoch(1).setFrom(2).setTo(1)
                .setFormat(1).addIndexes(1_030).addIndexes(INDEX)).build()),
        new Sample("PEER_RESPONSE: hash check", "It has not come as far as the first.", FrameKind.PEER_RESPONSE, 0, 41,
            PeerResponse.newBuilder().setHashCheck(HashReport.newBuilder().setFormat(1)
                .addPoints(HashReport.Point.newBuilder().setIndex(INDEX).setHash(0x1122334455667788L))).build()),
        new Sample("PEER_REQUEST: hash verdict", "Replicas 2 and 3 have something else there.", FrameKind.PEER_REQUEST, 0, 42,
            PeerRequest.newBuilder().setHashVerdict(HashVerdict.newBuilder().setShard(1).setRangeEpoch(1).setFrom(2).setTo(1).setIndex(INDEX)
                .setHash(RIGHT).addAgreeing(2).addAgreeing(3)).build()),
        new Sample("PEER_RESPONSE: hash verdict", "", FrameKind.PEER_RESPONSE, 0, 42,
            PeerResponse.newBuilder().setHashVerdict(HashVerdictAnswer.newBuilder().setFenced(true)).build()),
        new Sample("PEER_REQUEST: snapshot wanted", "Replica 1 is to be rebuilt from what the leader has.", FrameKind.PEER_REQUEST, 0, 43,
            PeerRequest.newBuilder().setSnapshotWanted(SnapshotWanted.newBuilder().setShard(1).setRangeEpoch(1).setFrom(1).setTo(2)).build()),
        new Sample("PEER_RESPONSE: snapshot wanted", "", FrameKind.PEER_RESPONSE, 0, 43,
            PeerResponse.newBuilder().setSnapshotWanted(SnapshotWantedAnswer.newBuilder().setSends(true)).build()));
  }
}
