package io.cairn.server.command;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.GuardSubject;
import io.cairn.server.shard.Keyspace;
import io.cairn.storage.guard.Guard;
import io.cairn.storage.guard.Subject;
import java.util.ArrayList;
import java.util.List;

/** Guards, from and to their bytes. */
public final class GuardCodec {
  /** Most guards of one command. */
  public static final int MAX = 16;

  private GuardCodec() {}

  static List<Guard> of(Command command) {
    if (command.getGuardsCount() == 0) {
      return List.of();
    }
    var guards = new ArrayList<Guard>(command.getGuardsCount());
    for (var guard : command.getGuardsList()) {
      guards.add(guard.hasLease() ? Guard.of(guard.getLease())
          : Guard.of(new Subject(Keyspace.stored(command.getKeyspace(), guard.getPlace().getKey()), guard.getPlace().getToken())));
    }
    return guards;
  }

  /** @throws InvalidProtocolBufferException when a guard says nothing that this version knows */
  static void require(Command command) throws InvalidProtocolBufferException {
    for (var guard : command.getGuardsList()) {
      if (!guard.hasLease() && !guard.hasPlace()) {
        throw new InvalidProtocolBufferException("a guard of the command says nothing that this version knows");
      }
    }
  }

  /** As nodes say it to each other: with the key as it is stored. */
  public static GuardSubject wire(Subject subject) {
    return GuardSubject.newBuilder().setKey(UnsafeByteOperations.unsafeWrap(subject.key())).setToken(subject.token()).build();
  }

  public static Subject subject(GuardSubject subject) {
    return new Subject(subject.getKey().toByteArray(), subject.getToken());
  }
}
