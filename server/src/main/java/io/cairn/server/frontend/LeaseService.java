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
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.storage.lease.LeaseIds;
import io.cairn.storage.lease.LeaseLimits;
import io.cairn.storage.mvcc.WriteResult;
import java.util.function.Consumer;

/** What clients ask about leases: checked here, then handed to whoever keeps them. */
public final class LeaseService {

  /** Where leases are kept. Answers may come on any loop. */
  public interface Route {
    /** @param shard the home of the leases that the request names */
    void serve(int shard, Request request, long deadline, Consumer<Response> answer);

    /** A revoke was applied, on the loop of the lease's home: it is complete when the lease and its keys are gone. */
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
      route.serve(home(request), request, call.deadline(), call::answer);
    }
  }

  private static int home(Request request) {
    return switch (request.getBodyCase()) {
      case LEASE_KEEP_ALIVE -> LeaseIds.home(request.getLeaseKeepAlive().getIds(0));
      case LEASE_TIME_TO_LIVE -> LeaseIds.home(request.getLeaseTimeToLive().getId());
      default -> ShardDescriptor.SYSTEM;
    };
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

  /** Whether the command's answer names a lease. */
  static boolean shows(Command command) {
    return switch (command.getOpCase()) {
      case LEASE_GRANT, LEASE_REVOKE -> true;
      case PUT -> command.getPut().getTtlMillis() != 0;
      default -> false;
    };
  }

  /** There is no such lease. */
  public static Refusal notFound(long id) {
    return Refusal.of(ErrorCode.LEASE_NOT_FOUND, "there is no lease " + id + "; it has ended, or was never granted");
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
    if (wrongTtl(grant.getTtlMillis()) != null || !grant.hasId() || LeaseIds.isGranted(grant.getId())) {
      return wrongTtl(grant.getTtlMillis());
    }
    return "a lease with id " + Long.toUnsignedString(grant.getId()) + "; one that is granted has 1 to " + LeaseIds.GRANTED_MAX
        + ", larger ones are those of puts with a TTL";
  }

  private static String mistake(LeaseKeepAlive request) {
    if (request.getIdsCount() == 0 || request.getIdsCount() > LeaseLimits.NAMED_MAX) {
      return "a keep-alive names " + request.getIdsCount() + " leases; it names 1 to " + LeaseLimits.NAMED_MAX;
    }
    int home = LeaseIds.home(request.getIds(0));
    for (long id : request.getIdsList()) {
      if (mistake(id) != null) {
        return mistake(id);
      }
      if (LeaseIds.home(id) != home) {
        return "leases " + request.getIds(0) + " and " + id + " in one keep-alive; they are at home in shards " + home + " and " + LeaseIds.home(id)
            + ", send one to the leader of each";
      }
    }
    return null;
  }

  private static String mistake(long id) {
    return LeaseIds.isId(id) ? null : "lease " + Long.toUnsignedString(id) + "; the id of a lease is 1 to " + Long.MAX_VALUE;
  }
}
