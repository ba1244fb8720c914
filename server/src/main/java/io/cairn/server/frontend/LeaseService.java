package io.cairn.server.frontend;

import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.LeaseGrant;
import io.cairn.protocol.wire.LeaseKeepAlive;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.server.outcome.Completion;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.storage.lease.LeaseLimits;
import io.cairn.storage.mvcc.WriteResult;
import java.util.function.Consumer;

/** What clients ask about leases: checked here, then handed to whoever keeps them. */
public final class LeaseService {

  /** Where leases are kept. Answers may come on any loop. */
  public interface Route {
    void serve(Request request, long deadline, Consumer<Response> answer);

    /** A revoke was applied, on shard 0's loop: it is complete when the lease and its keys are gone. */
    void revoked(WriteResult.Done done, long deadline, Completion<WriteResult.Done> completion);
  }

  private final Route route;

  public LeaseService(Route route) {
    this.route = route;
  }

  void serve(Call call, Request request) {
    String mistake = switch (request.getBodyCase()) {
      case LEASE_KEEP_ALIVE -> mistake(request.getLeaseKeepAlive());
      case LEASE_TIME_TO_LIVE -> mistake(request.getLeaseTimeToLive().getId());
      default -> null;
    };
    if (mistake != null) {
      call.refused(Refusal.of(ErrorCode.BAD_REQUEST, mistake));
    } else {
      route.serve(request, call.deadline(), call::answer);
    }
  }

  /** What a write's end means for whoever waits for it. */
  Completion<WriteResult.Done> completing(Command command, long deadline, Completion<WriteResult.Done> completion) {
    if (command.getOpCase() != Command.OpCase.LEASE_REVOKE) {
      return completion;
    }
    return outcome -> {
      if (outcome instanceof Outcome.Done<WriteResult.Done>(var done)) {
        route.revoked(done, deadline, completion);
      } else {
        completion.complete(outcome);
      }
    };
  }

  /** Why a put's lease, or its TTL, cannot be taken; null when it can. */
  static Refusal refusal(Put put) {
    return refusal(mistake(put));
  }

  /** Why a command about leases cannot be taken; null when it can. */
  static Refusal refusal(Command command) {
    return refusal(switch (command.getOpCase()) {
      case LEASE_GRANT -> mistake(command.getLeaseGrant());
      case LEASE_REVOKE -> mistake(command.getLeaseRevoke().getId());
      case LEASE_DELETE -> "the keys of a lease are deleted by the cluster itself when it ends; revoke the lease";
      default -> null;
    });
  }

  private static Refusal refusal(String mistake) {
    return mistake == null ? null : Refusal.of(ErrorCode.BAD_REQUEST, mistake);
  }

  private static String mistake(Put put) {
    if (put.getTtlMillis() == 0) {
      return put.getLease() == 0 ? null : mistake(put.getLease());
    }
    return put.getLease() == 0 ? wrongTtl(put.getTtlMillis()) : "a put names a lease and a TTL; it has one of the two";
  }

  private static String wrongTtl(long millis) {
    return LeaseLimits.isTtl(millis) ? null : "a TTL of " + Long.toUnsignedString(millis) + " ms; it is " + LeaseLimits.TTL_MILLIS_MIN
        + " ms (1 s) to " + LeaseLimits.TTL_MILLIS_MAX + " ms (365 days)";
  }

  private static String mistake(LeaseGrant grant) {
    return wrongTtl(grant.getTtlMillis()) != null ? wrongTtl(grant.getTtlMillis()) : grant.hasId() ? mistake(grant.getId()) : null;
  }

  private static String mistake(LeaseKeepAlive request) {
    if (request.getIdsCount() == 0 || request.getIdsCount() > LeaseLimits.NAMED_MAX) {
      return "a keep-alive names " + request.getIdsCount() + " leases; it names 1 to " + LeaseLimits.NAMED_MAX;
    }
    return request.getIdsList().stream().map(LeaseService::mistake).filter(each -> each != null).findFirst().orElse(null);
  }

  private static String mistake(long id) {
    return LeaseLimits.isId(id) ? null : "lease " + Long.toUnsignedString(id) + "; the id of a lease is 1 to " + Long.MAX_VALUE;
  }
}
