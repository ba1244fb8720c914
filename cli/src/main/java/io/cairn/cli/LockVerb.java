package io.cairn.cli;

import io.cairn.client.KvClient;
import io.cairn.client.KvLock;
import io.cairn.client.LockHold;
import io.cairn.client.LockOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "lock", synopsisHeading = "Usage: ", customSynopsis = "kvctl lock [OPTIONS] NAME -- CMD [ARGUMENT...]", description = {
    "Runs CMD while it holds the lock NAME, and ends with its exit status. CMD finds the key of its place in the queue in CAIRN_LOCK_KEY and its token,",
    "which only grows from holder to holder, in CAIRN_LOCK_TOKEN. When the lock is lost, CMD is ended (SIGTERM, and SIGKILL after --grace).",
    "With --timeout it waits no longer than that for the lock: status 3, and CMD was not run."},
    footer = {"", "Examples:", "  kvctl lock nightly -- ./backup.sh", "  kvctl lock --ttl 30s --timeout 5s nightly -- sh -c 'echo $CAIRN_LOCK_TOKEN'"})
final class LockVerb implements Callable<Integer> {

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "NAME", description = "The lock; what it needs lies under {NAME}/.")
  private String name;

  @Option(names = "--ttl", paramLabel = "TIME", converter = DurationText.class, defaultValue = "10s",
      description = "How long the lock outlives kvctl at most, and how long the cluster may be away before it is lost; 1s or more. Default: 10s.")
  private Duration ttl;

  @Option(names = "--grace", paramLabel = "TIME", converter = DurationText.class, defaultValue = "2s",
      description = "How long CMD may take to end when the lock is lost. Default: 2s.")
  private Duration grace;

  @Override
  public Integer call() throws InterruptedException {
    root.refuseNode();
    if (root.command().isEmpty()) {
      throw new BadInput("which command? It stands behind --, as in kvctl lock nightly -- ./backup.sh");
    }
    KvLock lock;
    try (KvClient client = root.connect()) {
      try {
        lock = client.lock(name, LockOptions.DEFAULT.withTtl(ttl).withOwner(owner()));
      } catch (IllegalArgumentException e) {
        throw new BadInput(e.getMessage());
      }
      Duration most = root.timeoutOr(Duration.ZERO);
      if (most.isZero()) {
        lock.lockInterruptibly();
      } else if (!lock.tryLock(most.toNanos(), TimeUnit.NANOSECONDS)) {
        root.say("lock " + name + " was not free within " + most.toMillis() + " ms; the command was not run");
        return ExitStatus.UNKNOWN;
      }
      int status = run(lock.hold().orElseThrow());
      lock.unlock();
      return status; // Closing the client ends the lock's session: it is free before kvctl has ended.
    }
  }

  /** What {@code kvctl who} shows. */
  private static String owner() {
    String process = "kvctl " + ProcessHandle.current().pid();
    try {
      return process + " on " + Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return process; // Not on Linux, or no /proc.
    }
  }

  private int run(LockHold hold) throws InterruptedException {
    Map<String, String> environment = Map.of("CAIRN_LOCK_KEY", hold.key().utf8(), "CAIRN_LOCK_TOKEN", Long.toString(hold.token()));
    return HeldCommand.run(root, "lock " + name, environment, grace, hold::onLost);
  }
}
