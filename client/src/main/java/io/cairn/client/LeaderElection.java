package io.cairn.client;

import io.cairn.client.core.LockSpec;
import io.cairn.client.who.LockQueue;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * An election by a name: {@link KvClient#election}. Candidates are elected in the order in which they came; the server decides, nobody infers it from
 * a list of candidates. What an elected one is told is its {@linkplain Leadership#term() term}, which only grows from leader to leader.
 */
public final class LeaderElection {

  /**
   * Who leads.
   *
   * @param term larger than that of every leader before
   * @param value what it says of itself, as proclaimed last
   */
  public record Leader(long term, ByteSeq value) {}

  private final String queue;
  private final LockOptions options;
  private final LockQueueing queueing;
  private final KvClient client;

  LeaderElection(String name, LockOptions options, LockQueueing queueing, KvClient client) {
    this.queue = KvLock.queue(name, LockQueue.Kind.ELECTION);
    this.options = options;
    this.queueing = queueing;
    this.client = client;
  }

  /** Stands as a candidate until elected. @param value what others are shown of it @throws InterruptedException when interrupted; it stands no more then */
  public Leadership campaign(String value) throws InterruptedException {
    return campaign(value, LockQueueing.FOR_EVER).orElseThrow();
  }

  /** Empty when it was not elected within that time; it stands no more then, and is never elected afterwards. */
  public Optional<Leadership> campaign(String value, Duration most) throws InterruptedException {
    LockSpec spec = LockSpec.exclusive(queue);
    return queueing.acquire(spec, options.withOwner(value), most, true).map(hold -> new Leadership(hold, spec));
  }

  /** Who leads now; empty when nobody does. */
  public Optional<Leader> leader() {
    return first(client.range(KeyRange.prefix(queue)).keyValues());
  }

  private static Optional<Leader> first(Iterable<KeyValue> places) {
    KeyValue first = null;
    for (KeyValue place : places) {
      first = first == null || place.createRevision() < first.createRevision() ? place : first;
    }
    return first == null ? Optional.empty() : Optional.of(new Leader(first.createRevision(), LockSpec.data(first.value())));
  }

  /**
   * Tells who leads, now and at each change, a proclamation included, in order, on the client's callback threads. Of changes that follow each other
   * fast the last one is told, never an older one after a newer.
   *
   * @return to be closed
   */
  public AutoCloseable observe(Consumer<Optional<Leader>> listener) {
    return new ElectionView(client, KeyRange.prefix(queue), LeaderElection::first, listener);
  }

  /** A term of office: from being elected until it is resigned or lost. */
  public static final class Leadership implements AutoCloseable {

    private final LockHold hold;
    private final LockSpec spec;

    Leadership(LockHold hold, LockSpec spec) {
      this.hold = hold;
      this.spec = spec;
    }

    /** Larger than that of every leader before; the token by which what is written can refuse an earlier leader. */
    public long term() {
      return hold.token();
    }

    /** Whether it certainly leads, as of this very moment. */
    public boolean isLeader() {
      return hold.isHeld();
    }

    /** Says something else of itself; refused with {@link RefusedCode#GUARD_PASSED} when it leads no more. */
    public void proclaim(String value) {
      hold.kv().put(hold.key(), spec.value(ByteSeq.utf8(value)), PutOptions.DEFAULT.withLease(hold.session().lease()));
    }

    /** The client with writes that are done only while it leads: {@link LockHold#kv}. */
    public KvClient kv() {
      return hold.kv();
    }

    /** As {@link LockHold#onLost}. */
    public void onLost(Runnable then) {
      hold.onLost(then);
    }

    /** Leads no more, and stands no more; returns at once. Idempotent. */
    public void resign() {
      hold.close();
    }

    /** As {@link #resign}. */
    @Override
    public void close() {
      resign();
    }
  }
}
