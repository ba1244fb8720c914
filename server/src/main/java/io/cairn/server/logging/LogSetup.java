package io.cairn.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.cairn.server.config.LoggingConfig;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.slf4j.LoggerFactory;

/** Tells Logback what to do, in place of a file of its own. */
public final class LogSetup {
  private LogSetup() {}

  /**
   * From here on every line goes through the returned queue.
   *
   * @param queueBytes bound of the queue
   * @param output where lines end up
   * @param thread runs the writing: one thread, which lasts as long as the process and does not hold up its end
   * @param wallMillis for the time of lines that the queue itself writes
   */
  public static LogQueue install(
      LoggingConfig config, long queueBytes, LogOutput output, Executor thread, LongSupplier wallMillis) {
    LogQueue queue = new LogQueue(queueBytes, config.format(), output, wallMillis);
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    QueueAppender appender = new QueueAppender(queue);
    appender.setContext(context);
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    Level level = Level.toLevel(config.level().name());
    // Libraries speak of themselves in detail that helps nobody who runs Cairn; what they warn of is shown.
    root.setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
    context.getLogger("io.cairn").setLevel(level);
    thread.execute(queue::drain);
    return queue;
  }
}
