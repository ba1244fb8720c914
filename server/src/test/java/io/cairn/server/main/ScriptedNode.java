package io.cairn.server.main;

import io.cairn.platform.EventLoop;
import io.cairn.server.admin.Readiness;
import io.cairn.storage.StorageFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;

/** A process of {@code kvd} whose node does what the first argument says: the process around the node is what is tested. */
final class ScriptedNode implements NodeLifecycle {
  private final String script;
  private final CompletableFuture<Throwable> broken = new CompletableFuture<>();

  private ScriptedNode(String script) {
    this.script = script;
  }

  public static void main(String[] arguments) {
    List<String> rest = List.of(arguments).subList(1, arguments.length);
    Kvd kvd = new Kvd(Map.of(), System.out, System.err, (_, _, _) -> new ScriptedNode(arguments[0]));
    System.exit(kvd.run(rest).code());
  }

  @Override
  public void start() throws IOException {
    switch (script) {
      case "disk-fails-at-start" -> throw new StorageFailure(StorageFailure.Kind.DISK, "log/000001: Input/output error");
      case "io-error-at-start" -> throw new IOException("Input/output error");
      case "wrong-directory" -> throw new StorageFailure(StorageFailure.Kind.WRONG_DIRECTORY, "holds the data of node n2");
      case "newer-format" -> throw new StorageFailure(StorageFailure.Kind.NEWER_FORMAT, "format 2, this version reads up to 1");
      case "bug-at-start" -> throw new IllegalStateException("committed 3 <= last 2");
      case "recovers-for-ever" -> {
        System.out.println("recovering");
        awaitForEver();
      }
      case "breaks" -> broken.complete(new StorageFailure(StorageFailure.Kind.DISK, "fdatasync failed"));
      case "bug" -> broken.complete(new IllegalStateException("committed 3 <= last 2"));
      case "uncaught" -> Thread.ofPlatform().start(() -> {
        throw new IllegalStateException("nobody expected this");
      });
      case "out-of-memory" -> Thread.ofPlatform().start(() -> {
        List<byte[]> hoard = new ArrayList<>();
        while (hoard.size() < Integer.MAX_VALUE) {
          hoard.add(new byte[1 << 20]);
        }
      });
      default -> { }
    }
  }

  @Override
  public CompletionStage<Boolean> stop(Duration grace) {
    System.out.println("stopping");
    return script.equals("never-closes") ? new CompletableFuture<>() : CompletableFuture.completedFuture(true);
  }

  @Override
  public CompletionStage<Throwable> broken() {
    return broken;
  }

  @Override
  public List<EventLoop> loops() {
    return List.of();
  }

  @Override
  public Readiness readiness() {
    return _ -> CompletableFuture.completedStage(new Readiness.Verdict(true, "1 of 1 shards"));
  }

  private static void awaitForEver() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
