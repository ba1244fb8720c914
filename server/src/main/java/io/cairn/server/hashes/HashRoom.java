package io.cairn.server.hashes;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.HashCheck;
import io.cairn.protocol.wire.HashReport;
import io.cairn.protocol.wire.HashVerdict;
import io.cairn.protocol.wire.HashVerdictAnswer;
import io.cairn.protocol.wire.PeerRefused;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.SnapshotWanted;
import io.cairn.protocol.wire.SnapshotWantedAnswer;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.membership.Membership;
import io.cairn.server.peer.Peers;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.storage.hash.Fact;
import io.cairn.storage.mvcc.HashPoints;
import io.cairn.storage.mvcc.HashPoints.Point;
import io.cairn.storage.mvcc.KeyScrub;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The comparisons of this node's replicas with those of others. Where it leads it asks, decides and tells; where it follows it answers, and fences itself
 * when it is told, and finds, that a majority has something else. On the node's first loop; what belongs to a replica happens on that one's.
 */
public final class HashRoom {
  private static final Logger log = LoggerFactory.getLogger(HashRoom.class);
  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(2);
  /** Indexes one question may name, and replicas one verdict. */
  static final int ASKED_MAX = 64;
  /** So many of the newest places are asked for, and twice as far back each time a few more: for replicas that lag. */
  private static final int NEWEST_ASKED = 8;
  /** So many times in a row a shard in which nothing moves is left out. */
  private static final int QUIET_MAX = 12;

  /** What it needs of the node. */
  public interface Ports {
    /** Notes durably that the replica is fenced, until other data takes its place. */
    void noteFenced(Replica replica);

    /** Begins to send a snapshot of a shard that is led here. */
    void sendSnapshot(Replica from, ReplicaId to, long term);

    /** How many chunks of snapshots have come for the shard. */
    long chunksReceived(int shard);

    /** Reads some keys of the replica again, on the apply loop; see {@link io.cairn.storage.mvcc.ShardStore#scrub}. */
    void scrub(Replica replica, long bytesMax, Consumer<KeyScrub> found);

    /** A comparison has ended, on the replica's loop: for those who watch the node. */
    void compared(Replica replica, long index, boolean same);
  }

  /** What was found last of a shard that is led here. On its replica's loop. */
  private static final class Round {
    private long term;
    private Point same;
    /** Comparisons left out since nothing moved here: it may be others that are not what they were. */
    private int quiet;
    private boolean underWay;
    private final Map<ReplicaId, List<Point>> reports = new TreeMap<>();
    private int missing;
  }

  private final Clock clock;
  private final EventLoop loop;
  private final Replicas replicas;
  private final Peers peers;
  private final long intervalNanos;
  private final Ports ports;
  private final HashFigures figures;
  private final Map<Integer, Round> rounds = new ConcurrentSkipListMap<>();
  private final Map<Integer, Rebuild> rebuilds = new ConcurrentSkipListMap<>();
  /** Shards led here whose replicas differ, and no majority says who is right. */
  private final Set<Integer> diverged = new ConcurrentSkipListSet<>();
  private final Scrubber scrubber;
  private long lookedAt;

  /** @param intervalNanos between two comparisons; 0 for none, and then what is fenced is rebuilt all the same */
  public HashRoom(Clock clock, EventLoop loop, Replicas replicas, Peers peers, long intervalNanos, HashFigures figures, Ports ports) {
    this.clock = clock;
    this.loop = loop;
    this.replicas = replicas;
    this.peers = peers;
    this.intervalNanos = intervalNanos;
    this.ports = ports;
    this.figures = figures;
    this.scrubber = new Scrubber(clock, loop, replicas, intervalNanos, ports::scrub, figures);
    this.lookedAt = clock.nanoTime();
  }

  /** Shards led here whose replicas differ without a majority. From any thread. */
  public int diverged() {
    return diverged.size();
  }

  /** Replicas here that are fenced. From any thread. */
  public long fenced() {
    return replicas.all().stream().filter(replica -> replica.fence().isUp()).count();
  }

  public void tick() {
    long now = clock.nanoTime();
    boolean due = intervalNanos > 0 && now - lookedAt >= intervalNanos;
    if (due) {
      lookedAt = now;
    }
    if (intervalNanos > 0) {
      scrubber.tick();
    }
    for (Replica replica : replicas.all()) {
      if (replica.fence().isUp() || due) {
        replica.loop().run(() -> look(replica, due));
      }
    }
  }

