package io.cairn.server.frontend;

import com.google.protobuf.UnsafeByteOperations;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.KeyValue;
import io.cairn.protocol.wire.LeaseWritten;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.WriteAnswer;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.shard.Keyspace;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.mvcc.Version;
import io.cairn.storage.mvcc.WriteResult;

/** Outcomes as the wire has them, and nothing else. */
public final class Answers {

  private Answers() {}

  public static Response refused(Refusal refusal) {
    Error.Builder error = Error.newBuilder()
        .setKind(ErrorKind.REFUSED)
        .setCode(refusal.code())
        .setMessage(refusal.message())
        .setRetryAfterMillis(refusal.retryAfterMillis())
        .setLeaderNode(refusal.leaderNode())
        .setRevision(refusal.revision());
    if (refusal.border() != null) {
      error.setBorder(UnsafeByteOperations.unsafeWrap(refusal.border()));
    }
    return Response.newBuilder().setError(error).build();
  }

  public static Response unknown(String message) {
    return Response.newBuilder()
        .setError(Error.newBuilder().setKind(ErrorKind.UNKNOWN).setCode(ErrorCode.OUTCOME_UNKNOWN).setMessage(message))
        .build();
  }

  /** @param lease whether it is of a command that is told a lease: the first one that it changed */
  static Response written(WriteResult.Done done, boolean lease) {
    WriteAnswer.Builder answer = WriteAnswer.newBuilder().setChanged(done.changed()).setRepeatedAnswer(done.repeated());
    if (done.previous() != null) {
      answer.setPrevious(keyValue(done.previous()));
    }
    if (done.answer() != null) {
      TxnAnswers.add(answer, done.answer());
    }
    if (lease) {
      Lease told = done.leases().getFirst();
      answer.setLease(LeaseWritten.newBuilder().setId(told.id()).setTtlMillis(told.ttlMillis()));
    }
    return Response.newBuilder().setRevision(done.revision()).setWrite(answer).build();
  }

  static KeyValue keyValue(Version version) {
    KeyValue.Builder kv = KeyValue.newBuilder()
        .setKey(Keyspace.user(version.key()))
        .setCreateRevision(version.create())
        .setModRevision(version.mod())
        .setVersion(version.version())
        .setLease(version.lease());
    if (version.value() != null) {
      kv.setValue(UnsafeByteOperations.unsafeWrap(version.value()));
    }
    return kv.build();
  }
}
