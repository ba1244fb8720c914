package io.cairn.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A line taken apart at its first {@code --}, when its verb runs a command: what stands behind that is the command's own, whatever it looks
 * like.
 */
record CommandTail(String[] before, List<String> command) {
  private static final Set<String> RUN_COMMANDS = Set.of("watch", "env", "lock", "elect");

  /** Whether the verb runs a command that stands behind {@code --}. */
  static boolean runs(String verb) {
    return RUN_COMMANDS.contains(verb);
  }

  static CommandTail of(String[] args) {
    int at = Arrays.asList(args).indexOf("--");
    String[] before = at < 0 ? args : Arrays.copyOf(args, at);
    boolean runs = Arrays.stream(before).filter(Kvctl::isVerb).findFirst().filter(CommandTail::runs).isPresent();
    return at < 0 || !runs ? new CommandTail(args, List.of()) : new CommandTail(before, List.of(args).subList(at + 1, args.length));
  }
}
