package io.cairn.storage.mvcc;

import io.cairn.storage.guard.Guard;
import java.util.List;

/**
 * A command as the state machine sees it: who sent it, which of that client's writes it is, and what it does.
 *
 * @param clientHigh first 64 bits of the client id
 * @param clientLow last 64 bits
 * @param sequence which of the client's writes; 1 or more
 * @param lowestOpen the lowest sequence the client may still ask about; what is below is forgotten
 * @param seen the highest revision the client had seen when it first sent this command
 * @param hash a hash of the operation's bytes: a sequence names one command for good
 * @param guards all must hold, or nothing is done
 */
public record Write(long clientHigh, long clientLow, long sequence, long lowestOpen, long seen, long hash, Op op, List<Guard> guards) {

  /** One without guards. */
  public Write(long clientHigh, long clientLow, long sequence, long lowestOpen, long seen, long hash, Op op) {
    this(clientHigh, clientLow, sequence, lowestOpen, seen, hash, op, List.of());
  }

  /** Whether the shard's own leader made it, for no client: nothing of it is remembered, so it does no harm to do it twice. */
  public boolean isOfLeader() {
    return clientHigh == 0 && clientLow == 0;
  }
}
