package io.cairn.simulator.oracle;

import io.cairn.raft.DiskState;
import io.cairn.raft.Raft;
import io.cairn.raft.Ready;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.StableLog;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.read.ReadAnswer;
import io.cairn.server.apply.EntryEffect;
import io.cairn.server.history.HistoryCodec;
import io.cairn.server.history.HistoryTable;
import io.cairn.server.members.MemberCodec;
import io.cairn.server.members.NodeTable;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.ReplicaTap;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.mark.Marks;
import io.cairn.simulator.schedule.SimProcess;
import io.cairn.simulator.schedule.SimScheduler;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.mvcc.WriteResult;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All shards of a cluster, and the data in them. One for each run. */
public final class ClusterOracle {
  private final SimScheduler scheduler;
  private final Checks checks;
  private final Marks marks;
  private final DataOracle data;
  private final MembersOracle members;
  private final Map<Integer, ShardOracle> shards = new TreeMap<>();

  public ClusterOracle(SimScheduler scheduler, Marks marks) {
    this.scheduler = scheduler;
    this.checks = new Checks(scheduler);
    this.marks = marks;
    this.data = new DataOracle(checks, marks);
    this.members = new MembersOracle(checks, marks, new AllShards());
  }

  public DataOracle data() {
    return data;
  }

  public MembersOracle members() {
    return members;
  }

  /** Whether a node of that name ever had a replica of a shard. */
  public boolean tookPart(String node) {
    for (ShardOracle shard : shards.values()) {
      for (ReplicaShadow replica : shard.replicas()) {
        if (replica.node.equals(node)) {
          return true;
        }
      }
    }
    return false;
  }

  public Checks checks() {
    return checks;
  }

  /** What one life of a node shows. */
  public ReplicaTap tap(SimProcess process) {
    process.onDeath(() -> died(process));
    return new NodeTap(process);
  }

  /** Whether, in every shard, every member is there, knows all that is committed and has applied it. */
  public boolean agrees() {
    for (ShardOracle shard : shards.values()) {
      if (!shard.agrees()) {
        return false;
      }
    }
    return true;
  }

  private void died(SimProcess process) {
    for (ShardOracle shard : shards.values()) {
      for (ReplicaShadow replica : shard.replicas()) {
        if (replica.process == process) {
          replica.down();
        }
      }
    }
  }

  private ShardOracle shard(Replica replica) {
    return shards.computeIfAbsent(replica.descriptor().id(),
        id -> new ShardOracle(id, checks, marks, new ShardMembers(id, checks, marks, () -> members.isChanging())));
  }

  private static long resultOf(EntryEffect effect) {
    long hash = 17;
    switch (effect) {
      case EntryEffect.Written(List<WriteResult> results, var _) -> {
        for (WriteResult result : results) {
          hash = hash * 31 + switch (result) {
            case WriteResult.Done done -> done.revision() * 131 + done.changed() * 7 + (done.repeated() ? 1 : 0) + hashOf(done.leases());
            case WriteResult.Refused refused -> -1 - refused.reason().ordinal();
          };
        }
      }
      case EntryEffect.WindowMoved(long before, long end) -> hash = before * 31 + end;
      case EntryEffect.MembersChanged(Membership members) -> hash = Arrays.hashCode(MembershipCodec.encode(members));
      case EntryEffect.NodesChanged(NodeTable nodes) -> hash = Arrays.hashCode(MemberCodec.encode(nodes));
      case EntryEffect.HistoryChanged(HistoryTable history) -> hash = Arrays.hashCode(HistoryCodec.encode(history));
      case EntryEffect.LeasesChanged(var leases, var answers) -> hash = hashOf(leases) * 31 + answers.hashCode();
      default -> hash = 1;
    }
    return hash;
  }

  /** Nothing of an enum's own hash goes in, which is another one in each run of a JVM. */
  private static long hashOf(List<Lease> leases) {
    return leases.isEmpty() ? 0 : leases.toString().hashCode();
  }

  private final class AllShards implements MembersOracle.Shards {
    @Override
    public ShardMembers otherThan(Membership wanted) {
      for (ShardOracle shard : shards.values()) {
        if (!shard.members().committed().hasMembersOf(wanted)) {
          return shard.members();
        }
      }
      return null;
    }

    @Override
    public boolean isUp(long node) {
      return shards.get(0).isUp(node);
    }
  }

  private final class NodeTap implements ReplicaTap {
    private final SimProcess process;

    NodeTap(SimProcess process) {
      this.process = process;
    }

    private void observe(ShardOracle shard, ReplicaShadow shadow) {
      boolean led = shadow.leads;
      shard.observe(shadow, scheduler.now());
      if (shadow.leads && !led) {
        data.leads(shard.shard(), shadow.node, shadow.openedAt);
      }
    }

    private ReplicaShadow shadow(Replica replica) {
      return shard(replica).replica(replica.key().replica().value(), process.name());
    }

