package io.cairn.storage.retry;

import static io.cairn.storage.mvcc.StoreScript.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.EntryId;
import io.cairn.storage.engine.ScratchEngine;
import io.cairn.storage.mvcc.ApplyRound;
import io.cairn.storage.mvcc.RecentVersions;
import io.cairn.storage.mvcc.Batch;
import io.cairn.storage.mvcc.Op;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.Write;
import io.cairn.storage.mvcc.WriteResult;
import io.cairn.storage.mvcc.WriteResult.Done;
import io.cairn.storage.mvcc.WriteResult.Reason;
import io.cairn.storage.mvcc.WriteResult.Refused;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Every branch of what a shard says to a command that it has seen, may have seen, or has not. */
class RetryTest {
  private static ScratchEngine scratch;
  private ShardStore store;
  private int clientsMax = 100;

  @BeforeAll
  static void open() {
    scratch = new ScratchEngine();
  }

  @AfterAll
  static void close() {
    scratch.close();
  }

  @BeforeEach
  void newStore() {
    store = ShardStore.open(scratch.engine(), scratch.newStore());
  }

  private static Op put(String key, String value) {
    return new Op.Put(bytes(key), bytes(value), 0, true);
  }

  private static Write write(long client, long sequence, long lowestOpen, long seen, Op op) {
    long hash = switch (op) {
      case Op.Put put -> 31L * Arrays.hashCode(put.key()) + Arrays.hashCode(put.value());
      case Op.Delete delete -> Arrays.hashCode(delete.key());
      case Op.DeleteRange range -> 31L * Arrays.hashCode(range.start()) + Arrays.hashCode(range.end());
      case Op.LeaseGrant grant -> grant.hashCode();
      case Op.LeaseRevoke revoke -> revoke.hashCode();
      case Op.LeaseDelete delete -> delete.hashCode();
      default -> throw new IllegalArgumentException("not used here");
    };
    return new Write(client, -client, sequence, lowestOpen, seen, hash, op);
  }

  private List<WriteResult> apply(Write... writes) {
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    List<WriteResult> results = store.apply(round, new EntryId(1, store.applied().index() + 1),
        new Batch(store.applied().revision() + 1, clientsMax, List.of(writes)));
    round.commit();
    return results;
  }

  private Done done(Write write) {
    return (Done) apply(write).getFirst();
  }

  private Reason refused(Write write) {
    return ((Refused) apply(write).getFirst()).reason();
  }

  private void restart() {
    store = ShardStore.open(scratch.engine(), store.store());
  }

  @Test
  void aRepeatedCommandGetsTheFirstAnswerAndCountsOnce() {
    done(write(1, 1, 1, 0, put("a", "1")));
    Write second = write(1, 2, 1, 0, put("a", "2"));
    Done first = done(second);
    Done again = done(second);
    assertThat(again.repeated()).isTrue();
    assertThat(again.revision()).isEqualTo(first.revision()).isEqualTo(3);
    assertThat(again.changed()).isEqualTo(1);
    assertThat(again.previous().value()).isEqualTo(bytes("1"));
    assertThat(store.get(bytes("a"), 0).version()).isEqualTo(2);
    assertThat(store.applied().revision()).isEqualTo(3);
    restart();
    assertThat(done(second)).usingRecursiveComparison().isEqualTo(again);
  }

  @Test
  void aCommandTwiceInOneBatchIsAppliedOnce() {
    done(write(1, 1, 1, 0, put("a", "long".repeat(200))));
    Write write = write(1, 2, 1, 0, put("a", "2"));
    List<WriteResult> results = apply(write, write);
    assertThat(((Done) results.get(0)).repeated()).isFalse();
    assertThat(((Done) results.get(1)).repeated()).isTrue();
    assertThat(((Done) results.get(1)).previous().value()).isEqualTo(bytes("long".repeat(200)));
    assertThat(store.get(bytes("a"), 0).version()).isEqualTo(2);
  }

