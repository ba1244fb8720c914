package io.cairn.server.replica;

import com.google.protobuf.ByteString;
import io.cairn.server.command.SpaceUse;
import io.cairn.server.outcome.Completion;
import io.cairn.storage.mvcc.WriteResult;

/**
 * A client's write that has been admitted.
 *
 * @param sender who has it waiting: one for each connection, compared as it is
 * @param command the client's bytes, checked; they enter the log as they are
 * @param level the feature level that the command asks of its shard's replicas
 * @param use what it does to the room on the disks
 * @param seen the command's own, from its first sending
 * @param deadline on the node's monotonic clock; after it nothing is begun
 * @param completion called once, on the replica's loop
 */
public record WriteRequest(Object sender, ByteString command, int level, SpaceUse use, long seen, long deadline,
    Completion<WriteResult.Done> completion) {

  private static final Object NOBODY = new Object();

  /** Of no connection in particular, and of the first feature level. */
  public WriteRequest(ByteString command, long seen, long deadline, Completion<WriteResult.Done> completion) {
    this(NOBODY, command, 1, seen, deadline, completion);
  }

  /** Of this node itself: whatever the disks have left, it is taken. */
  public WriteRequest(Object sender, ByteString command, int level, long seen, long deadline, Completion<WriteResult.Done> completion) {
    this(sender, command, level, SpaceUse.UPKEEP, seen, deadline, completion);
  }

  int bytes() {
    return command.size() + 64;
  }
}
