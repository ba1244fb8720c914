package io.cairn.server.apply;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.outcome.FailStop;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.mvcc.ApplyRound;
import io.cairn.storage.mvcc.RecentVersions;
import io.cairn.storage.mvcc.ShardStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Applies what the replicas of one engine have committed. Belongs to the engine's apply loop, the only writer of the engine;
 * {@link #submit} and {@link #run} may be called from any loop.
 *
 * <p>Everything that came in while the last round was under way becomes one round: one batch, one write, unless it is too large for
 * one. Results go back to the replica's loop after the write, never before.
 */
public final class Applier {
  /**
   * A write is closed when it has come to this. What is committed of all shards may be many times as much, and an entry of puts takes
   * three times its size here (the new version, and the event with the new and the replaced one): on a small heap one write of all of it
   * finds no room.
   */
  static final long WRITE_BYTES = 4 << 20;

  /** Hears of rounds, for the metrics and the flusher. */
  public interface RoundListener {
    void applied(long nanos, int commands);
  }

  /** Hears the effects of its entries, in order, on the replica's loop. */
  public interface EffectListener {
    void applied(List<Entry> entries, List<EntryEffect> effects);
  }

  private record Task(ShardStore store, List<Entry> entries, EventLoop reply, EffectListener listener) {}

  private final EventLoop loop;
  private final Clock clock;
  private final FailStop failStop;
  private final RoundListener listener;
  /** Of every round, one after another: what its batch has grown to, up to some megabytes, is there for the next. */
  private final ApplyRound round;
  private final Object lock = new Object();
  private List<Task> queue = new ArrayList<>();
  private boolean drainScheduled;
  private boolean ended;

  /** @param recentBytes for {@link RecentVersions}: what is applied often is not read from the engine before each put */
  public Applier(Engine engine, int recentBytes, EventLoop loop, Clock clock, FailStop failStop, RoundListener listener) {
    round = new ApplyRound(engine, new RecentVersions(recentBytes));
    this.loop = loop;
    this.clock = clock;
    this.failStop = failStop;
    this.listener = listener;
  }

  /** Entries of one store are applied in the order they are submitted. */
  public void submit(ShardStore store, List<Entry> entries, EventLoop reply, EffectListener effects) {
    boolean schedule;
    synchronized (lock) {
      queue.add(new Task(store, entries, reply, effects));
      schedule = !drainScheduled;
      drainScheduled = true;
    }
    if (schedule) {
      loop.execute(this::drain);
    }
  }

  /** Runs other work of the engine's writer (installing a snapshot) between two rounds; a failure stops the node. */
  public void run(String what, Runnable work) {
    loop.execute(() -> {
      if (!ended) {
        guarded(what, work);
      }
    });
  }

  /** Changes stores between two rounds, in a round of its own; a failure stops the node. */
  public void change(String what, Consumer<ApplyRound> change) {
    run(what, () -> {
      change.accept(round);
      round.commit();
    });
  }

  /** On its loop, when the node stops: whatever comes later is left undone, as if the process had ended here. The engine may be closed. */
  public void end() {
    ended = true;
  }

  private void drain() {
    List<Task> tasks;
    synchronized (lock) {
      tasks = queue;
      queue = new ArrayList<>(tasks.size());
      drainScheduled = false;
    }
    if (!ended) {
      guarded("applying committed entries", () -> round(tasks));
    }
  }

  private void round(List<Task> tasks) {
    long began = clock.nanoTime();
    var done = new ArrayList<Runnable>(tasks.size());
    int commands = 0;
    for (Task task : tasks) {
      var effects = new ArrayList<EntryEffect>(task.entries.size());
      for (Entry entry : task.entries) {
        if (round.bytes() >= WRITE_BYTES) {
          write(done, began, commands);
          began = clock.nanoTime();
          commands = 0;
        }
        EntryEffect effect = apply(task.store, entry);
        effects.add(effect);
        commands += effect instanceof EntryEffect.Written written ? written.results().size() : 0;
      }
      done.add(() -> task.reply.execute(() -> task.listener.applied(task.entries, effects)));
    }
    write(done, began, commands);
  }

  /** Writes what is applied so far, and tells those whose entries it holds to the last. */
  private void write(List<Runnable> done, long began, int commands) {
    round.commit();
    listener.applied(clock.nanoTime() - began, commands);
    done.forEach(Runnable::run);
    done.clear();
  }

  private EntryEffect apply(ShardStore store, Entry entry) {
    byte[] payload = entry.payload();
    if (entry.kind() == EntryKind.COMMAND && EntryPayload.isCommands(payload)) {
      int level = EntryPayload.level(payload);
      var results = store.apply(round, entry.id(), EntryPayload.decodeCommands(payload));
      store.needsLevel(round, level); // A part of this entry, as its rolling hash has it: so not before it.
      return new EntryEffect.Written(results, store.takeLeasedGone());
    }
    store.pass(round, entry.id());
    if (entry.kind() == EntryKind.MEMBERSHIP) {
      store.putRecord(round, ShardStore.MEMBERS, payload);
      return new EntryEffect.MembersChanged(MembershipCodec.decode(payload));
    }
    if (EntryPayload.isUpkeep(payload)) {
      return ShardUpkeep.apply(store, round, EntryPayload.decodeUpkeep(payload));
    }
    boolean system = EntryPayload.isSystem(payload);
    return system ? SystemState.apply(store, round, EntryPayload.decodeSystem(payload)) : EntryEffect.NOTHING;
  }

  private void guarded(String what, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      ended = true;
      failStop.broken(what, e);
    }
  }
}
