package io.cairn.server.main;

import io.cairn.protocol.transport.HostPort;
import io.cairn.server.admin.AdminPages;
import io.cairn.server.admin.AdminServer;
import io.cairn.server.admin.LoopLiveness;
import io.cairn.server.config.LoggingConfig;
import io.cairn.server.config.NodeConfig;
import io.cairn.server.logging.LogOutput;
import io.cairn.server.logging.LogQueue;
import io.cairn.server.logging.LogSetup;
import io.cairn.server.metrics.NodeMeters;
import io.cairn.server.metrics.ProcessMeters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One node as a process of its own: sets it up, starts it, waits for a reason to end, ends it in order. */
final class NodeProcess {
  private static final Logger log = LoggerFactory.getLogger(NodeProcess.class);
  private static final int SIGNAL_STATUS_BASE = 128;
  /** What closing may take after the grace for what is in flight; together they stay below the ten seconds a supervisor waits. */
  private static final Duration CLOSING = Duration.ofMillis(700);

  private final NodeConfig config;
  private final NodeFactory nodes;
  private final PrintStream err;
  private final BootClock clock = new BootClock();
  /** Why the process ends in order: the name of a signal. */
  private final CompletableFuture<String> ending = new CompletableFuture<>();
  private volatile boolean started;
  private LogQueue logQueue;

  NodeProcess(NodeConfig config, NodeFactory nodes, PrintStream err) {
    this.config = config;
    this.nodes = nodes;
    this.err = err;
  }

  /** From the start of the node to its end. */
  ExitStatus run() {
    try {
      logQueue = LogSetup.install(config.logging(), config.limits().loggingQueueBytes(), logOutput(config.logging()),
          task -> Thread.ofPlatform().daemon().name("logging").start(task), clock::wallMillis);
    } catch (IOException e) {
      err.println("kvd: logging.file " + config.logging().file() + " cannot be written: " + e);
      return ExitStatus.BAD_CONFIGURATION;
    }
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> fail(thread.getName(), failure));
    new Signals().listen(this::firstSignal, this::secondSignal);
    ExitStatus status = runNode();
    log.info("ended; status={} meaning=\"{}\"", status.code(), status.meaning());
    logQueue.close(LogQueue.CLOSE_NANOS);
    return status;
  }

  private ExitStatus runNode() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    NodeMeters meters = meters(registry);
    sayWhatRuns();
    NodeLifecycle node;
    AdminServer admin;
    try {
      node = nodes.create(config, meters, clock);
      node.broken().whenComplete((cause, failure) -> endBroken(cause != null ? cause : failure));
      node.start();
      AdminPages pages = new AdminPages(registry::scrape, new LoopLiveness(node.loops()), node.readiness(), AdminPages.WAIT_NANOS);
      admin = new AdminServer(config.addresses().admin(), config.limits().adminRequestBytes(), pages);
    } catch (Throwable e) {
      return cannotStart(e);
    }
    started = true;
    log.info("started; admin={}", admin.address());
    try {
      String signal = ending.join();
      log.info("ending, takes no new work; signal={} grace={}ms", signal, TimeUnit.NANOSECONDS.toMillis(config.shutdownGraceNanos()));
      return stop(node);
    } finally {
      admin.close();
    }
  }

  /** On the thread that found it: nothing more is done with what can no longer be trusted, closing it included. */
  private void endBroken(Throwable cause) {
    ExitStatus status = ExitStatus.of(cause);
    if (status == ExitStatus.BROKEN) {
      log.error("broken, ends at once", cause);
    } else {
      log.error("ends at once: {}", cause.getMessage());
    }
    logQueue.close(LogQueue.CLOSE_NANOS);
    Runtime.getRuntime().halt(status.code());
  }

  private NodeMeters meters(PrometheusMeterRegistry registry) {
    NodeMeters meters = new NodeMeters(registry);
    meters.info(config.cluster().id(), config.cluster().nodeName(), Version.current());
    meters.droppedLogLines(logQueue::dropped);
    meters.queue("logging", logQueue.bytesMax(), logQueue::queuedBytes);
    ProcessMeters.bind(meters, ResidentMemory::bytes);
    return meters;
  }

  private void sayWhatRuns() {
    log.info("starting; node={} cluster={} version={} java={} pid={} dir={} clock={}", config.cluster().nodeName(),
        config.cluster().id(), Version.current(), Runtime.version(), ProcessHandle.current().pid(), config.storage().dir(),
        clock.source());
    if (!clock.isBootTime()) {
      log.warn("clock stands still while the machine is suspended, no CLOCK_BOOTTIME here; do not suspend this machine");
    }
    for (Map.Entry<String, HostPort> open : config.addresses().openToOthers().entrySet()) {
      log.warn("listens without TLS where other machines reach it, as security.insecure allows; key={} address={}",
          open.getKey(), open.getValue());
    }
  }

  private ExitStatus cannotStart(Throwable failure) {
    ExitStatus status = ExitStatus.of(failure);
    if (status == ExitStatus.BROKEN) {
      log.error("could not start", failure);
    } else {
      log.error("could not start: {}", failure.getMessage());
    }
    return status;
  }

  private ExitStatus stop(NodeLifecycle node) {
    Duration grace = Duration.ofNanos(config.shutdownGraceNanos());
    try {
      boolean answered = node.stop(grace).toCompletableFuture().get(grace.plus(CLOSING).toNanos(), TimeUnit.NANOSECONDS);
      log.info("closed; answered-all={}", answered);
      return ExitStatus.OK;
    } catch (TimeoutException e) {
      log.error("could not close in time, ends anyway; what was acknowledged is in the log and will be read at the next start");
      return ExitStatus.BROKEN;
    } catch (ExecutionException e) {
      log.error("could not close", e.getCause());
      return ExitStatus.of(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitStatus.BROKEN;
    }
  }

  private LogOutput logOutput(LoggingConfig logging) throws IOException {
    if (logging.file() != null) {
      return new RollingFile(Path.of(logging.file()), logging.fileBytes(), logging.files());
    }
    // Not System.err: its lock would be held while a stopped reader blocks the write.
    FileOutputStream stderr = new FileOutputStream(FileDescriptor.err);
    return (lines, length) -> stderr.write(lines, 0, length);
  }

  private void firstSignal(String name) {
    if (!started && !ending.isDone()) {
      // Recovery can take long and has promised nothing to anyone; what is on the disk is safe to leave at any point.
      log.info("ended before it had started; signal={}", name);
      logQueue.close(LogQueue.CLOSE_NANOS);
      Runtime.getRuntime().halt(ExitStatus.OK.code());
    }
    ending.complete(name);
  }

  private void secondSignal(int number) {
    log.warn("ended at once by a second signal");
    logQueue.close(LogQueue.CLOSE_NANOS);
    Runtime.getRuntime().halt(SIGNAL_STATUS_BASE + number);
  }

  /** Nobody expected it, so nothing is known of what it has left half done (JV-05). */
  private void fail(String thread, Throwable failure) {
    log.error("uncaught, ends at once; thread={}", thread, failure);
    logQueue.close(LogQueue.CLOSE_NANOS);
    Runtime.getRuntime().halt(ExitStatus.of(failure).code());
  }
}
