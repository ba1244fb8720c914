package io.cairn.simulator.swarm;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.GetOptions;
import io.cairn.client.GetResult;
import io.cairn.client.KeyRange;
import io.cairn.client.Lease;
import io.cairn.client.LeaseDetails;
import io.cairn.client.LeaseRenewal;
import io.cairn.client.PutResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.SessionState;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.TxnResult;
import io.cairn.client.core.HeldLease;
import io.cairn.client.core.LeaseKeeper;
import io.cairn.client.core.Operation;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.oracle.ApplyWitness;
import io.cairn.simulator.oracle.ClusterOracle;
import io.cairn.simulator.oracle.LeaseTimes;
import io.cairn.simulator.schedule.SimRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.BiConsumer;

/**
 * Callers that use leases: they grant them, keep some alive as sessions do and some by hand, put keys of all shards under them, alone and in
 * transactions, put keys with a TTL, revoke, and let go. They also use each other's leases, and such as are gone. As many as an option says.
 */
final class LeaseTraffic {
  private static final long MILLI = 1_000_000L;
  private static final long THINK_NANOS = 120 * MILLI;
  static final long TTL_MILLIS_MIN = 1_000;
  static final long TTL_MILLIS_MAX = 4_000;
  /** Within which a lease is gone once its time is over: a second, or an election if that takes longer. */
  private static final long GONE_NANOS = 1_000 * MILLI;
  /** The timeout and its jitter. */
  static final long ELECTION_HEARTBEATS = 16;
  private static final int KNOWN_MAX = 8;
  private static final int IDS = 5;
  private static final int OWN_KEYS = 4;
  private static final int FIRST_NUMBER = 100;

  private final SwarmOptions options;
  private final SimCluster cluster;
  private final ClusterOracle oracle;
  private final Workload workload;
  private final Witness witness;
  private final List<Caller> callers = new ArrayList<>();
  /** Ids that were granted lately, whosever; some are gone. */
  private final List<Long> known = new ArrayList<>();

  LeaseTraffic(SwarmOptions options, SimCluster cluster, ClusterOracle oracle, Workload workload, Witness witness) {
    this.options = options;
    this.cluster = cluster;
    this.oracle = oracle;
    this.workload = workload;
    this.witness = witness;
  }

  void start() {
    if (options.number("lease-times") > 0) {
      oracle.data().leaseTimes().bound(goneNanos(), electionNanos());
    }
    for (int i = 0; i < options.number("leases"); i++) {
      SimClient client = cluster.newClient(options.number("attempt-ms") * MILLI);
      Caller caller = new Caller(FIRST_NUMBER + i, client, cluster.world().random("leases." + i));
      callers.add(caller);
      caller.think();
    }
  }

  /** Nobody renews anything any more. */
  void stop() {
    callers.forEach(caller -> List.copyOf(caller.sessions).forEach(caller::letGo));
  }

  /** The longest that an election takes which is not split. */
  private long electionNanos() {
    return ELECTION_HEARTBEATS * options.number("heartbeat-ms") * MILLI;
  }

  private long goneNanos() {
    return Math.max(GONE_NANOS, electionNanos());
  }

  /** The cluster works, and nobody has renewed a lease since before it did: within the bound that is promised all are gone. */
  void drain() {
    if (!callers.isEmpty()) {
      cluster.world().runFor(Math.round(TTL_MILLIS_MAX * MILLI * (1 + LeaseTimes.CLOCK_RATE)) + goneNanos());
      oracle.data().leasesAreGone();
    }
  }

  /** Hears of what is applied before another does. */
  ApplyWitness before(ApplyWitness other) {
    return new ApplyWitness() {
      @Override
      public void applied(int shard, long revision, List<Long> ended, SortedMap<String, Now> changes) {
        other.applied(shard, revision, ended, changes);
      }

      @Override
      public void leaseEnds(long lease, boolean expired) {
        callers.forEach(caller -> caller.ends(lease, expired));
        other.leaseEnds(lease, expired);
      }

      @Override
      public void leads(int shard, String node, long sinceNanos) {
        other.leads(shard, node, sinceNanos);
      }
    };
  }

  /** One call after the other. */
  private final class Caller {
    private final int number;
    private final SimClient client;
    private final SimRandom random;
    private final Workload.Caller asWorkload;
    private final List<HeldLease> sessions = new ArrayList<>();
    private long calls;

    Caller(int number, SimClient client, SimRandom random) {
      this.number = number;
      this.client = client;
      this.random = random;
      this.asWorkload = new Workload.Caller(number, "l" + number, client);
    }

    void think() {
      cluster.world().scheduler().after(random.exponential(THINK_NANOS), "client.lease", this::next);
    }

    private void next() {
      if (workload.stopping()) {
        return;
      }
      calls++;
      long what = random.nextLong(100);
      if (known.isEmpty() || what < 14) {
        grant();
      } else if (what < 40) {
        put(Optional.empty());
      } else if (what < 50) {
        put(Optional.of(Duration.ofMillis(random.between(TTL_MILLIS_MIN, TTL_MILLIS_MAX))));
      } else if (what < 62) {
        keepAlive();
      } else if (what < 67) {
        call(new Operation.Revoke(anyLease()), (Lease revoked, Throwable failure) -> { });
      } else if (what < 73) {
        call(new Operation.TimeToLive(anyLease(), false), (LeaseDetails details, Throwable failure) -> { });
      } else if (what < 80 && options.number("transactions") > 0) {
        transaction();
      } else if (what < 86 && !sessions.isEmpty()) {
        letGo(sessions.get((int) random.nextLong(sessions.size())));
        think();
      } else {
        get();
      }
    }