  private void look(Replica replica, boolean due) {
    if (replica.closed()) {
      return;
    }
    if (replica.fence().isUp()) {
      diverged.remove(replica.descriptor().id());
      Rebuild rebuild = rebuilds.computeIfAbsent(replica.descriptor().id(), _ -> new Rebuild());
      String leader = replica.leaderNode();
      if (!leader.isEmpty() && !replica.status().leader().equals(replica.key().replica())
          && rebuild.asks(clock.nanoTime(), ports.chunksReceived(replica.descriptor().id()))) {
        askForSnapshot(replica, leader);
      }
    } else if (due) {
      compare(replica);
    }
  }

  // Where it leads.

  private void compare(Replica replica) {
    Round round = rounds.computeIfAbsent(replica.descriptor().id(), _ -> new Round());
    if (!replica.isLeader() || !replica.leaderReady()) {
      diverged.remove(replica.descriptor().id());
      return;
    }
    Membership members = replica.status().membership();
    HashPoints hashes = replica.store().hashes();
    boolean moved = replica.status().term() != round.term || !hashes.now().equals(round.same) || ++round.quiet > QUIET_MAX;
    if (round.underWay || !moved || members.isJoint() || members.all().size() < 2) {
      return;
    }
    List<Point> own = asked(hashes.recent(HashPoints.KEPT, 1));
    round.term = replica.status().term();
    round.underWay = true;
    round.quiet = 0;
    round.reports.clear();
    round.reports.put(replica.key().replica(), own);
    round.missing = members.all().size() - 1;
    for (ReplicaId member : members.all()) {
      if (!member.equals(replica.key().replica())) {
        ask(replica, round, member, own);
      }
    }
  }

  private static List<Point> asked(List<Point> recent) {
    var found = new ArrayList<Point>();
    for (int at = 0; at < recent.size(); at = at < NEWEST_ASKED ? at + 1 : at * 2) {
      found.add(recent.get(at));
    }
    return found;
  }

  private void ask(Replica replica, Round round, ReplicaId member, List<Point> own) {
    HashCheck.Builder check = HashCheck.newBuilder().setShard(replica.descriptor().id()).setRangeEpoch(replica.descriptor().rangeEpoch())
        .setFrom(replica.key().replica().value()).setTo(member.value()).setFormat(Fact.FORMAT);
    own.forEach(point -> check.addIndexes(point.index()));
    call(replica, replica.descriptor().node(member), PeerRequest.newBuilder().setHashCheck(check).build(), response -> {
      if (response != null && response.hasHashCheck() && response.getHashCheck().getFormat() == Fact.FORMAT) {
        round.reports.put(member, response.getHashCheck().getPointsList().stream().map(point -> new Point(point.getIndex(), point.getHash())).toList());
      }
      if (--round.missing == 0) {
        round.underWay = false;
        decide(replica, round);
      }
    });
  }

  private void decide(Replica replica, Round round) {
    if (!replica.isLeader() || replica.status().term() != round.term || replica.closed()) {
      return;
    }
    int shard = replica.descriptor().id();
    Membership members = replica.status().membership();
    switch (Comparison.of(members.voters(), round.reports)) {
      case Comparison.Nothing _ -> { }
      case Comparison.Same(long index, Set<ReplicaId> having) -> {
        figures.compared.increment();
        diverged.remove(shard);
        round.same = having.containsAll(members.all()) ? replica.store().hashes().at(index) : null;
        ports.compared(replica, index, true);
      }
      case Comparison.Undecided(long index, Map<ReplicaId, Long> hashes) -> {
        figures.undecided.increment();
        ports.compared(replica, index, false);
        if (diverged.add(shard)) {
          log.error("shard={} its replicas differ at index={} and no majority of its voters says which is right; nothing is fenced until more of them "
              + "can be compared; hashes={}", shard, index, shown(replica, hashes));
        }
      }
      case Comparison.Differs differs -> {
        figures.compared.increment();
        diverged.remove(shard);
        ports.compared(replica, differs.index(), false);
        log.error("shard={} replicas differ from the majority at index={}: right={} differing={}", shard, differs.index(), Long.toHexString(differs.hash()),
            shown(replica, differs.others()));
        differs.others().keySet().forEach(other -> tell(replica, other, differs));
      }
    }
  }

  private static String shown(Replica replica, Map<ReplicaId, Long> hashes) {
    var text = new StringBuilder();
    hashes.forEach((id, hash) -> text.append(text.isEmpty() ? "" : ",").append(replica.descriptor().node(id)).append(':').append(Long.toHexString(hash)));
    return text.toString();
  }

  private void tell(Replica replica, ReplicaId other, Comparison.Differs differs) {
    var verdict = HashVerdict.newBuilder().setShard(replica.descriptor().id()).setRangeEpoch(replica.descriptor().rangeEpoch())
        .setFrom(replica.key().replica().value()).setTo(other.value()).setIndex(differs.index()).setHash(differs.hash());
    differs.agreeing().forEach(each -> verdict.addAgreeing(each.value()));
    if (other.equals(replica.key().replica())) {
      hear(replica, verdict.build());
    } else {
      call(replica, replica.descriptor().node(other), PeerRequest.newBuilder().setHashVerdict(verdict).build(), _ -> { });
    }
  }

