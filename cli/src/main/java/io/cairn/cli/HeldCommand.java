package io.cairn.cli;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A command of the user's that runs while something is held, and is ended when that is lost. */
final class HeldCommand {

  private HeldCommand() {}

  /**
   * @param what is held, for a person
   * @param onLost takes what is to be done when it is lost
   * @return the command's exit status
   */
  static int run(Kvctl root, String what, Map<String, String> environment, Duration grace, Consumer<Runnable> onLost) throws InterruptedException {
    var ended = new CountDownLatch(1);
    var lost = new AtomicBoolean();
    try (RunCommand command = RunCommand.start(root.command(), environment, grace)) {
      command.process().onExit().thenRun(ended::countDown);
      onLost.accept(() -> {
        lost.set(true);
        ended.countDown();
      });
      ended.await();
      if (lost.get() && command.process().isAlive()) {
        root.say(what + " was lost; the command is ended");
        command.stop();
      }
      return command.await();
    }
  }
}
