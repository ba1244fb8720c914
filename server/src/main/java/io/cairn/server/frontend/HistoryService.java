package io.cairn.server.frontend;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.HistoryRequest;
import io.cairn.protocol.wire.Response;
import io.cairn.server.config.Limits;
import io.cairn.server.outcome.Refusal;
import java.util.function.Consumer;

/** What is asked about the history that is kept: checked here, then handed to whoever finds the leader of shard 0. */
public final class HistoryService {
  /** Finds the leader of shard 0. The answer may come on any loop. */
  @FunctionalInterface
  public interface Route {
    void serve(HistoryRequest request, long deadline, Consumer<Response> answer);
  }

  private final Route route;

  public HistoryService(Route route) {
    this.route = route;
  }

  void serve(Call call, HistoryRequest request) {
    Refusal refusal = refusal(request);
    if (refusal != null) {
      call.refused(refusal);
    } else {
      route.serve(request, call.deadline(), call::answer);
    }
  }

  private static Refusal refusal(HistoryRequest request) {
    return switch (request.getWhatCase()) {
      case INFO -> null;
      case COMPACT -> request.getCompact().getRevision() > 0 ? null : Refusal.of(ErrorCode.BAD_REQUEST,
          "compaction to revision " + request.getCompact().getRevision() + ": a revision to compact to is 1 or more");
      case KEEP -> request.getKeep().getPrefix().size() <= Limits.KEY_BYTES_MAX ? null : Refusal.of(ErrorCode.KEY_TOO_LARGE,
          "the prefix has " + request.getKeep().getPrefix().size() + " bytes; a key has at most " + Limits.KEY_BYTES_MAX);
      case WHAT_NOT_SET -> Refusal.of(ErrorCode.BAD_REQUEST, "the request about history is of a kind that this version does not know");
    };
  }
}
