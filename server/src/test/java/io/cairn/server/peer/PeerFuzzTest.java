package io.cairn.server.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.fuzz.Bytes;
import io.cairn.protocol.fuzz.Fuzz;
import io.cairn.protocol.fuzz.MessageInputs;
import io.cairn.protocol.wire.RaftEnvelope;
import io.cairn.protocol.wire.SnapshotChunk;
import io.cairn.protocol.wire.SnapshotChunkAnswer;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.server.testing.MemoryEngine;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.snapshot.BadSnapshotException;
import io.cairn.storage.snapshot.SnapshotSink;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** What other nodes send, damaged where no checksum of a frame would see it: Raft's messages, members, pieces of snapshots. */
class PeerFuzzTest {
  private static final int ENVELOPES = 300_000;
  private static final int MEMBERSHIPS = 200_000;
  private static final int CHUNKS = 100_000;
  private static final int SENDINGS = 4_000;
  private static final int CHUNK_BYTES = 200;

  @Test
  void damagedRaftMessagesAreReadOrRefusedAndAllocateWhatTheyPaidFor() {
    Fuzz.Outcome outcome = Fuzz.run("raft messages", ENVELOPES, new Fuzz.Bound(30_000, 250),
        new MessageInputs(RaftEnvelope.getDefaultInstance()), (input, random) -> {
          try {
            return RaftCodec.decode(Frame.parse(RaftEnvelope.parser(), Unpooled.wrappedBuffer(input))) != null;
          } catch (FrameException | IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
            return false;
          }
        });
    assertThat(outcome.taken()).isGreaterThan(ENVELOPES / 50);
    assertThat(outcome.refused()).isGreaterThan(ENVELOPES / 20);
  }

  @Test
  void damagedMembersAreReadOrRefusedAndAllocateWhatTheyPaidFor() {
    byte[] sound = MembershipCodec.encode(FollowerFixture.members());
    Fuzz.Outcome outcome = Fuzz.run("members", MEMBERSHIPS, new Fuzz.Bound(10_000, 20), random -> Bytes.damaged(sound, random),
        (input, random) -> {
          try {
            MembershipCodec.decode(input);
            return true;
          } catch (IllegalArgumentException e) {
            return false;
          }
        });
    assertThat(outcome.taken()).isPositive();
    assertThat(outcome.refused()).isGreaterThan(MEMBERSHIPS / 2);
  }

  /** Whole snapshots of which one chunk is damaged, with a checksum that fits the damage. */
  @Test
  void aDamagedChunkIsRefusedOrTakenAndAllocatesWhatItPaidFor() {
    List<byte[]> sound = SnapshotReceiverTest.snapshot(20, CHUNK_BYTES);
    var engine = new MemoryEngine();
    long[] store = {1};
    Fuzz.Outcome outcome = Fuzz.run("chunks of snapshots", CHUNKS, new Fuzz.Bound(100_000, 40),
        random -> resealed(Bytes.damaged(sound.get(random.nextInt(sound.size())), random), random), (input, random) -> {
          var sink = new SnapshotSink(engine, ++store[0]);
          int number = input.length < 4 ? 0 : Math.floorMod(ByteBuffer.wrap(input).getInt(), sound.size());
          try {
            for (int i = 0; i < number; i++) {
              sink.add(sound.get(i));
            }
            return sink.add(input);
          } catch (BadSnapshotException e) {
            assertThat(e.getMessage()).isNotBlank();
            return false;
          } finally {
            sink.abort();
          }
        });
    assertThat(outcome.taken()).isPositive();
    assertThat(outcome.refused()).isGreaterThan(CHUNKS / 2);
  }

  /** A sender's whole messages, their fields too: the receiving node answers each and goes on. */
  @Test
  void sendingsOfNonsenseAreAnsweredAndTheNodeGoesOn() {
    var node = new FollowerFixture();
    List<byte[]> sound = SnapshotReceiverTest.snapshot(5, CHUNK_BYTES);
    var answers = new ArrayList<SnapshotChunkAnswer>();
    Fuzz.run("sendings of snapshots", SENDINGS, new Fuzz.Bound(Long.MAX_VALUE / 2, 0), random -> {
      int number = random.nextInt(sound.size());
      byte[] data = random.nextInt(3) == 0 ? sound.get(number) : resealed(Bytes.damaged(sound.get(number), random), random);
      return SnapshotChunk.newBuilder().setShard(1).setRangeEpoch(1).setFrom(FollowerFixture.LEADER.value())
          .setTo(FollowerFixture.SELF.value()).setTerm(random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(3))
          .setStream(random.nextInt(3)).setNumber(random.nextInt(8) == 0 ? random.nextLong() : number)
          .setData(ByteString.copyFrom(data)).build().toByteArray();
    }, (input, random) -> {
      int before = answers.size();
      node.receiver.chunk(node.replica, SnapshotChunk.parseFrom(input), answers::add);
      node.loops.run();
      assertThat(answers).hasSize(before + 1);
      assertThat(node.broken).isEmpty();
      assertThat(node.replica.closed()).isFalse();
      return answers.getLast().getAccepted();
    });
  }

  private static byte[] resealed(byte[] chunk, SplittableRandom random) {
    if (chunk.length >= 4 && random.nextInt(8) != 0) {
      var crc = new CRC32C();
      crc.update(chunk, 0, chunk.length - 4);
      ByteBuffer.wrap(chunk).putInt(chunk.length - 4, (int) crc.getValue());
    }
    return chunk;
  }

  /** The store of a catalog is not needed here, but a replica's number is never used twice. */
  @Test
  void aSnapshotThatWasDamagedLeavesNothingBehind() throws BadSnapshotException {
    List<byte[]> sound = SnapshotReceiverTest.snapshot(20, CHUNK_BYTES);
    var engine = new MemoryEngine();
    var catalog = ReplicaCatalog.open(engine);
    var batch = engine.newBatch();
    long store = catalog.newStore(batch);
    engine.write(batch);
    var sink = new SnapshotSink(engine, store);
    for (byte[] chunk : sound) {
      sink.add(chunk);
    }
    sink.abort();
    assertThat(catalog.sweep(engine.newBatch())).isEmpty();
  }
}
