package io.cairn.client.core;

import io.cairn.client.KvException;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.time.Duration;

/**
 * One operation from its start to its one end: where to send it, how often, and what an answer means.
 *
 * <p>A call is parked (it waits for a connection, a map or a place among the open sequences), backing off, or sent. One timer
 * serves whatever comes first: the next attempt, the end of a node's time to answer, or the deadline, at which the call ends
 * whatever its state. A node that is silent is asked no longer than {@link ClientSettings#attemptNanos()} before another is,
 * while an answer that still comes from the first one counts.
 */
abstract class Call<T> {

  /** Redirects followed at once before the next one is followed after a wait: two nodes may point at each other. */
  private static final int REDIRECTS_AT_ONCE = 3;

  /** A server that ends a sending at its time may still say so. */
  private static final long ANSWER_GRACE_NANOS = 5_000_000_000L;

  private enum Phase { PARKED, BACKING_OFF, SENT, ENDED }

  final ClientCore core;
  final long startNanos;
  final long deadlineNanos;
  private final long bytes;
  private final Completion<T> completion;
  private Phase phase = Phase.PARKED;
  /** When the next attempt, or the end of the present one, is due; meaningful while backing off or sent. */
  private long dueNanos;
  private EventLoop.Timer timer;
  private long timerNanos;

  /** The newest sending: refusals and failures of older ones are no longer news. */
  private int newest;
  private long newestId;
  private int unanswered;
  private int backoffs;
  private int redirectsSinceBackoff;
  /** A sending that may have been received has had no definite answer. */
  private boolean inDoubt;
  /** The connection of such a sending was lost: what has become of it will not be heard. */
  private boolean lostFromSight;
  private Node lastNode;
  private boolean lastFailed;
  private boolean lastWasConnection = true;
  private String lastReason = "";

  Call(ClientCore core, Deadline deadline, long bytes, Completion<T> completion) {
    this.core = core;
    this.startNanos = deadline.startNanos();
    this.deadlineNanos = deadline.endNanos();
    this.bytes = bytes;
    this.completion = completion;
  }

  /** The node to send to now. Null: none yet, or the call has been ended instead; a change wakes a parked call. */
  abstract Node target();

  /** What to send, with {@code seen} and the time that is left still to be filled in by the caller. */
  abstract Request.Builder request();

  /** A last answer that is no error. Ends the call, or takes it on. */
  abstract void answered(Response response);

  /** A piece of the newest sending's answer. */
  void part(Response response) {
    malformed("an answer in pieces");
  }

  /** How long one sending may wait for its answer at the server; after that it is made again. */
  long sendingNanosMax() {
    return Long.MAX_VALUE;
  }

  /** Whether a sending without an answer may have changed something. */
  boolean isWrite() {
    return false;
  }

  /** Refused for a reason that only this kind of call knows how to go on from. Whether it did. */
  boolean recovered(Error error) {
    return false;
  }

  /** Whether an answer to an older sending is as good as one to the newest. */
  boolean takesLateAnswers() {
    return true;
  }

  /** Whether the loss of its node's connection is news for the call even when no other node is up. */
  boolean endsWithConnection() {
    return false;
  }

  /** The route of this call's key, if it has one: redirects are learnt for it. */
  ShardRoute route() {
    return null;
  }

  /** A sending that was not the newest any more has failed, or was answered with an error. */
  void olderEnded() {}

  /** Called once when the call has ended, before its completion hears of it. */
  void ended() {}

  /** Whether the client has a map to route by; when not, one is being fetched and the call waits. */
  final boolean mapAtHand() {
    if (core.cluster().hasMap()) {
      return true;
    }
    core.needMap();
    return false;
  }

  /** The node of that name, when it is connected; null otherwise, and a name that no node bears ends the call. */
  final Node pinned(String name) {
    Node node = core.cluster().named(name);
    if (node == null) {
      refuse(new RefusedException(
          RefusedCode.NO_SUCH_NODE, "There is no node '" + name + "'; there are " + String.join(", ", core.cluster().names())));
      return null;
    }
    if (node.link.isUp()) {
      return node;
    }
    node.link.connect();
    return null;
  }

