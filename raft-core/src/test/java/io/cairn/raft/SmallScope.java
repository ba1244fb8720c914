package io.cairn.raft;

import io.cairn.raft.log.Entry;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.AppendEntriesResponse;
import io.cairn.raft.message.RaftMessage.Heartbeat;
import io.cairn.raft.message.RaftMessage.HeartbeatResponse;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.VoteResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Every state that three replicas can reach within small bounds: all messages in every order, timeouts and crashes at every moment.
 *
 * <p>A replica is a function of what it was given: so what one does at an input is worked out once, on a real {@link Raft}, and
 * remembered under {@link StateFingerprint}. A state of the cluster is then three numbers of local states, the messages under way,
 * what is left of the bounds, and what history must not forget (who led which term, what was committed); walking through millions
 * of them is walking through numbers.
 *
 * <p>Two things make it small without leaving anything out: what nobody will heed again is not under way, and the first to campaign is
 * replica 1, since any run in which it is another one is the same run with other names.
 *
 * <p>Every message may be delivered at any time, or never. Bounds: terms, commands, timeouts, crashes (each with the loss of
 * what the disk had not written) and losses. Whoever is at the last term does not campaign any more.
 */
final class SmallScope {

  /** How what is to be written becomes durable. */
  enum Disk {
    /** At once. */
    FAST,
    /** As a step of its own, so that anything may come before it, a crash too. */
    SLOW,
    /** As slow, but said to be durable at once: a canary, which the search must notice. */
    LYING
  }

  /**
   * @param commands beside each leader's own first entry
   * @param heartbeats whether the rounds of heartbeats arrive; without them there are far fewer orders
   */
  record Bounds(int terms, int commands, int timeouts, int crashes, int losses, Disk disk, boolean heartbeats) {}

  private static final int REPLICAS = 3;
  private static final int TIMEOUT = -1;
  private static final int PROPOSE = -2;
  private static final int CRASH = -3;
  private static final int PERSIST = -4;

  /** One replica as it may stand, and how it came there. */
  private static final class Local {
    final int number;
    final int replica;
    final Local from;
    final int input;
    final Map<Integer, Step> steps = new HashMap<>();
    final long term;
    final RoleName role;
    final boolean leads;
    final boolean writes;
    final long commit;
    final long applied;
    /** Terms and payloads of the log's entries, of those that are durable, from index 1 on. */
    final int[] log;
    final int[] durable;

    Local(int number, int replica, Local from, int input, SmallReplica standing) {
      this.number = number;
      this.replica = replica;
      this.from = from;
      this.input = input;
      Raft raft = standing.raft();
      this.term = raft.term();
      this.role = raft.role().name();
      this.leads = raft.isLeader();
      this.writes = standing.isWriting();
      this.commit = raft.commitIndex();
      this.applied = standing.applied().index();
      this.log = new int[(int) raft.lastIndex()];
      for (int i = 0; i < log.length; i++) {
        log[i] = code(raft.log().entry(i + 1));
      }
      this.durable = new int[(int) standing.disk().last().index()];
      for (int i = 0; i < durable.length; i++) {
        durable[i] = code(standing.disk().entries(i + 1, i + 1, 1).getFirst());
      }
    }

    private static int code(Entry entry) {
      return (int) entry.term() * 16 + entry.payload().length;
    }
  }

  private record Step(Local to, int[] sent) {}

  private final Bounds bounds;
  private final List<Local> locals = new ArrayList<>();
  private final Map<String, Local> byFingerprint = new HashMap<>();
  private final List<RaftMessage> messages = new ArrayList<>();
  private final Map<String, Integer> byMessage = new HashMap<>();
  private final LongSet visited = new LongSet();
  private final ArrayDeque<int[]> open = new ArrayDeque<>();
  private long transitions;
  private long leaderStates;
  private long committedStates;
  private int longestLog;

