package io.cairn.client.core;

import io.cairn.client.ByteSeq;
import io.cairn.client.ClusterMap;
import io.cairn.client.DeleteRangeResult;
import io.cairn.client.KeyRange;
import io.cairn.client.KvException;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.UnknownOutcomeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A delete range that may be cut at the borders of shards: one write after the other, each with its own sequence and its range
 * for good, all within one deadline.
 */
final class DeleteRangeParts implements Completion<DeleteRangeResult.Part> {

  private final ClientCore core;
  private final Deadline deadline;
  private final KeyRange whole;
  private final boolean previous;
  /** Null when it is not guarded. */
  private final PlaceGuard guard;
  private final Completion<DeleteRangeResult> completion;
  private final List<DeleteRangeResult.Part> done = new ArrayList<>();
  /** Where the part under way begins; all before it is deleted. */
  private ByteSeq from;
  private Call<?> underWay;

  DeleteRangeParts(ClientCore core, Deadline deadline, Operation.DeleteRange delete, PlaceGuard guard,
      Completion<DeleteRangeResult> completion) {
    this.guard = guard;
    this.core = core;
    this.deadline = deadline;
    this.whole = delete.range();
    this.previous = delete.previous();
    this.completion = completion;
    this.from = whole.start();
  }

  void start() {
    if (core.cluster().hasMap()) {
      next();
      return;
    }
    underWay = core.begin(new MapCall(core, deadline, 0, 0, new Completion<>() {
      @Override
      public void done(ClusterMap map) {
        next();
      }

      @Override
      public void failed(KvException why) {
        completion.failed(why);
      }
    }));
  }

  private void next() {
    Optional<ByteSeq> end = Optional.ofNullable(core.cluster().route(from).end);
    send(earlier(end, whole.end()));
  }

  private void send(Optional<ByteSeq> end) {
    WriteCall<DeleteRangeResult.Part> part = core.deleteRange(new Operation.DeleteRange(new KeyRange(from, end), false, previous), deadline, 0, this);
    if (guard != null) {
      part.guardedBy(guard);
    }
    underWay = core.begin(part);
  }

  private static Optional<ByteSeq> earlier(Optional<ByteSeq> a, Optional<ByteSeq> b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b : a;
    }
    return a.get().compareTo(b.get()) <= 0 ? a : b;
  }

  @Override
  public void done(DeleteRangeResult.Part part) {
    done.add(part);
    Optional<ByteSeq> reached = part.range().end();
    if (reached.equals(whole.end())) {
      completion.done(new DeleteRangeResult(done));
    } else {
      from = reached.orElseThrow();
      next();
    }
  }

  @Override
  public void failed(KvException why) {
    if (why instanceof RefusedException refused && refused.code() == RefusedCode.RANGE_CROSSES_SHARDS && isBehind(refused.border())) {
      send(refused.border()); // The map was old: a shard begins where it did not when this part was cut.
    } else if (done.isEmpty()) {
      completion.failed(why);
    } else {
      completion.failed(new UnknownOutcomeException(
          "Up to " + from + " the range was deleted, in " + done.size() + " parts; what follows was not, or may not have been: "
              + why.getMessage()));
    }
  }

  private boolean isBehind(Optional<ByteSeq> border) {
    return border.isPresent() && border.get().compareTo(from) > 0;
  }

  /** Ends what is under way, and with it the whole. */
  void giveUp(RefusedCode code, String why) {
    if (underWay != null) {
      underWay.giveUp(code, why);
    }
  }
}