  /** The node that failed last, if the last sending failed: others are asked before it. */
  final Node avoid() {
    return lastFailed ? lastNode : null;
  }

  final boolean hasEnded() {
    return phase == Phase.ENDED;
  }

  /** Whether any node may know of it. */
  final boolean wasSent() {
    return newest > 0;
  }

  final boolean isInDoubt() {
    return inDoubt;
  }

  /** Whether a sending has had neither an answer nor an end. */
  final boolean hasUnanswered() {
    return unanswered > 0;
  }

  /** Whether a sending may still be on its way to take effect, and nobody will tell. */
  final boolean isLostFromSight() {
    return lostFromSight;
  }

  final long bytes() {
    return bytes;
  }

  /** Goes on, when it waits for nothing but a change; called at the start, too. */
  final void attempt() {
    if (phase == Phase.ENDED || phase == Phase.SENT) {
      return;
    }
    if (core.nowNanos() - deadlineNanos >= 0) {
      expire();
      return;
    }
    Node node = target();
    if (phase == Phase.ENDED) {
      return;
    }
    if (node == null) {
      phase = Phase.PARKED;
      core.park(this);
      arm(deadlineNanos);
    } else {
      send(node);
    }
  }

  /** A change came that a parked call may go on with; one that backs off keeps its time. */
  final void wake() {
    if (phase == Phase.PARKED) {
      attempt();
    }
  }

  private void send(Node node) {
    long now = core.nowNanos();
    long left = Math.min(deadlineNanos - now, sendingNanosMax());
    phase = Phase.SENT;
    lastNode = node;
    unanswered++;
    dueNanos = now + Math.min(left, core.settings().attemptNanos());
    arm(dueNanos);
    Request.Builder request = request().setSeen(core.seen()).setRemainingMillis(remainingMillis(left));
    newestId = node.link.call(request.build(), Math.min(deadlineNanos - now, Math.max(left, left + ANSWER_GRACE_NANOS)), new Sending(this, node, ++newest));
  }

  /** Rounded up: 0 is no time at all, and is refused. */
  private static int remainingMillis(long nanos) {
    return (int) Math.max(1, (nanos + 999_999) / 1_000_000);
  }

  final void done(Sending sending, Response response) {
    unanswered--;
    sending.node.answered();
    core.saw(response.getRevision());
    if (phase == Phase.ENDED) {
      return;
    }
    boolean current = sending.number == newest;
    if (!response.hasError()) {
      if (current || takesLateAnswers()) {
        answered(response);
      } else {
        inDoubt |= isWrite(); // An earlier sending has taken effect: no later one is the first.
      }
      return;
    }
    Error error = response.getError();
    core.saw(error.getRevision());
    if (isWrite() && error.getKind() != ErrorKind.REFUSED) {
      inDoubt = true;
    }
    if (current && phase == Phase.SENT) {
      failedWith(error, sending.node);
    } else {
      olderEnded();
    }
  }

  final void piece(Sending sending, Response response) {
    sending.node.answered();
    if (phase != Phase.ENDED && sending.number == newest) {
      dueNanos = core.nowNanos() + core.settings().attemptNanos();
      part(response);
    }
  }

  /** The connection failed under a sending. */
  final void lost(Sending sending, NodeLink.Failure why, String reason, boolean mayHaveBeenSent) {
    unanswered--;
    if (phase == Phase.ENDED) {
      return;
    }
    inDoubt |= mayHaveBeenSent && isWrite();
    lostFromSight |= mayHaveBeenSent && isWrite();
    if (sending.number != newest || phase != Phase.SENT) {
      olderEnded();
      return;
    }
    note(sending.node + ": " + reason, true, why == NodeLink.Failure.LOST);
    switch (why) {
      case LOST -> {
        core.cluster().suspect(sending.node);
        goOn(0);
      }
      case BUSY -> backOff(0);
      case TOO_LARGE -> refuse(new RefusedException(RefusedCode.VALUE_TOO_LARGE, reason));
    }
  }

