package io.cairn.client.core;

import io.cairn.client.DeleteRangeResult;
import io.cairn.client.KvException;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import java.util.List;

/** An operation on its way from its caller's thread to the loop, and the caller's hold on it. */
final class Started<T> implements ClientCore.Pending {

  private final ClientCore core;
  private final Operation<T> operation;
  /** Null when its writes are not guarded. */
  private final PlaceGuard guard;
  private final long bytes;
  private final Deadline deadline;
  private final Completion<T> completion;
  /** Set on the loop once it has begun: one of the two. */
  private Call<?> call;
  private DeleteRangeParts parts;
  private boolean interrupted;

  Started(ClientCore core, Operation<T> operation, Deadline deadline, Completion<T> completion) {
    this.core = core;
    this.operation = operation instanceof Operation.Guarded<T> guarded ? guarded.operation() : operation;
    this.guard = operation instanceof Operation.Guarded<T> guarded ? guarded.guard() : null;
    this.bytes = operation.bytes();
    this.deadline = deadline;
    this.completion = completion;
  }

  long bytes() {
    return bytes;
  }

  void refuse(RefusedCode code, String message) {
    completion.failed(new RefusedException(code, message));
  }

  /** On the loop. */
  void begin() {
    if (interrupted) {
      core.release(bytes());
      refuse(RefusedCode.INTERRUPTED, "The calling thread was interrupted; nothing was sent.");
    } else if (operation instanceof Operation.DeleteRange delete && delete.parts()) {
      parts = new DeleteRangeParts(core, deadline, delete, guard, releasing(cast()));
      parts.start();
    } else {
      call = newCall();
      if (guard != null && call instanceof WriteCall<?> write) {
        write.guardedBy(guard);
      }
      core.begin(call);
    }
  }

  private Call<?> newCall() {
    if (operation instanceof Operation.Put put) {
      return core.put(put, deadline, cast());
    } else if (operation instanceof Operation.Get get) {
      return new GetCall(core, deadline, get, cast());
    } else if (operation instanceof Operation.Delete delete) {
      return core.delete(delete, deadline, bytes(), cast());
    } else if (operation instanceof Operation.DeleteRange delete) {
      return core.deleteRange(delete, deadline, bytes(), asWhole(cast()));
    } else if (operation instanceof Operation.Transaction txn) {
      return core.transaction(txn, deadline, cast());
    } else if (operation instanceof Operation.Add add) {
      return core.add(add, deadline, cast());
    } else if (operation instanceof Operation.Range range) {
      return new RangeCall(core, deadline, range, cast());
    } else if (operation instanceof Operation.Children children) {
      return new ChildrenCall(core, deadline, children, cast());
    } else if (operation instanceof Operation.Hash hash) {
      return new HashCall(core, deadline, hash, cast());
    } else if (operation instanceof Operation.Transfer transfer) {
      return new TransferCall(core, deadline, transfer, cast());
    } else if (operation instanceof Operation.Map) {
      return new MapCall(core, deadline, bytes(), 0, cast());
    } else if (operation instanceof Operation.Status status) {
      return new StatusCall(core, deadline, status, cast());
    }
    if (operation instanceof Operation.WatchesOf watches) {
      return new WatchListCall(core, deadline, watches, cast());
    }
    if (operation instanceof Operation.Members members) {
      return new MemberCall(core, deadline, members, cast());
    }
    if (operation instanceof Operation.History history) {
      return new HistoryCall(core, deadline, bytes(), Wire.historyRequest(history), cast());
    }
    if (operation instanceof Operation.KeepHistory keep) {
      return new HistoryCall(core, deadline, bytes(), Wire.historyRequest(keep), cast());
    }
    if (operation instanceof Operation.OfKey history) {
      return new KeyHistoryCall(core, deadline, history, cast());
    }
    Call<?> lease = LeaseCalls.of(core, operation, deadline, completion);
    if (lease != null) {
      return lease;
    }
    throw new IllegalStateException("no call for " + operation);
  }

  /** The operation's own type says what its answer is; the compiler cannot follow that through {@code instanceof}. */
  @SuppressWarnings("unchecked")
  private <R> Completion<R> cast() {
    return (Completion<R>) completion;
  }

  private static Completion<DeleteRangeResult.Part> asWhole(Completion<DeleteRangeResult> whole) {
    return new Completion<>() {
      @Override
      public void done(DeleteRangeResult.Part part) {
        whole.done(new DeleteRangeResult(List.of(part)));
      }

      @Override
      public void failed(KvException why) {
        whole.failed(why);
      }
    };
  }

  private Completion<DeleteRangeResult> releasing(Completion<DeleteRangeResult> whole) {
    return new Completion<>() {
      @Override
      public void done(DeleteRangeResult result) {
        core.release(bytes());
        whole.done(result);
      }

      @Override
      public void failed(KvException why) {
        core.release(bytes());
        whole.failed(why);
      }
    };
  }

  @Override
  public void interrupt() {
    core.loop().run(() -> {
      interrupted = true;
      if (call != null) {
        call.giveUp(RefusedCode.INTERRUPTED, "The calling thread was interrupted");
      } else if (parts != null) {
        parts.giveUp(RefusedCode.INTERRUPTED, "The calling thread was interrupted");
      }
    });
  }
}