  @Test
  void anAnswerTooLongToBeKeptIsReadAgainFromItsEvent() {
    String longValue = "x".repeat(ClientRecords.ANSWER_BYTES_MAX + 1);
    done(write(1, 1, 1, 0, put("a", longValue)));
    Write replacing = write(1, 2, 1, 0, put("a", "2"));
    Write deleting = write(1, 3, 1, 0, new Op.Delete(bytes("b"), true));
    done(replacing);
    done(write(1, 4, 1, 0, put("b", longValue)));
    assertThat(done(deleting).previous().value()).isEqualTo(bytes(longValue));
    restart();
    assertThat(done(replacing).previous().value()).isEqualTo(bytes(longValue));
    assertThat(done(deleting).previous().value()).isEqualTo(bytes(longValue));
  }

  @Test
  void aLongAnswerWhoseEventIsCompactedIsUnknownRatherThanWrong() {
    done(write(1, 1, 1, 0, put("a", "x".repeat(1000))));
    Write replacing = write(1, 2, 1, 0, put("a", "2"));
    done(replacing);
    done(write(1, 3, 1, 0, put("a", "3")));
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    store.compact(round, 3);
    round.commit();
    assertThat(refused(replacing)).isEqualTo(Reason.HORIZON);
    assertThat(store.get(bytes("a"), 0).version()).isEqualTo(3);
  }

  @Test
  void aDeleteThatFoundNothingIsRememberedToo() {
    Write write = write(1, 1, 1, 0, new Op.Delete(bytes("a"), true));
    Done first = done(write);
    assertThat(first.changed()).isZero();
    done(write(2, 1, 1, 0, put("a", "1")));
    Done again = done(write);
    assertThat(again.repeated()).isTrue();
    assertThat(again.changed()).isZero();
    assertThat(again.revision()).isEqualTo(first.revision());
    assertThat(store.get(bytes("a"), 0)).isNotNull();
  }

  @Test
  void aSequenceBelowTheLowestOpenOneIsRefused() {
    Write first = write(1, 1, 1, 0, put("a", "1"));
    done(first);
    done(write(1, 2, 2, 0, put("a", "2")));
    assertThat(refused(first)).isEqualTo(Reason.SEQUENCE_CLOSED);
    assertThat(refused(write(9, 3, 4, 0, put("a", "3")))).isEqualTo(Reason.SEQUENCE_CLOSED);
    assertThat(store.get(bytes("a"), 0).version()).isEqualTo(2);
  }

  @Test
  void aSequenceNamesOneCommandForGood() {
    done(write(1, 1, 1, 0, put("a", "1")));
    assertThat(refused(write(1, 1, 1, 0, put("a", "other")))).isEqualTo(Reason.SEQUENCE_REUSED);
    assertThat(store.get(bytes("a"), 0).value()).isEqualTo(bytes("1"));
  }

  @Test
  void aClientHoldsABoundedNumberOfSequencesOpen() {
    var writes = new ArrayList<Write>();
    for (int sequence = 1; sequence <= ClientRecords.OPEN_MAX; sequence++) {
      writes.add(write(1, sequence, 1, 0, put("a", "1")));
    }
    apply(writes.toArray(Write[]::new));
    assertThat(refused(write(1, 5000, 1, 0, put("a", "2")))).isEqualTo(Reason.TOO_MANY_OPEN);
    // What is held can still be asked for, others are not concerned, and closing one makes room.
    assertThat(done(writes.get(17)).repeated()).isTrue();
    done(write(2, 1, 1, 0, put("b", "1")));
    restart();
    assertThat(refused(write(1, 5000, 1, 0, put("a", "2")))).isEqualTo(Reason.TOO_MANY_OPEN);
    assertThat(done(write(1, 5000, 2, 0, put("a", "2"))).repeated()).isFalse();
  }

  @Test
  void sequencesMayArriveInAnyOrder() {
    long[] order = {5, 3, 9, 1, 7, 2, 8, 4, 6};
    for (long sequence : order) {
      done(write(1, sequence, 1, 0, put("k" + sequence, "1")));
    }
    restart();
    for (long sequence : order) {
      assertThat(done(write(1, sequence, 1, 0, put("k" + sequence, "1"))).repeated()).isTrue();
    }
    done(write(1, 10, 5, 0, put("k10", "1")));
    assertThat(refused(write(1, 4, 1, 0, put("k4", "1")))).isEqualTo(Reason.SEQUENCE_CLOSED);
    assertThat(done(write(1, 5, 1, 0, put("k5", "1"))).repeated()).isTrue();
  }

