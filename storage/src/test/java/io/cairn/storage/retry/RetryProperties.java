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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Clients that send again at any time, far more of them than the shard remembers. */
class RetryProperties {
  private static final int CLIENTS = 8;
  private static ScratchEngine scratch;

  @BeforeContainer
  static void open() {
    scratch = new ScratchEngine();
  }

  @AfterContainer
  static void close() {
    scratch.close();
  }

  @Property(tries = 150)
  @Label("A-11 each (client, sequence) takes effect at most once, whatever is sent again and whoever is forgotten")
  void eachSequenceTakesEffectAtMostOnce(@ForAll long seed) {
    var random = new Random(seed);
    ShardStore store = ShardStore.open(scratch.engine(), scratch.newStore());
    var sent = new ArrayList<Write>();
    Map<String, WriteResult.Done> first = new HashMap<>();
    var again = new ArrayList<Write>();
    long[] seen = new long[CLIENTS];
    long[] sequences = new long[CLIENTS];
    int fresh = 0;
    for (int entry = 1; entry <= 40; entry++) {
      var writes = new ArrayList<Write>();
      for (int count = random.nextInt(4); count > 0; count--) {
        if (!again.isEmpty()) {
          Write refused = again.removeFirst();
          writes.add(new Write(0, refused.clientLow(), refused.sequence(), refused.lowestOpen(), seen[(int) refused.clientLow()],
              refused.hash(), refused.op()));
          continue;
        }
        writes.add(random.nextInt(3) == 0 && !sent.isEmpty() ? sent.get(random.nextInt(sent.size())) : newWrite(random, seen, sequences));
      }
      var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
      long firstRevision = store.applied().revision() + 1 + random.nextInt(2);
      List<WriteResult> results = store.apply(round, new EntryId(1, entry), new Batch(firstRevision, 1 + random.nextInt(3), writes));
      round.commit();
      for (int i = 0; i < writes.size(); i++) {
        Write write = writes.get(i);
        if (results.get(i) instanceof WriteResult.Done done) {
          if (done.repeated()) {
            assertThat(first.get(nameOf(write))).isNotNull().extracting(WriteResult.Done::revision).isEqualTo(done.revision());
          } else {
            assertThat(first.put(nameOf(write), done)).describedAs("applied before: %s", write).isNull();
            fresh++;
          }
          // The client has the answer, and with it a revision that it has seen.
          int client = (int) write.clientLow();
          seen[client] = Math.max(seen[client], done.revision());
        } else {
          var refused = (WriteResult.Refused) results.get(i);
          boolean isNew = !sent.contains(write);
          // A first attempt is refused only where it could be an old one.
          assertThat(!isNew || refused.reason() == WriteResult.Reason.HORIZON || refused.reason() == WriteResult.Reason.SEQUENCE_CLOSED).isTrue();
          if (refused.reason() == WriteResult.Reason.HORIZON) {
            // The refusal carries a revision handed out just now; a first attempt is sent again with it.
            seen[(int) write.clientLow()] = store.applied().revision();
            if (isNew) {
              again.add(write);
            }
          }
        }
        sent.add(write);
      }
      if (random.nextInt(6) == 0) {
        store = ShardStore.open(scratch.engine(), store.store());
      }
    }
    // Every fresh put raised the version of its client's key by one, and nothing else did.
    long versions = 0;
    for (int client = 0; client < CLIENTS; client++) {
      var version = store.get(bytes("k" + client), 0);
      versions += version == null ? 0 : version.version();
    }
    assertThat(versions).isEqualTo(fresh);
  }

  private static String nameOf(Write write) {
    return write.clientLow() + "/" + write.sequence();
  }

  private static Write newWrite(Random random, long[] seen, long[] sequences) {
    int client = random.nextInt(CLIENTS);
    long sequence = ++sequences[client];
    long lowestOpen = Math.max(1, sequence - random.nextInt(4));
    Op op = new Op.Put(bytes("k" + client), bytes("v" + sequence), 0, random.nextBoolean());
    return new Write(0, client, sequence, lowestOpen, seen[client], sequence, op);
  }
}