  /** An answer that was none: another node is asked, after a wait. */
  final void askAgain(String reason) {
    note(lastNode + ": " + reason, true, false);
    backOff(0);
  }

  /** What the answer left open is asked for as a sending of its own, from the start. */
  final void nextPage() {
    note("", false, false);
    phase = Phase.PARKED;
    attempt();
  }

  /** What an error of a server means for this call. */
  private void failedWith(Error error, Node node) {
    note(node + ": " + error.getCode() + (error.getMessage().isEmpty() ? "" : ": " + error.getMessage()), true, false);
    long retryNanos = Duration.ofMillis(Integer.toUnsignedLong(error.getRetryAfterMillis())).toNanos();
    switch (error.getCode()) {
      case NOT_LEADER -> redirected(error, node, retryNanos);
      case WRONG_SHARD -> {
        core.mapIsOld(error.getMapEpoch());
        backOff(retryNanos);
      }
      case SHUTTING_DOWN -> {
        core.cluster().suspect(node);
        goOn(retryNanos);
      }
      case OVERLOADED -> backOffOrRefuse(error, node, retryNanos);
      case NOT_SUPPORTED -> {
        // With a time to come back the nodes have only not met yet; without, one of them is older.
        if (retryNanos > 0) {
          backOffOrRefuse(error, node, retryNanos);
        } else {
          refuse(Wire.refusal(error, node));
        }
      }
      case TOO_MANY_OPEN, NO_QUORUM, DEADLINE, OUTCOME_UNKNOWN -> backOff(retryNanos);
      default -> {
        if (error.getKind() == ErrorKind.UNKNOWN) {
          backOff(retryNanos);
        } else if (!recovered(error)) {
          refuse(Wire.refusal(error, node));
        }
      }
    }
  }

  private void backOffOrRefuse(Error error, Node node, long retryNanos) {
    if (core.nowNanos() + retryNanos - deadlineNanos >= 0) {
      refuse(Wire.refusal(error, node));
    } else {
      backOff(retryNanos);
    }
  }

  private void redirected(Error error, Node node, long retryNanos) {
    ShardRoute route = route();
    if (route == null) {
      backOff(retryNanos);
      return;
    }
    Node hinted = core.cluster().named(error.getLeaderNode());
    if (hinted == null && !error.getLeaderNode().isEmpty()) {
      core.needMap();
    }
    if (hinted != null && hinted != node) {
      core.cluster().learnLeader(route, hinted);
      goOn(retryNanos);
    } else {
      if (route.leader == node) {
        core.cluster().learnLeader(route, null);
      }
      backOff(retryNanos);
    }
  }

  /** Somewhere else, at once; but not for ever without a wait. */
  final void goOn(long retryNanos) {
    if (retryNanos > 0 || redirectsSinceBackoff >= REDIRECTS_AT_ONCE) {
      backOff(retryNanos);
    } else {
      redirectsSinceBackoff++;
      phase = Phase.PARKED;
      attempt();
    }
  }

  private void backOff(long atLeastNanos) {
    redirectsSinceBackoff = 0;
    long wait = atLeastNanos + Backoff.nanos(backoffs++, core.random());
    phase = Phase.BACKING_OFF;
    dueNanos = core.nowNanos() + wait;
    arm(Math.min(dueNanos - startNanos, deadlineNanos - startNanos) + startNanos);
  }

  /** Sends no more, and waits for the end of what was sent. */
  final void awaitOlder() {
    phase = Phase.BACKING_OFF;
    dueNanos = deadlineNanos;
    arm(deadlineNanos);
  }

  private void note(String reason, boolean failed, boolean connection) {
    lastReason = reason;
    lastFailed = failed;
    lastWasConnection = connection;
  }

  /** Makes the timer fire no later than {@code atNanos}. One that fires earlier looks what is due and arms itself again. */
  private void arm(long atNanos) {
    if (timer != null) {
      if (timerNanos - atNanos <= 0) {
        return;
      }
      timer.cancel();
    }
    timerNanos = atNanos;
    timer = core.loop().schedule(Math.max(0, atNanos - core.nowNanos()), this::fired);
  }