    @Override
    public void opened(Replica replica, Raft raft, HardState hardState, StableLog log) {
      ReplicaShadow shadow = shadow(replica);
      long told = shadow.durable.last();
      HardState toldState = shadow.durableState;
      long appliedBefore = shadow.applied;
      ReplicaShadow.Reopening how = shadow.reopen(hardState, log);
      boolean suspect = raft.disk() == DiskState.SUSPECT;
      marks.reachIf(suspect, Mark.REOPENED_SUSPECT);
      if (how == ReplicaShadow.Reopening.WITH_LESS && suspect) {
        marks.reach(Mark.REOPENED_WITH_LESS);
        shadow.adoptWhatIsLeft(hardState, log);
      }
      checks.check(how != ReplicaShadow.Reopening.WITH_LESS || suspect, "durable-is-durable",
          "shard %d of %s comes back with %s and %s, though %s and entries up to %d were said to be durable", replica.descriptor().id(),
          process.describe(), hardState, log.last(), toldState, told);
      switch (how) {
        case AS_TOLD -> marks.reach(Mark.REOPENED_AS_TOLD);
        case WITH_MORE -> marks.reach(Mark.REOPENED_WITH_MORE_THAN_TOLD);
        case AT_SNAPSHOT -> marks.reach(Mark.REOPENED_AT_A_SNAPSHOT);
        case FIRST, WITH_LESS -> { }
      }
      shard(replica).members().born(raft.status().membership());
      shadow.raft = raft;
      shadow.process = process;
      shadow.openedAt = scheduler.now();
      shadow.applied = replica.store().applied().index();
      marks.reachIf(shadow.applied < appliedBefore, Mark.ENGINE_LOST_WHAT_WAS_NOT_FLUSHED);
      shadow.committed = raft.commitIndex();
      shadow.term = raft.term();
      checks.check(shadow.applied <= shadow.durable.last(), "durably-applied-is-in-the-log",
          "%s has durably applied %d, its log ends at %d", process.describe(), shadow.applied, shadow.durable.last());
    }

    @Override
    public void ready(Replica replica, Ready ready) {
      ShardOracle shard = shard(replica);
      ReplicaShadow shadow = shadow(replica);
      shard.taken(shadow, ready);
      shadow.taken(ready);
      observe(shard, shadow);
      for (RaftMessage message : ready.messages()) {
        shard.sent(shadow, message);
      }
      if (!ready.mustPersist()) {
        for (RaftMessage message : ready.messagesAfterPersist()) {
          shard.sent(shadow, message);
        }
      }
      marks.reachIf(!ready.confirmedReads().isEmpty(), Mark.READ_CONFIRMED);
      marks.reachIf(!ready.snapshotsWanted().isEmpty(), Mark.SNAPSHOT_WANTED);
      for (ReadAnswer answer : ready.readAnswers()) {
        marks.reachIf(!answer.ok(), Mark.READ_REFUSED_BY_RAFT);
        marks.reachIf(answer.ok() && answer.index() > shadow.applied, Mark.READ_WAITED_FOR_APPLY);
      }
    }

    @Override
    public void persisted(Replica replica, Ready ready) {
      ShardOracle shard = shard(replica);
      ReplicaShadow shadow = shadow(replica);
      shadow.persisted(ready);
      for (RaftMessage message : ready.messagesAfterPersist()) {
        shard.sent(shadow, message);
      }
    }

    @Override
    public void applied(Replica replica, List<Entry> entries, List<EntryEffect> effects) {
      ShardOracle shard = shard(replica);
      ReplicaShadow shadow = shadow(replica);
      for (int i = 0; i < entries.size(); i++) {
        if (shard.applied(shadow, entries.get(i), resultOf(effects.get(i)))) {
          data.applied(shard.shard(), entries.get(i), effects.get(i));
          if (effects.get(i) instanceof EntryEffect.NodesChanged(NodeTable nodes)) {
            members.applied(nodes);
          }
        }
        data.past().applied(process, shard.shard(), entries.get(i));
      }
    }

    @Override
    public void installed(Replica replica, SnapshotMeta snapshot) {
      ReplicaShadow shadow = shadow(replica);
      checks.check(snapshot.last().index() <= shard(replica).committed(), "snapshot-is-committed", "a snapshot up to %s is installed, committed is %d",
          snapshot.last(), shard(replica).committed());
      shadow.installed(snapshot.last());
      marks.reach(Mark.SNAPSHOT_INSTALLED);
    }

    @Override
    public void rebuilt(Replica replica, SnapshotMeta snapshot) {
      ReplicaShadow shadow = shadow(replica);
      long last = snapshot.last().index();
      checks.check(last >= shadow.applied && last <= shard(replica).committed() && last <= shadow.durable.last(), "rebuilt-within-the-log",
          "shard %d of %s was rebuilt at %d; applied was %d, committed %d, durable here %d", replica.descriptor().id(), process.describe(), last,
          shadow.applied, shard(replica).committed(), shadow.durable.last());
      shadow.rebuilt(last);
    }

    @Override
    public void fenced(Replica replica) {
      checks.check(false, "replicas-agree", "shard %d of %s has fenced itself", replica.descriptor().id(), process.describe());
    }

    @Override
    public void compared(Replica replica, long index, boolean same) {
      checks.check(same, "replicas-agree", "replicas of shard %d differ at %d", replica.descriptor().id(), index);
      marks.reach(Mark.REPLICAS_COMPARED);
    }

    @Override
    public void handsOut(long first, long last) {
      data.handedOut(process.describe(), first, last);
    }

    @Override
    public void turned(Replica replica) {
      ReplicaShadow shadow = shadow(replica);
      observe(shard(replica), shadow);
    }
  }
}
