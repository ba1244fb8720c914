package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.ClusterMembers;
import io.cairn.client.ClusterMembers.Standing;
import io.cairn.client.GetOptions;
import io.cairn.client.KeyValue;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Members come, rise, lead, are replaced and leave while counters are written; in every fifth round the leader of shard 0, which drives
 * the change, is killed in the middle of it. Each counter has one writer, so what must be there in the end is known.
 *
 * <p>{@code -Dcairn.rounds=N} makes it longer, {@code -Dcairn.rounds.seed=N} chooses the same rounds again.
 */
final class MemberRoundsTest {
  private static final int ROUNDS = Integer.getInteger("cairn.rounds", 5);
  private static final long SEED = Long.getLong("cairn.rounds.seed", 20_261_121L);
  private static final int MEMBERS_MAX = 5;
  /** The exit status of a node that was removed. */
  private static final int REMOVED = 8;
  private static final Duration CALL_MOST = Duration.ofSeconds(10);
  private static final Duration CHANGE_MOST = Duration.ofSeconds(60);
  private static final Duration END_MOST = Duration.ofSeconds(60);
  private static final int SHARDS = 4;
  private static final List<String> CHANGES = List.of("add", "promote", "transfer", "replace", "remove");
  private static final String[] KEYS = {"a/1", "a/2", "k/1", "k/2", "z/1", "z/2"};

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder()
      .set("log.segment-size", "1MiB").set("log.keep", "4MiB").set("engine.write-buffers", "4MiB").build());

  private final LocalCluster cluster = EXTENSION.cluster();
  private final Random random = new Random(SEED);
  private final AtomicBoolean done = new AtomicBoolean();
  private final List<String> rounds = new ArrayList<>();
  /** Of every five rounds each is one, as far as it can be. */
  private final List<String> left = new ArrayList<>();
  private final AtomicBoolean changed = new AtomicBoolean();
  private int nextNode = 4;

  /** One key that counts up. Its numbers are written by its writer alone. */
  private static final class Counter {
    final String key;
    volatile int tried;
    volatile int acknowledged;
    volatile int puts;
    volatile int unknown;
    /** Why the last call that failed did. */
    volatile String failure = "";
    volatile long longestNanos;

    Counter(String key) {
      this.key = key;
    }
  }

  @Test
  @DisplayName("MB-03 rounds of changes under load, leaders killed: nothing lost, nothing twice, no call late")
  void membersChangeUnderLoad() throws Exception {
    List<Counter> counters = new ArrayList<>();
    var writers = new ArrayList<Future<?>>();
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    try (KvClient writes = cluster.client(CALL_MOST); KvClient admin = cluster.client(CHANGE_MOST)) {
      for (String key : KEYS) {
        var counter = new Counter(key);
        counters.add(counter);
        writers.add(threads.submit(() -> write(writes, counter)));
      }
      for (int round = 1; round <= ROUNDS; round++) {
        round(admin, threads, round % 5 == 0);
        awaitProgress(counters);
      }
      done.set(true);
      for (Future<?> writer : writers) {
        writer.get(END_MOST.toSeconds(), TimeUnit.SECONDS);
      }
      cluster.awaitReady();
      counters.forEach(counter -> assertFinal(writes, counter));
    }
    threads.close();
    System.out.printf("%d rounds of seed %d (%s): %d puts acknowledged, %d of unknown outcome, the longest call took %d ms%n", ROUNDS, SEED,
        String.join(", ", rounds), counters.stream().mapToInt(each -> each.puts).sum(),
        counters.stream().mapToInt(each -> each.unknown).sum(),
        counters.stream().mapToLong(each -> each.longestNanos).max().orElseThrow() / 1_000_000);
  }

  @Test
  @DisplayName("a node that leads every shard, and so drives its own removal, can be removed")
  void theDriverOfItsOwnRemovalIsRemoved() {
    try (KvClient admin = cluster.client(CHANGE_MOST)) {
      KvdNode node = cluster.join("leaving");
      untilDone(() -> admin.addMember(node.name(), node.addresses().peer(), node.addresses().advertised(), CALL_MOST));
      node.awaitReady(LocalCluster.START_MOST);
      promote(admin, node.name());
      transfer(admin, node.name());
      long began = System.nanoTime();
      remove(admin, node.name());
      awaitRemoved(node);
      System.out.printf("the node that led every shard was removed within %d ms%n", (System.nanoTime() - began) / 1_000_000);
      cluster.awaitReady();
    }
  }

  private Void write(KvClient client, Counter counter) {
    while (!done.get()) {
      int number = counter.tried + 1;
      counter.tried = number;
      long began = System.nanoTime();
      try {
        client.put(counter.key, number + " ".repeat(1_000));
        counter.puts++;
        counter.acknowledged = number;
      } catch (UnknownOutcomeException e) {
        counter.unknown++;
        counter.failure = e.getMessage();
      } catch (KvException e) {
        counter.failure = e.getMessage();
        // Refused: certainly without effect, so the number is simply skipped.
      }
      counter.longestNanos = Math.max(counter.longestNanos, System.nanoTime() - began);
    }
    return null;
  }

  private void awaitProgress(List<Counter> counters) {
    for (Counter counter : counters) {
      int had = counter.acknowledged;
      Await.until(counter.key + " goes on", END_MOST, () -> counter.acknowledged > had + 5 ? Optional.of(true) : Optional.empty(),
          () -> "after " + rounds + "; " + counter.failure);
    }
  }

  /** What of the five is left can be now, chosen by chance; each is carried out, whoever is killed meanwhile. */
  private void round(KvClient admin, ExecutorService threads, boolean killLeader) throws Exception {
    List<ClusterMembers.Member> members = members(admin);
    List<ClusterMembers.Member> voters = members.stream().filter(member -> member.standing() == Standing.VOTER).toList();
    List<ClusterMembers.Member> learners = members.stream().filter(member -> member.standing() == Standing.LEARNER).toList();
    List<ClusterMembers.Member> spare = spare(voters, learners);
    String choice = choose(members, learners, spare);
    rounds.add(choice + (killLeader ? " with the leader killed" : ""));
    changed.set(false);
    Future<?> kill = killLeader ? threads.submit(() -> killLeader(admin)) : null;
    List<KvdNode> leaving = switch (choice) {
      case "add" -> add(admin);
      case "promote" -> promote(admin, any(learners).name());
      case "remove" -> remove(admin, any(spare).name());
      case "transfer" -> transfer(admin, any(voters).name());
      default -> replace(admin, any(members), !killLeader && random.nextBoolean());
    };
    changed.set(true);
    if (kill != null) {
      kill.get(END_MOST.toSeconds(), TimeUnit.SECONDS);
    }
    leaving.forEach(this::awaitRemoved);
    cluster.awaitReady();
    assertThat(admin.members().change()).isEmpty();
  }

  /** Those that can be removed while three voters stay, and a learner while one is still to be promoted. */
  private List<ClusterMembers.Member> spare(List<ClusterMembers.Member> voters, List<ClusterMembers.Member> learners) {
    var spare = new ArrayList<ClusterMembers.Member>();
    if (voters.size() > 3) {
      spare.addAll(voters);
    }
    if (learners.size() > 1 || !left.contains("promote")) {
      spare.addAll(learners);
    }
    return spare;
  }

  private String choose(List<ClusterMembers.Member> members, List<ClusterMembers.Member> learners, List<ClusterMembers.Member> spare) {
    Predicate<String> canBe = change -> switch (change) {
      case "add" -> members.size() < MEMBERS_MAX;
      case "promote" -> !learners.isEmpty();
      case "remove" -> !spare.isEmpty();
      default -> true;
    };
    if (left.stream().noneMatch(canBe)) {
      left.addAll(CHANGES);
    }
    String choice = any(left.stream().filter(canBe).toList());
    left.remove(choice);
    return choice;
  }

  private static List<ClusterMembers.Member> members(KvClient admin) {
    return admin.members().members().stream()
        .filter(member -> member.standing() == Standing.VOTER || member.standing() == Standing.LEARNER).toList();
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** In the middle of the change, when there is one to see; a transfer is none. */
  private Void killLeader(KvClient admin) {
    Await.until("the change has begun", CHANGE_MOST, () -> changed.get() || admin.members().change().isPresent());
    KvdNode leader = cluster.leaderOf(0);
    leader.kill();
    leader.start();
    return null;
  }

  private List<KvdNode> add(KvClient admin) {
    KvdNode node = cluster.join("n" + nextNode++);
    untilDone(() -> admin.addMember(node.name(), node.addresses().peer(), node.addresses().advertised(), CALL_MOST));
    return List.of();
  }

  private List<KvdNode> promote(KvClient admin, String name) {
    untilDone(() -> admin.promoteMember(name, CALL_MOST));
    return List.of();
  }

  private List<KvdNode> remove(KvClient admin, String name) {
    untilDone(() -> admin.removeMember(name, CALL_MOST));
    return List.of(cluster.node(name));
  }

  /** Whoever is just started, or elected by the others at the same time, may not take over at once. */
  private List<KvdNode> transfer(KvClient admin, String name) {
    for (int shard = 0; shard < SHARDS; shard++) {
      int which = shard;
      Await.until(name + " leads shard " + shard, CHANGE_MOST, () -> {
        try {
          return admin.transferLeader(which, name).to().equals(name);
        } catch (UnknownOutcomeException e) {
          return false;
        } catch (RefusedException e) {
          if (e.code() != RefusedCode.LEADER_STAYS) {
            throw e;
          }
          return false;
        }
      });
    }
    return List.of();
  }

  /** @param lost whether the node that leaves has lost its disk before */
  private List<KvdNode> replace(KvClient admin, ClusterMembers.Member member, boolean lost) {
    KvdNode old = cluster.node(member.name());
    if (lost) {
      old.kill();
    }
    KvdNode node = cluster.join("n" + nextNode++);
    untilDone(() -> admin.replaceMember(old.name(), node.name(), node.addresses().peer(), node.addresses().advertised(), CALL_MOST));
    if (lost) {
      cluster.forget(old);
    }
    return lost ? List.of() : List.of(old);
  }

  /** By itself, and when it was killed and started again meanwhile. */
  private void awaitRemoved(KvdNode node) {
    assertThat(node.process().awaitExit(END_MOST)).as("how %s ended; it wrote:%n%s", node, node.log()).isEqualTo(REMOVED);
    cluster.forget(node);
  }

  /** A learner may lag, and of a change whose driver was killed the end may not be heard: it is asked for again. */
  private void untilDone(Supplier<ClusterMembers> change) {
    var last = new AtomicReference<>("");
    Await.until("the members are changed", CHANGE_MOST, () -> {
      try {
        return Optional.of(change.get());
      } catch (UnknownOutcomeException e) {
        last.set(e.getMessage());
        return Optional.empty();
      } catch (RefusedException e) {
        boolean later = e.code() == RefusedCode.MEMBERS && (e.getMessage().contains("lags") || e.getMessage().contains("quorum"));
        if (!later) {
          throw e;
        }
        last.set(e.getMessage());
        return Optional.empty();
      }
    }, () -> last.get() + cluster.logs());
  }

  private void assertFinal(KvClient client, Counter counter) {
    for (KvdNode node : cluster.nodes()) {
      KeyValue found = client.get(ByteSeq.utf8(counter.key), GetOptions.DEFAULT.withNode(node.name())).found().orElseThrow();
      assertThat(Integer.parseInt(found.valueUtf8().strip())).as("%s on %s", counter.key, node)
          .isBetween(counter.acknowledged, counter.tried);
      assertThat(found.version()).as("times %s was put, on %s", counter.key, node)
          .isBetween((long) counter.puts, (long) counter.puts + counter.unknown);
    }
    assertThat(counter.longestNanos).as("nanoseconds that the longest call on %s took", counter.key)
        .isLessThan(CALL_MOST.plusSeconds(5).toNanos());
  }
}
