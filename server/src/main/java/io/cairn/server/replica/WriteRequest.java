package io.cairn.server.replica;

import com.google.protobuf.ByteString;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.outcome.Completion;
import io.cairn.storage.mvcc.WriteResult;

/**
 * A client's write that has been admitted.
 *
 * @param sender who has it waiting: one for each connection, compared as it is
 * @param command the client's bytes, checked; they enter the log as they are
 * @param seen the command's own, from its first sending
 * @param deadline on the node's monotonic clock; after it nothing is begun
 * @param completion called once, on the replica's loop
 * @param level the feature level that understands it
 */
public record WriteRequest(Object sender, ByteString command, long seen, long deadline, Completion<WriteResult.Done> completion, int level) {

  private static final Object NOBODY = new Object();

  public WriteRequest(Object sender, ByteString command, long seen, long deadline, Completion<WriteResult.Done> completion) {
    this(sender, command, seen, deadline, completion, EntryPayload.FIRST_LEVEL);
  }

  /** Of no connection in particular. */
  public WriteRequest(ByteString command, long seen, long deadline, Completion<WriteResult.Done> completion) {
    this(NOBODY, command, seen, deadline, completion);
  }

  int bytes() {
    return command.size() + 64;
  }
}