  SmallScope(Bounds bounds) {
    this.bounds = bounds;
  }

  long states() {
    return visited.size();
  }

  long leaderStates() {
    return leaderStates;
  }

  long committedStates() {
    return committedStates;
  }

  @Override
  public String toString() {
    return bounds + ": " + visited.size() + " states, " + transitions + " transitions, " + locals.size() + " states of one replica, "
        + messages.size() + " messages, longest log " + longestLog;
  }

  // ---- states of the cluster: locals, bounds left, leaders of terms, committed entries, messages under way in ascending order

  private static final int LEFT = REPLICAS;
  private static final int LEADERS = REPLICAS + 1;
  private static final int COMMITTED_LOW = REPLICAS + 2;
  private static final int COMMITTED_HIGH = REPLICAS + 3;
  private static final int FIRST_MESSAGE = REPLICAS + 4;

  /** Visits all, at most {@code limit} states. Returns whether there were no more. */
  boolean search(long limit) {
    int[] start = new int[FIRST_MESSAGE];
    for (int i = 0; i < REPLICAS; i++) {
      start[i] = local(i, null, 0, new SmallReplica(new ReplicaId(i + 1), bounds.disk)).number;
    }
    start[LEFT] = bounds.timeouts | bounds.commands << 4 | bounds.crashes << 8 | bounds.losses << 12;
    visit(start);
    while (!open.isEmpty() && visited.size() < limit) {
      expand(open.removeLast());
    }
    return open.isEmpty();
  }

  private void expand(int[] state) {
    int left = state[LEFT];
    for (int i = FIRST_MESSAGE; i < state.length; i++) {
      if (i > FIRST_MESSAGE && state[i] == state[i - 1]) {
        continue;
      }
      int to = (int) messages.get(state[i]).to().value() - 1;
      go(state, to, state[i], left, i);
      if (left >> 12 > 0) {
        visit(without(state, i, left - (1 << 12)));
      }
    }
    for (int replica = 0; replica < REPLICAS; replica++) {
      Local local = locals.get(state[replica]);
      if (local.writes) {
        go(state, replica, PERSIST, left, -1);
      }
      boolean first = (left & 15) == bounds.timeouts;
      if ((left & 15) > 0 && !local.leads && local.term < bounds.terms && (!first || replica == 0)) {
        go(state, replica, TIMEOUT, left - 1, -1);
      }
      if ((left >> 4 & 15) > 0 && local.leads) {
        // Each command of a run is another one.
        go(state, replica, PROPOSE - 16 * (left >> 4 & 15), left - 16, -1);
      }
      if ((left >> 8 & 15) > 0) {
        go(state, replica, CRASH, left - 256, -1);
      }
    }
  }

  private static int[] without(int[] state, int at, int left) {
    int[] next = new int[state.length - 1];
    System.arraycopy(state, 0, next, 0, at);
    System.arraycopy(state, at + 1, next, at, state.length - at - 1);
    next[LEFT] = left;
    return next;
  }

  private void go(int[] state, int replica, int input, int left, int delivered) {
    transitions++;
    Local before = locals.get(state[replica]);
    Step step = before.steps.get(input);
    if (step == null) {
      step = work(before, input);
      before.steps.put(input, step);
    }
    int kept = state.length - (delivered >= 0 ? 1 : 0);
    int[] next = new int[kept + step.sent.length];
    if (delivered >= 0) {
      System.arraycopy(state, 0, next, 0, delivered);
      System.arraycopy(state, delivered + 1, next, delivered, state.length - delivered - 1);
    } else {
      System.arraycopy(state, 0, next, 0, state.length);
    }
    System.arraycopy(step.sent, 0, next, kept, step.sent.length);
    if (step.sent.length > 0) {
      Arrays.sort(next, FIRST_MESSAGE, next.length);
    }
    next[LEFT] = left;
    next[replica] = step.to.number;
    check(next, before, step.to);
    visit(withoutDead(next));
  }

