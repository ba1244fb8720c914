package io.cairn.server.members;

import io.cairn.platform.Clock;
import io.cairn.protocol.transport.HostPort;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.membership.Membership;
import io.cairn.server.outcome.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A log of shard 0 and four shards, as a driver sees them: three voters n1 to n3 and a learner n4. One driver at a time; when it is
 * cut off, what it has proposed and nobody has committed is kept or lost, what it has asked is still on its way, and another
 * one begins.
 */
final class DrivenCluster {
  private static final long STAGE_NANOS_MAX = 60_000_000_000L;
  private static final long TICK_NANOS = 25_000_000L;
  private static final int ROUNDS_MAX = 200_000;

  /** What becomes of entries that only the driver that was cut off had. */
  enum Uncommitted { KEPT, LOST }

  /** Comes out of a driver that is cut off. */
  private static final class CutOff extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final boolean refusing;
  private final SortedMap<Integer, Membership> members = new TreeMap<>();
  private final ArrayDeque<Runnable> network = new ArrayDeque<>();
  private final List<MemberCommand> uncommitted = new ArrayList<>();
  private final List<Integer> steps = new ArrayList<>();
  private final Map<Integer, String> lookRefusals = new HashMap<>();
  private final Set<String> lagging = new TreeSet<>();
  private final Set<ChangePoint> passed = EnumSet.noneOf(ChangePoint.class);
  private NodeTable table = NodeTable.NONE;
  private ChangeDriver driver;
  private ChangePoint cutAt;
  private int cutIn;
  private Uncommitted fate = Uncommitted.KEPT;
  private boolean cut;
  private long now = 5_000_000_000L;
  private MemberRequest request;
  private Outcome<NodeTable> outcome;
  private boolean refused;

  /** @param refusing whether shard 2 refuses the first step that it is asked for and that could be taken back */
  DrivenCluster(boolean refusing) {
    this.refusing = refusing;
    var founders = new ArrayList<NodeEntry>();
    for (int i = 1; i <= 3; i++) {
      founders.add(new NodeEntry(i, "n" + i, address(7100 + i), address(7000 + i), Standing.VOTER, Optional.empty()));
    }
    table = TableRules.apply(table, new MemberCommand.Found(founders));
    table = TableRules.apply(table, new MemberCommand.Begin(1, ChangeKind.ADD, "n4", "", address(7104), address(7004), shards()));
    for (int shard : shards()) {
      table = TableRules.apply(table, new MemberCommand.Stepped(new Stamp(1, 0, false), shard));
    }
    shards().forEach(shard -> members.put(shard, table.settled()));
    begin();
  }

  private static HostPort address(int port) {
    return new HostPort("127.0.0.1", port);
  }

  private static SortedSet<Integer> shards() {
    return new TreeSet<>(List.of(0, 1, 2, 3));
  }

  static MemberRequest add(String node) {
    return new MemberRequest(Optional.of(ChangeKind.ADD), node, "", address(7100 + node.charAt(1)), address(7000 + node.charAt(1)));
  }

  static MemberRequest promote(String node) {
    return new MemberRequest(Optional.of(ChangeKind.PROMOTE), node, "", null, null);
  }

  static MemberRequest remove(String node) {
    return new MemberRequest(Optional.of(ChangeKind.REMOVE), node, "", null, null);
  }

  static MemberRequest replace(String old, String node) {
    return new MemberRequest(Optional.of(ChangeKind.REPLACE), node, old, address(7100 + node.charAt(1)), address(7000 + node.charAt(1)));
  }

  void cutAt(ChangePoint point, int occurrence, Uncommitted what) {
    cutAt = point;
    cutIn = occurrence;
    fate = what;
  }

  void refuseLooks(int shard, String why) {
    lookRefusals.put(shard, why);
  }

  void lagging(String node) {
    lagging.add(node);
  }

  NodeTable table() {
    return table;
  }

  SortedMap<Integer, Membership> members() {
    return members;
  }

  boolean wasCut() {
    return cut;
  }

  Set<ChangePoint> passed() {
    return passed;
  }

  List<Integer> stepsInOrder() {
    return steps;
  }

  Outcome<NodeTable> outcome() {
    return outcome;
  }

  String refusal() {
    return ((Outcome.Refused<NodeTable>) outcome).refusal().message();
  }

  /** Asks, and asks again whenever the driver was cut off before it could answer. */
  void ask(MemberRequest what) {
    request = what;
    outcome = null;
    guarded(() -> driver.request(what, now + 1_000_000_000_000L, end -> outcome = end));
  }