    private <T> void call(Operation<T> operation, BiConsumer<T, Throwable> ended) {
      long deadline = random.between(options.number("deadline-ms") / 4 + 1, options.number("deadline-ms")) * MILLI;
      workload.call(asWorkload, deadline, operation, refusal -> isOfALease(refusal.code()), (T result, Throwable failure) -> {
        ended.accept(result, failure);
        think();
      });
    }

    /** A lease may be gone, or there still; and a shard's leader may not have met all nodes since it started. */
    private static boolean isOfALease(RefusedCode code) {
      return code == RefusedCode.LEASE_NOT_FOUND || code == RefusedCode.LEASE_EXISTS || code == RefusedCode.NOT_SUPPORTED;
    }

    private long anyLease() {
      return known.get((int) random.nextLong(known.size()));
    }

    private String letter() {
      return SwarmOptions.shardLetter((int) random.nextLong(options.number("shards")));
    }

    /** One that only leases are about, or one of everybody's. */
    private String key(String letter) {
      return random.chance(0.7) ? letter + "l" + random.nextLong(OWN_KEYS) : letter + random.nextLong(options.number("keys"));
    }

    private void grant() {
      long id = options.number("lease-ids") > 0 ? 1 + random.nextLong(IDS) : 0;
      Duration ttl = Duration.ofMillis(random.between(TTL_MILLIS_MIN, TTL_MILLIS_MAX));
      boolean session = random.chance(0.5);
      LeaseKeeper.Moment asked = client.leases().now();
      call(new Operation.Grant(id, ttl), (Lease lease, Throwable failure) -> {
        if (failure == null) {
          oracle.checks().check(lease.ttl().equals(ttl) && (id == 0 || lease.id() == id), "grants-are-as-asked", "granted is %s, asked was %d, %s",
              lease, id, ttl);
          known.add(lease.id());
          if (known.size() > KNOWN_MAX) {
            known.removeFirst();
          }
          if (session && !workload.stopping()) {
            sessions.add(client.leases().hold(lease.id(), ttl.toNanos(), asked, _ -> { }));
            witness.keptAlive(lease.id());
          }
        }
      });
    }

    private void letGo(HeldLease session) {
      sessions.remove(session);
      client.leases().release(session);
    }

    /** Whoever is told that its lease lives is told the truth. Ids that are chosen may have come to another grant of another time. */
    private void ends(long lease, boolean expired) {
      for (HeldLease session : sessions) {
        boolean wrong = expired && session.id() == lease && options.number("lease-ids") == 0 && session.state() == SessionState.ACTIVE;
        oracle.checks().check(!wrong, "active-means-alive", "lease %d ends while its session at client %d says ACTIVE", lease, number);
      }
    }

    private void put(Optional<Duration> ttl) {
      Workload.Put put = workload.newPut("l" + number + "-" + calls);
      long before = workload.told();
      String key = key(letter());
      long lease = ttl.isPresent() ? 0 : anyLease();
      call(new Operation.Put(ByteSeq.utf8(key), ByteSeq.utf8(put.value + ":"), false, lease, ttl), (PutResult result, Throwable failure) -> {
        put.outcome = workload.written(failure);
        if (failure == null) {
          workload.acknowledged(key, result.revision(), before);
          oracle.data().acknowledged(key, put.value, result.revision());
        }
      });
    }

    private void keepAlive() {
      List<Long> ids = List.of(anyLease());
      call(new Operation.KeepAlive(ids), (List<LeaseRenewal> renewals, Throwable failure) -> { });
    }

    /** Two keys of a shard, while the lease holds no other there. */
    private void transaction() {
      Workload.Put first = workload.newPut("l" + number + "-" + calls);
      Workload.Put second = workload.newPut("l" + number + "-" + calls + "two");
      String letter = letter();
      long lease = anyLease();
      long before = workload.told();
      List<TxnOp> puts = List.of(TxnOp.put(ByteSeq.utf8(letter + "l0"), ByteSeq.utf8(first.value + ":")).withLease(lease),
          TxnOp.put(ByteSeq.utf8(letter + "l1"), ByteSeq.utf8(second.value + ":")).withLease(lease), TxnOp.range(KeyRange.prefix(letter + "l")));
      Txn txn = Txn.ifAll(random.chance(0.5) ? Compare.lease(letter + "l0").notEqualTo(lease) : Compare.lease(letter + "l2").equalTo(0)).then(puts);
      call(new Operation.Transaction(txn), (TxnResult result, Throwable failure) -> {
        first.outcome = workload.written(failure);
        if (failure == null && !result.succeeded()) {
          first.outcome = Workload.Outcome.REFUSED;
        } else if (failure == null) {
          workload.acknowledged(letter + "l0", result.revision(), before);
          oracle.data().acknowledgedTxn(result);
        }
        second.outcome = first.outcome;
      });
    }

    private void get() {
      String key = key(letter());
      long before = workload.told(key);
      call(new Operation.Get(ByteSeq.utf8(key), GetOptions.DEFAULT), (GetResult result, Throwable failure) -> {
        if (failure == null) {
          workload.read(key, result, before);
        }
      });
    }
  }
}