  /** What nobody will ever heed again is not under way: it would only make equal states look different. */
  private int[] withoutDead(int[] state) {
    int kept = FIRST_MESSAGE;
    for (int i = FIRST_MESSAGE; i < state.length; i++) {
      if (!isDead(messages.get(state[i]), state)) {
        state[kept++] = state[i];
      }
    }
    return kept == state.length ? state : Arrays.copyOf(state, kept);
  }

  /** Terms do not go back and a lost role does not come back in its term; at the last term nobody asks for pre-votes. */
  private boolean isDead(RaftMessage message, int[] state) {
    Local to = locals.get(state[(int) message.to().value() - 1]);
    return switch (message) {
      case AppendEntriesResponse m -> m.term() < to.term || (m.term() == to.term && to.role != RoleName.LEADER);
      case HeartbeatResponse m -> m.term() < to.term || (m.term() == to.term && to.role != RoleName.LEADER);
      case VoteResponse m -> m.term() < to.term || (m.term() == to.term && to.role != RoleName.CANDIDATE);
      case PreVoteResponse m -> to.term >= bounds.terms || (to.role != RoleName.PRE_CANDIDATE && m.term() <= to.term);
      default -> false;
    };
  }

  private void visit(int[] state) {
    long hash = 1;
    for (int number : state) {
      hash = (hash ^ number) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 29;
    }
    hash *= 0xBF58476D1CE4E5B9L;
    if (visited.add(hash ^ hash >>> 32)) {
      open.addLast(state);
    }
  }

  // ---- one replica

  private Step work(Local before, int input) {
    SmallReplica replica = standing(before);
    List<RaftMessage> sent = new ArrayList<>(apply(replica, input));
    if (!bounds.heartbeats) {
      sent.removeIf(Heartbeat.class::isInstance);
    }
    int[] numbers = new int[sent.size()];
    for (int i = 0; i < numbers.length; i++) {
      RaftMessage message = sent.get(i);
      numbers[i] = byMessage.computeIfAbsent(message.toString(), _ -> {
        messages.add(message);
        return messages.size() - 1;
      });
    }
    return new Step(local(before.replica, before, input, replica), numbers);
  }

  /** Done again from its beginning. */
  private SmallReplica standing(Local local) {
    if (local.from == null) {
      return new SmallReplica(new ReplicaId(local.replica + 1), bounds.disk);
    }
    SmallReplica replica = standing(local.from);
    apply(replica, local.input);
    return replica;
  }

  private List<RaftMessage> apply(SmallReplica replica, int input) {
    return switch (input) {
      case TIMEOUT -> replica.timeOut();
      case CRASH -> replica.crash();
      case PERSIST -> replica.persist();
      default -> input >= 0 ? replica.receive(messages.get(input)) : replica.propose((PROPOSE - input) / 16);
    };
  }

  private Local local(int replica, Local from, int input, SmallReplica standing) {
    String fingerprint = replica + standing.fingerprint();
    Local known = byFingerprint.get(fingerprint);
    if (known == null) {
      known = new Local(locals.size(), replica, from, input, standing);
      locals.add(known);
      byFingerprint.put(fingerprint, known);
      longestLog = Math.max(longestLog, known.log.length);
    }
    return known;
  }

  // ---- what must hold, in each state

  private void check(int[] state, Local before, Local after) {
    if (after == before) {
      return;
    }
    if (after.leads) {
      leaderStates++;
      elected(state, after);
      committed(state, after);
    }
    if (after.applied > 0) {
      committedStates++;
      for (int i = 0; i < after.applied; i++) {
        RaftInvariants.stateMachineSafety(new io.cairn.raft.log.EntryId(after.log[i] / 16, i + 1), committedCode(state, i) / 16);
      }
    }
    for (int other = 0; other < REPLICAS; other++) {
      if (other != after.replica) {
        logsMatch(after, locals.get(state[other]));
      }
    }
  }

