package io.cairn.server.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.protocol.wire.RaftEnvelope;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.message.RaftMessage;
import io.cairn.server.shard.ShardDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** What one replica says is what the other hears. */
class RaftCodecProperties {
  private static final ShardDescriptor SHARD = new ShardDescriptor(5, 3, 4, new byte[] {1}, new byte[] {2}, new TreeMap<>());
  private static final ReplicaId FROM = new ReplicaId(1);
  private static final ReplicaId TO = new ReplicaId(2);

  @Property(tries = 2_000)
  void everyMessageReadsBackAsItWasSent(@ForAll("messages") RaftMessage message) throws InvalidProtocolBufferException {
    byte[] wire = RaftCodec.encode(SHARD, message).toByteArray();
    RaftEnvelope envelope = RaftEnvelope.parseFrom(wire);

    assertThat(envelope.getShard()).isEqualTo(5);
    assertThat(envelope.getRangeEpoch()).isEqualTo(3);
    assertThat(envelope.getMembershipEpoch()).isEqualTo(4);
    assertThat(RaftCodec.decode(envelope)).usingRecursiveComparison().isEqualTo(message);
  }

  @Example
  void everyKindOfMessageIsDrawn() {
    List<Class<?>> drawn = messages().list().ofSize(2_000).sample().stream().<Class<?>>map(Object::getClass).distinct().toList();

    assertThat(drawn).hasSameSizeAs(RaftMessage.class.getPermittedSubclasses());
  }

  @Property(tries = 2_000)
  void noBytesMakeItThrowAnythingButARefusal(@ForAll @Size(max = 40) byte[] bytes) {
    try {
      RaftCodec.decode(RaftEnvelope.parseFrom(bytes));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @Example
  void aMessageOfAKindThatIsNotKnownIsNone() {
    assertThat(RaftCodec.decode(RaftEnvelope.newBuilder().setFrom(1).setTo(2).build())).isNull();
  }

  @Example
  void anEntryThatWouldBeHalfUnderstoodIsRefusedBeforeRaftHasIt() {
    var kind = RaftEnvelope.Append.newBuilder().addEntries(RaftEnvelope.LogEntry.newBuilder().setTerm(1).setKind(9));
    var members = RaftEnvelope.Append.newBuilder().addEntries(
        RaftEnvelope.LogEntry.newBuilder().setTerm(1).setKind(EntryKind.MEMBERSHIP.code()));
    for (var append : List.of(kind, members)) {
      RaftEnvelope envelope = RaftEnvelope.newBuilder().setFrom(1).setTo(2).setTerm(1).setAppend(append).build();
      assertThatThrownBy(() -> RaftCodec.decode(envelope)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Provide
  Arbitrary<RaftMessage> messages() {
    return Arbitraries.randomValue(RaftCodecProperties::draw);
  }

  private static long number(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> 0;
      case 1 -> random.nextInt(100);
      case 2 -> Long.MAX_VALUE;
      default -> random.nextLong() >>> 1;
    };
  }

  private static EntryId id(Random random) {
    return new EntryId(number(random), number(random));
  }

  private static RaftMessage draw(Random random) {
    long term = number(random);
    return switch (random.nextInt(15)) {
      case 0 -> new RaftMessage.RequestPreVote(FROM, TO, term, id(random));
      case 1 -> new RaftMessage.PreVoteResponse(FROM, TO, term, random.nextBoolean());
      case 2 -> new RaftMessage.RequestVote(FROM, TO, term, id(random), random.nextBoolean());
      case 3 -> new RaftMessage.VoteResponse(FROM, TO, term, random.nextBoolean());
      case 4 -> append(random, term);
      case 5 -> new RaftMessage.AppendEntriesResponse(FROM, TO, term, random.nextBoolean(), number(random), id(random), number(random));
      case 6 -> new RaftMessage.Heartbeat(FROM, TO, term, number(random), number(random));
      case 7 -> new RaftMessage.HeartbeatResponse(FROM, TO, term, number(random), number(random));
      case 8 -> new RaftMessage.ReadIndexRequest(FROM, TO, term, number(random), number(random));
      case 9 -> new RaftMessage.ReadIndexResponse(FROM, TO, term, number(random), number(random), number(random), random.nextBoolean());
      case 10 -> new RaftMessage.ReplicaRemoved(FROM, TO, term);
      case 11 -> new RaftMessage.ShowLog(FROM, TO, term, number(random), id(random));
      case 12 -> new RaftMessage.LogShown(FROM, TO, term, number(random), id(random), number(random), random.nextBoolean());
      case 13 -> new RaftMessage.Quiesce(FROM, TO, term, id(random));
      default -> new RaftMessage.TimeoutNow(FROM, TO, term, number(random));
    };
  }

  private static RaftMessage append(Random random, long term) {
    long index = random.nextInt(1_000);
    var entries = new ArrayList<Entry>();
    int count = random.nextInt(4);
    for (int i = 1; i <= count; i++) {
      EntryKind kind = EntryKind.values()[random.nextInt(3)];
      byte[] payload = new byte[random.nextInt(20)];
      random.nextBytes(payload);
      byte[] members = MembershipCodec.encode(Membership.of(new TreeSet<>(List.of(FROM, TO))));
      entries.add(new Entry(number(random), index + i, kind, kind == EntryKind.MEMBERSHIP ? members : payload));
    }
    return new RaftMessage.AppendEntries(FROM, TO, term, new EntryId(number(random), index), entries, number(random));
  }
}
