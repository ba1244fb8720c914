package io.cairn.raft.log;

/** What an entry asks of whoever applies it. The code is what stands on disk and on the wire and never changes. */
public enum EntryKind {
  /** The first entry of a leader's term; its payload is the driver's ({@link io.cairn.raft.LeaderEntry}), often empty. */
  LEADER(1),
  /** A batch of commands for the state machine. */
  COMMAND(2),
  /** A change of members: the payload is an encoded {@link io.cairn.raft.membership.Membership}. */
  MEMBERSHIP(3);

  private final int code;

  EntryKind(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** @throws IllegalArgumentException for a code this version does not know: such an entry must not be half understood */
  public static EntryKind of(int code) {
    return switch (code) {
      case 1 -> LEADER;
      case 2 -> COMMAND;
      case 3 -> MEMBERSHIP;
      default -> throw new IllegalArgumentException("entry kind " + code + " is unknown to this version (1 to 3 are known)");
    };
  }
}