  private void fired() {
    timer = null;
    if (phase == Phase.ENDED) {
      return;
    }
    long now = core.nowNanos();
    if (now - deadlineNanos >= 0) {
      expire();
    } else if (phase == Phase.PARKED) {
      arm(deadlineNanos);
    } else if (now - dueNanos < 0) {
      arm(dueNanos - deadlineNanos < 0 ? dueNanos : deadlineNanos);
    } else if (phase == Phase.BACKING_OFF) {
      attempt();
    } else {
      silent();
    }
  }

  /** The node has had its time. Its answer still counts if it comes, but another is asked now. */
  private void silent() {
    inDoubt |= isWrite();
    if (!takesLateAnswers()) {
      // It would be read and sent to the end for nobody, by a node that has too much to do already.
      lastNode.link.cancel(newestId);
      unanswered--;
    }
    note(lastNode + " did not answer within " + core.settings().attemptNanos() / 1_000_000 + " ms", true, false);
    core.cluster().suspect(lastNode);
    goOn(0);
  }

  private void expire() {
    String within = "within " + (deadlineNanos - startNanos) / 1_000_000 + " ms";
    if (isWrite() && (inDoubt || unanswered > 0)) {
      end(new UnknownOutcomeException(
          "No answer " + within + " to a write that was sent; it may have happened. Last: "
              + (lastReason.isEmpty() ? lastNode + " has not answered" : lastReason)));
    } else if (newest == 0 || (lastWasConnection && unanswered == 0)) {
      RefusedCode code = core.cluster().isUnwelcome() ? RefusedCode.HANDSHAKE : RefusedCode.UNAVAILABLE;
      end(new RefusedException(code, "No node could be reached " + within + ": " + core.cluster().failures()));
    } else {
      end(new RefusedException(
          RefusedCode.DEADLINE,
          "No answer " + within + ". Last: " + (lastReason.isEmpty() ? lastNode + " has not answered" : lastReason)));
    }
  }

  /** Gives the call up for its caller. */
  final void giveUp(RefusedCode code, String why) {
    if (isWrite() && (inDoubt || unanswered > 0)) {
      end(new UnknownOutcomeException(why + " while a write was under way; it may have happened."));
    } else {
      end(new RefusedException(code, why + "; nothing was changed."));
    }
  }

  final void malformed(String what) {
    String message = lastNode + " answered with " + what + ", which does not belong to the request";
    end(isWrite() ? new UnknownOutcomeException(message) : new RefusedException(RefusedCode.INTERNAL, message));
  }

  /** Ends the call: without effect, unless an earlier sending of it may still have one. */
  final void refuse(RefusedException why) {
    if (isWrite() && (inDoubt || unanswered > 0)) {
      end(new UnknownOutcomeException(
          "A sending of this write had no answer, so it may have happened; a later one was refused: " + why.getMessage()));
    } else {
      end(why);
    }
  }

  final void succeed(T result) {
    if (close()) {
      completion.done(result);
    }
  }

  final void end(KvException why) {
    if (close()) {
      completion.failed(why);
    }
  }

  private boolean close() {
    if (phase == Phase.ENDED) {
      return false;
    }
    phase = Phase.ENDED;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (unanswered > 0) {
      lastNode.link.cancel(newestId);
    }
    ended();
    core.callEnded(this);
    return true;
  }

  /** One sending of a call to one node. */
  static final class Sending implements NodeLink.Reply {
    private final Call<?> call;
    private final Node node;
    private final int number;

    Sending(Call<?> call, Node node, int number) {
      this.call = call;
      this.node = node;
      this.number = number;
    }

    @Override
    public void part(Response response) {
      call.piece(this, response);
    }

    @Override
    public void done(Response response) {
      call.done(this, response);
    }

    @Override
    public void failed(NodeLink.Failure why, String reason, boolean mayHaveBeenSent) {
      call.lost(this, why, reason, mayHaveBeenSent);
    }
  }
}
