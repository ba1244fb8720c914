package io.cairn.client.core;

import io.cairn.client.Lease;
import io.cairn.client.LeaseDetails;
import io.cairn.client.LeasePage;
import io.cairn.client.LeaseRenewal;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.LeaseGrant;
import io.cairn.protocol.wire.LeaseKeepAlive;
import io.cairn.protocol.wire.LeaseKeepAliveAnswer;
import io.cairn.protocol.wire.LeaseList;
import io.cairn.protocol.wire.LeaseListAnswer;
import io.cairn.protocol.wire.LeaseRevoke;
import io.cairn.protocol.wire.LeaseTimeToLive;
import io.cairn.protocol.wire.LeaseTimeToLiveAnswer;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The operations about leases, each as the call that carries it out. */
final class LeaseCalls {

  private LeaseCalls() {}

  /** Null when the operation is not about leases. */
  static Call<?> of(ClientCore core, Operation<?> operation, Deadline deadline, Completion<?> completion) {
    if (operation instanceof Operation.Grant grant) {
      LeaseGrant.Builder body = LeaseGrant.newBuilder().setTtlMillis(grant.ttl().toMillis());
      if (grant.id() != 0) {
        body.setId(grant.id());
      }
      return write(core, deadline, grant, 0, Command.newBuilder().setLeaseGrant(body), completion);
    } else if (operation instanceof Operation.Revoke revoke) {
      return write(core, deadline, revoke, revoke.id(), Command.newBuilder().setLeaseRevoke(LeaseRevoke.newBuilder().setId(revoke.id())), completion);
    } else if (operation instanceof Operation.KeepAlive keepAlive) {
      return keepAlive(core, deadline, keepAlive.bytes(), keepAlive.ids(), cast(completion));
    } else if (operation instanceof Operation.TimeToLive ttl) {
      Request.Builder request = Request.newBuilder().setLeaseTimeToLive(LeaseTimeToLive.newBuilder().setId(ttl.id()).setKeys(ttl.keys()));
      return new LeaseCall<>(core, deadline, ttl.bytes(), ttl.id(), request, response -> details(ttl.id(), response), cast(completion));
    } else if (operation instanceof Operation.Leases leases) {
      Request.Builder request = Request.newBuilder().setLeaseList(LeaseList.newBuilder().setAfter(leases.after()));
      return new LeaseCall<>(core, deadline, leases.bytes(), 0, request, LeaseCalls::page, cast(completion));
    }
    return null;
  }

  /** One that the client makes on its own account, of leases with one home: it is kept out of what its callers may have open. */
  static Call<List<LeaseRenewal>> renewal(ClientCore core, Deadline deadline, List<Long> ids, Completion<List<LeaseRenewal>> completion) {
    return keepAlive(core, deadline, 0, ids, completion);
  }

  private static Call<List<LeaseRenewal>> keepAlive(ClientCore core, Deadline deadline, long bytes, List<Long> ids,
      Completion<List<LeaseRenewal>> completion) {
    Request.Builder request = Request.newBuilder().setLeaseKeepAlive(LeaseKeepAlive.newBuilder().addAllIds(ids));
    return new LeaseCall<>(core, deadline, bytes, ids.get(0), request, response -> renewals(ids, response), completion);
  }

  /** @param lease whose home it goes to */
  private static Call<Lease> write(ClientCore core, Deadline deadline, Operation<Lease> operation, long lease, Command.Builder command,
      Completion<?> completion) {
    return new WriteCall<Lease>(core, deadline, operation.bytes(), null, command, response -> new Lease(
        response.getWrite().getLease().getId(), Duration.ofMillis(response.getWrite().getLease().getTtlMillis())), cast(completion)) {
      @Override
      ShardRoute route() {
        return LeaseHome.route(core.cluster(), lease);
      }
    };
  }

  private static List<LeaseRenewal> renewals(List<Long> ids, Response response) {
    LeaseKeepAliveAnswer answer = response.getLeaseKeepAlive();
    if (!response.hasLeaseKeepAlive() || answer.getTtlMillisCount() != ids.size()) {
      return null;
    }
    List<LeaseRenewal> renewals = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      renewals.add(new LeaseRenewal(ids.get(i), Duration.ofMillis(answer.getTtlMillis(i))));
    }
    return renewals;
  }

  private static LeaseDetails details(long id, Response response) {
    if (!response.hasLeaseTimeToLive()) {
      return null;
    }
    LeaseTimeToLiveAnswer answer = response.getLeaseTimeToLive();
    return new LeaseDetails(id, Duration.ofMillis(answer.getTtlMillis()), Duration.ofMillis(answer.getRemainingMillis()), answer.getEnding(),
        answer.getKeysList().stream().map(Wire::byteSeq).toList(), answer.getMoreKeys());
  }

  private static LeasePage page(Response response) {
    if (!response.hasLeaseList()) {
      return null;
    }
    List<LeaseDetails> leases = new ArrayList<>();
    for (LeaseListAnswer.Item item : response.getLeaseList().getLeasesList()) {
      leases.add(new LeaseDetails(item.getId(), Duration.ofMillis(item.getTtlMillis()), Duration.ofMillis(item.getRemainingMillis()),
          item.getEnding(), List.of(), false));
    }
    return new LeasePage(leases, response.getLeaseList().getMore());
  }

  /** The operation's own type says what its answer is; the compiler cannot follow that through {@code instanceof}. */
  @SuppressWarnings("unchecked")
  private static <R> Completion<R> cast(Completion<?> completion) {
    return (Completion<R>) completion;
  }
}