  private static void elected(int[] state, Local leader) {
    int shift = (int) (4 * leader.term);
    int known = state[LEADERS] >> shift & 15;
    RaftInvariants.electionSafety(leader.term, known == 0 ? null : new ReplicaId(known), new ReplicaId(leader.replica + 1));
    state[LEADERS] |= leader.replica + 1 << shift;
    for (int i = 0; committedCode(state, i) != 0; i++) {
      int committed = committedCode(state, i);
      // Of two terms: what is of the first was committed in it, or by the leader of the second itself.
      RaftInvariants.leaderCompleteness(leader.term, i + 1, committed / 16, committed / 16, i < leader.log.length ? leader.log[i] / 16 : 0);
    }
  }

  private void committed(int[] state, Local leader) {
    for (int i = 0; i < leader.commit; i++) {
      if (committedCode(state, i) == 0) {
        int copies = 0;
        for (int replica = 0; replica < REPLICAS; replica++) {
          int[] durable = locals.get(state[replica]).durable;
          copies += i < durable.length && durable[i] == leader.log[i] ? 1 : 0;
        }
        Invariant.check(copies >= 2, "entry %d is committed and durable on %d of 3 only", i + 1, copies);
        commit(state, i, leader.log[i]);
      }
    }
  }

  /** Six bits an entry, ten entries. */
  private static int committedCode(int[] state, int i) {
    return i < 5 ? state[COMMITTED_LOW] >> 6 * i & 63 : state[COMMITTED_HIGH] >> 6 * (i - 5) & 63;
  }

  private static void commit(int[] state, int i, int code) {
    state[i < 5 ? COMMITTED_LOW : COMMITTED_HIGH] |= code << 6 * (i < 5 ? i : i - 5);
  }

  private static void logsMatch(Local one, Local other) {
    boolean equal = false;
    for (int i = Math.min(one.log.length, other.log.length) - 1; i >= 0; i--) {
      boolean sameTerm = one.log[i] / 16 == other.log[i] / 16;
      Invariant.check(!sameTerm || one.log[i] == other.log[i], "log matching: two entries %d/%d", one.log[i] / 16, i + 1);
      Invariant.check(sameTerm || !equal, "log matching: logs that agree at %d part before it, at %d", i + 2, i + 1);
      equal |= sameTerm;
    }
  }

  /** The hashes of states: eight bytes each. Two of ten million fall together once in four hundred thousand searches. */
  private static final class LongSet {
    private long[] table = new long[1 << 20];
    private int size;

    int size() {
      return size;
    }

    boolean add(long hash) {
      long value = hash == 0 ? 1 : hash;
      int at = (int) (value >>> 20) & (table.length - 1);
      while (table[at] != 0) {
        if (table[at] == value) {
          return false;
        }
        at = (at + 1) & (table.length - 1);
      }
      table[at] = value;
      size++;
      if (size * 2L > table.length) {
        grow();
      }
      return true;
    }

    private void grow() {
      long[] old = table;
      table = new long[2 * old.length];
      for (long value : old) {
        if (value != 0) {
          int at = (int) (value >>> 20) & (table.length - 1);
          while (table[at] != 0) {
            at = (at + 1) & (table.length - 1);
          }
          table[at] = value;
        }
      }
    }
  }

  /** For finding bounds: terms, commands, timeouts, crashes, losses, disk, most states, heartbeats (1 or 0). */
  public static void main(String[] args) {
    int[] n = Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
    var scope = new SmallScope(new Bounds(n[0], n[1], n[2], n[3], n[4], Disk.values()[n[5]], n[7] == 1));
    long begun = System.nanoTime();
    boolean whole = scope.search(n[6]);
    System.out.println(scope + (whole ? "" : ", NOT ALL") + ", " + (System.nanoTime() - begun) / 1_000_000 + " ms");
  }
}