  /** Null is told when there is no answer. */
  private void call(Replica replica, String node, PeerRequest request, Consumer<PeerResponse> answer) {
    if (node.isEmpty()) {
      replica.loop().execute(() -> answer.accept(null));
      return;
    }
    peers.call(node, request, ANSWER_NANOS, new Peers.Answer() {
      @Override
      public void answered(PeerResponse response) {
        replica.loop().execute(() -> answer.accept(response));
      }

      @Override
      public void failed(String why) {
        replica.loop().execute(() -> answer.accept(null));
      }
    });
  }

  // Where it is asked. From any loop; the answer comes on any.

  public void serve(Replica replica, PeerRequest request, Consumer<PeerResponse> answer) {
    replica.loop().run(() -> {
      switch (request.getBodyCase()) {
        case HASH_CHECK -> answer.accept(report(replica, request.getHashCheck()));
        case HASH_VERDICT -> answer.accept(PeerResponse.newBuilder()
            .setHashVerdict(HashVerdictAnswer.newBuilder().setFenced(hear(replica, request.getHashVerdict()))).build());
        case SNAPSHOT_WANTED -> {
          boolean sends = replica.isLeader() && replica.leaderReady();
          if (sends) {
            ports.sendSnapshot(replica, new ReplicaId(request.getSnapshotWanted().getFrom()), replica.status().term());
          }
          answer.accept(PeerResponse.newBuilder().setSnapshotWanted(SnapshotWantedAnswer.newBuilder().setSends(sends)).build());
        }
        default -> answer.accept(refused("this is no question about hashes"));
      }
    });
  }

  private static PeerResponse report(Replica replica, HashCheck check) {
    if (check.getIndexesCount() > ASKED_MAX) {
      return refused("a comparison names at most " + ASKED_MAX + " indexes, not " + check.getIndexesCount());
    }
    HashReport.Builder report = HashReport.newBuilder().setFormat(Fact.FORMAT);
    if (check.getFormat() == Fact.FORMAT && !replica.fence().isUp() && !replica.closed()) {
      HashPoints hashes = replica.store().hashes();
      check.getIndexesList().forEach(index -> {
        Point point = hashes.at(index);
        if (point != null) {
          report.addPoints(HashReport.Point.newBuilder().setIndex(point.index()).setHash(point.hash()));
        }
      });
    }
    return PeerResponse.newBuilder().setHashCheck(report).build();
  }

  private static PeerResponse refused(String why) {
    return PeerResponse.newBuilder().setRefused(PeerRefused.newBuilder().setMessage(why)).build();
  }

  /** Fences the replica when the verdict is one of a majority of its voters, without it, and it has another hash. On its loop. */
  private boolean hear(Replica replica, HashVerdict verdict) {
    Point own = replica.store().hashes().at(verdict.getIndex());
    boolean nothingNew = replica.fence().isUp() || replica.closed() || own == null || own.hash() == verdict.getHash();
    if (nothingNew || verdict.getAgreeingCount() > ASKED_MAX) {
      return replica.fence().isUp();
    }
    Set<ReplicaId> voters = replica.status().membership().voters();
    var agreeing = new TreeSet<ReplicaId>();
    verdict.getAgreeingList().forEach(each -> agreeing.add(new ReplicaId(each)));
    agreeing.retainAll(voters);
    agreeing.remove(replica.key().replica());
    if (!Comparison.isMajority(agreeing.size(), voters)) {
      return false;
    }
    figures.fenced.increment();
    log.error("shard={} THIS REPLICA DIFFERS from a majority of its shard: at index={} its hash is {}, that of {} is {}. It shows nothing more, does not "
        + "lead, and is rebuilt from another replica", replica.descriptor().id(), own.index(), Long.toHexString(own.hash()), agreeing,
        Long.toHexString(verdict.getHash()));
    replica.fence().raise();
    ports.noteFenced(replica);
    rebuilds.computeIfAbsent(replica.descriptor().id(), _ -> new Rebuild()).began(clock.nanoTime());
    return true;
  }

  private void askForSnapshot(Replica replica, String leader) {
    log.warn("shard={} asks for a snapshot to be rebuilt from; from={}", replica.descriptor().id(), leader);
    var wanted = SnapshotWanted.newBuilder().setShard(replica.descriptor().id()).setRangeEpoch(replica.descriptor().rangeEpoch())
        .setFrom(replica.key().replica().value()).setTo(replica.status().leader().value());
    call(replica, leader, PeerRequest.newBuilder().setSnapshotWanted(wanted).build(), _ -> { });
  }
}