  /** Someone else asks at the same time; what is heard of it is added to {@code heard}. */
  void askToo(MemberRequest what, List<Outcome<NodeTable>> heard) {
    driver.request(what, now + 1_000_000_000_000L, heard::add);
  }

  /** Every question is answered, and nothing is committed meanwhile. */
  void answerAll() {
    while (!network.isEmpty()) {
      network.poll().run();
    }
  }

  /** All that is proposed is committed, and no question is answered meanwhile. */
  void commitAll() {
    while (!uncommitted.isEmpty()) {
      commit(uncommitted.removeFirst());
    }
  }

  /** The driver's replica leads shard 0 no more. */
  void depose() {
    driver.follow();
  }

  private void begin() {
    driver = new ChangeDriver(clock(), new Network(), STAGE_NANOS_MAX);
    ChangeDriver mine = driver;
    guarded(() -> mine.lead(table));
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public long nanoTime() {
        return now;
      }

      @Override
      public long wallMillis() {
        return now / 1_000_000;
      }
    };
  }

  /** Until there is nothing left to do, and the change is over. */
  void run() {
    for (int round = 0; outcome == null || table.change().isPresent() || !network.isEmpty() || !uncommitted.isEmpty(); round++) {
      if (round > ROUNDS_MAX) {
        throw new AssertionError("it never ends: " + table);
      }
      turn();
    }
  }

  void runFor(long nanos) {
    for (long end = now + nanos; now < end;) {
      turn();
    }
  }

  private void turn() {
    Runnable next = network.poll();
    if (next != null) {
      next.run();
    } else if (!uncommitted.isEmpty()) {
      commit(uncommitted.removeFirst());
    } else {
      now += TICK_NANOS;
      guarded(driver::tick);
    }
  }

  private void commit(MemberCommand command) {
    table = MemberCodec.decodeTable(MemberCodec.encode(TableRules.apply(table, command))); // As the store does.
    NodeTable applied = table;
    guarded(() -> driver.applied(applied));
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (CutOff e) {
      List<MemberCommand> left = List.copyOf(uncommitted);
      uncommitted.clear();
      if (fate == Uncommitted.KEPT) {
        left.forEach(command -> table = TableRules.apply(table, command));
      }
      begin();
      if (outcome == null && request != null) {
        ask(request);
      }
    }
  }

  /** What a driver is handed; of one that was cut off, its questions are still answered, to nobody. */
  private final class Network implements ChangeDriver.Ports {
    private boolean dead;

    @Override
    public boolean propose(MemberCommand command) {
      if (!dead) {
        uncommitted.add(MemberCodec.decodeCommand(MemberCodec.encode(command))); // As the log does.
      }
      return !dead;
    }

    @Override
    public void look(int shard, Membership wanted, long timeoutNanos, Consumer<StepAnswer> answer) {
      network.add(() -> reply(answer, lookedAt(shard, wanted)));
    }

    private StepAnswer lookedAt(int shard, Membership wanted) {
      if (lookRefusals.containsKey(shard)) {
        return StepAnswer.refused(lookRefusals.get(shard));
      }
      for (String name : lagging) {
        NodeEntry node = table.named(name);
        if (node != null && wanted.voters().contains(new ReplicaId(node.id()))) {
          return StepAnswer.refused(name + " lags");
        }
      }
      return StepAnswer.TAKEN;
    }

    @Override
    public void step(int shard, Stamp step, long timeoutNanos, Consumer<StepAnswer> answer) {
      network.add(() -> {
        StepAnswer said = taken(shard, step);
        network.add(() -> reply(answer, said));
      });
    }

    /** As a shard's leader does: it looks at the table of shard 0 first, and goes by that. */
    private StepAnswer taken(int shard, Stamp step) {
      MemberChange change = table.change().orElse(null);
      if (change == null || !change.stamp().equals(step)) {
        return StepAnswer.waiting("shard 0 tells another step");
      }
      if (refusing && !refused && shard == 2 && change.canTakeBack()) {
        refused = true;
        return StepAnswer.refused("the learner lags");
      }
      steps.add(shard);
      members.put(shard, table.wanted());
      return StepAnswer.TAKEN;
    }

    private void reply(Consumer<StepAnswer> answer, StepAnswer said) {
      if (!dead) {
        guarded(() -> answer.accept(said));
      }
    }

    @Override
    public SortedSet<Integer> shards() {
      return DrivenCluster.shards();
    }

    @Override
    public void reached(ChangePoint point) {
      passed.add(point);
      if (point == cutAt && --cutIn == 0) {
        dead = true;
        cut = true;
        throw new CutOff();
      }
    }
  }
}