  @Test
  void theClientUsedLongestAgoIsForgottenFirst() {
    clientsMax = 2;
    Write one = write(1, 1, 1, 0, put("a", "1"));
    Write two = write(2, 1, 1, 0, put("a", "2"));
    done(one);
    done(two);
    // Asking again for an old answer is no use: only what takes effect counts.
    assertThat(done(one).repeated()).isTrue();
    done(write(3, 1, 1, 3, put("a", "3")));
    assertThat(store.clients()).isEqualTo(2);
    assertThat(refused(one)).isEqualTo(Reason.HORIZON);
    assertThat(done(two).repeated()).isTrue();
    assertThat(store.get(bytes("a"), 0).version()).isEqualTo(3);
  }

  @Test
  void whatIsNotHeldIsJudgedByWhatWasForgottenWhenTheRecordWasMade() {
    clientsMax = 1;
    done(write(1, 1, 1, 0, put("a", "1")));
    done(write(2, 1, 1, 2, put("a", "2")));
    // Client 1 was last used at 2. Its old command might be a retry; a new one that has seen 2 is surely new.
    assertThat(refused(write(1, 1, 1, 1, put("a", "1")))).isEqualTo(Reason.HORIZON);
    assertThat(done(write(1, 2, 1, 2, put("b", "1"))).repeated()).isFalse();
    // Now client 2 (last used at 3) is forgotten, but client 1's record was made when 2 was forgotten, and judges by that.
    assertThat(done(write(1, 3, 1, 2, put("c", "1"))).repeated()).isFalse();
    assertThat(refused(write(1, 1, 1, 1, put("a", "1")))).isEqualTo(Reason.HORIZON);
    assertThat(refused(write(2, 2, 1, 2, put("d", "1")))).isEqualTo(Reason.HORIZON);
    restart();
    assertThat(done(write(1, 4, 1, 2, put("e", "1"))).repeated()).isFalse();
    assertThat(refused(write(2, 2, 1, 2, put("d", "1")))).isEqualTo(Reason.HORIZON);
  }

  @Test
  void aCommandThatTookNoRevisionCountsAsUsedAboveWhatItHadSeen() {
    clientsMax = 1;
    done(write(5, 1, 1, 0, put("x", "1")));
    done(write(5, 2, 1, 0, put("x", "2")));
    Write nothing = write(1, 1, 1, 3, new Op.Delete(bytes("missing"), false));
    done(nothing);
    done(write(2, 1, 1, 9, put("missing", "1")));
    // Applied again it would delete what was put since.
    assertThat(refused(nothing)).isEqualTo(Reason.HORIZON);
    assertThat(store.get(bytes("missing"), 0)).isNotNull();
  }

  @Test
  @DisplayName("A-11 a refused or repeated command leaves no trace in the state")
  void refusalsLeaveNoTrace() {
    clientsMax = 2;
    Write one = write(1, 1, 1, 0, put("a", "1"));
    Write[] effective = {one, write(2, 1, 1, 0, put("a", "2")), write(3, 1, 1, 9, put("a", "3"))};
    for (Write write : effective) {
      done(write);
    }
    List<WriteResult> results = apply(one, write(2, 1, 1, 0, put("a", "2")), write(2, 1, 1, 0, put("a", "other")),
        write(2, 1, 5, 0, put("a", "4")));
    assertThat(results).extracting(result -> result instanceof Refused refused ? refused.reason().name() : "repeated")
        .containsExactly("HORIZON", "repeated", "SEQUENCE_REUSED", "SEQUENCE_CLOSED");
    long withRefusals = store.contentHash();

    newStore();
    for (Write write : effective) {
      done(write);
    }
    apply();
    assertThat(store.contentHash()).isEqualTo(withRefusals);
  }

  @Test
  void oneRecordIsWrittenForAClientHoweverManyCommandsABatchHas() {
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    store.pass(round, new EntryId(1, 1));
    round.commit();
    var writes = new ArrayList<Write>();
    for (int sequence = 1; sequence <= 50; sequence++) {
      writes.add(write(1, sequence, 1, 0, put("k" + sequence, "1")));
    }
    int before = round.batch().count();
    store.apply(round, new EntryId(1, 2), new Batch(2, 10, writes));
    assertThat(round.batch().count() - before).isEqualTo(2 * 50);
  }
}
