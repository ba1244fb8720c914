package io.cairn.server.logging;

import io.cairn.server.config.LoggingConfig;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process that logs ten megabytes to a standard error that its parent does not read. */
public final class LogFlood {
  private static final Logger log = LoggerFactory.getLogger(LogFlood.class);

  private LogFlood() {}

  public static void main(String[] arguments) {
    FileOutputStream stderr = new FileOutputStream(FileDescriptor.err);
    LoggingConfig config = new LoggingConfig(LoggingConfig.Format.TEXT, LoggingConfig.Level.INFO, null, 1 << 20, 2);
    LogQueue queue = LogSetup.install(config, 256 << 10, (lines, length) -> stderr.write(lines, 0, length),
        task -> Thread.ofPlatform().daemon().start(task), System::currentTimeMillis);
    for (int i = 0; i < 50_000; i++) {
      log.info("shard=1 replica=2 t5 leader a line of some two hundred bytes, as there are many of; number={} filler={}", i,
          "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    }
    System.out.println("logged 50000 lines; dropped=" + queue.dropped());
    System.out.flush();
    queue.close(LogQueue.CLOSE_NANOS);
    System.exit(0);
  }
}
