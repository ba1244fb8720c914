package io.cairn.server.command;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.LeaseDelete;
import io.cairn.protocol.wire.LeaseGeneration;
import io.cairn.storage.mvcc.Op;
import java.util.List;

/** Commands about leases, from and to their bytes. */
public final class LeaseOps {

  private LeaseOps() {}

  static Op of(Command command) {
    return switch (command.getOpCase()) {
      case LEASE_GRANT -> new Op.LeaseGrant(command.getLeaseGrant().getId(), command.getLeaseGrant().getTtlMillis());
      case LEASE_REVOKE -> new Op.LeaseRevoke(command.getLeaseRevoke().getId());
      case LEASE_DELETE -> new Op.LeaseDelete(generations(command.getLeaseDelete().getLeasesList()),
          generations(command.getLeaseDelete().getKeptList()));
      default -> throw new IllegalArgumentException("not about leases: " + command.getOpCase());
    };
  }

  public static List<Op.Generation> generations(List<LeaseGeneration> leases) {
    return leases.stream().map(lease -> new Op.Generation(lease.getId(), lease.getGrant())).toList();
  }

  public static List<LeaseGeneration> wire(List<Op.Generation> leases) {
    return leases.stream().map(lease -> LeaseGeneration.newBuilder().setId(lease.id()).setGrant(lease.grant()).build()).toList();
  }

  /** The command by which a shard's leader deletes the keys of leases. */
  public static ByteString delete(Op.LeaseDelete ended) {
    LeaseDelete delete = LeaseDelete.newBuilder().addAllLeases(wire(ended.leases())).addAllKept(wire(ended.kept())).build();
    return Command.newBuilder().setSequence(1).setLowestOpen(1).setLeaseDelete(delete).build().toByteString();
  }
}
