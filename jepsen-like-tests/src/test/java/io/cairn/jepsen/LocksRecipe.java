package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.KvLock;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** docs/recipes/locks.md: the code that it shows is here, between the lines that say recipe, and runs in {@link RecipePagesTest}. */
abstract class LocksRecipe {
  private static final Duration MOST = Duration.ofSeconds(30);

  // recipe: resource
  /** Something outside of the store that one may write at a time: a file, a device, another service. */
  static final class Printer {
    private long seen;
    private String printed = "";

    /** Refuses whoever comes with a smaller token than somebody before. */
    synchronized boolean print(long token, String text) {
      if (token < seen) {
        return false;
      }
      seen = token;
      printed = text;
      return true;
    }
  }
  // end

  private static boolean print(KvClient client, Printer printer, String text) {
    // recipe: hold
    KvLock lock = client.lock("printer");
    long token = lock.lockAndGetToken();
    try {
      return printer.print(token, text);
    } finally {
      lock.unlock();
    }
    // end
  }

  private static void guarded(KvLock lock) {
    // recipe: guarded
    lock.kv().put("printer/last-job", "42");
    // end
  }

  private static AtomicBoolean stopsWhenLost(KvLock lock, CountDownLatch told) {
    // recipe: lost
    AtomicBoolean stop = new AtomicBoolean();
    lock.onLost(() -> stop.set(true));
    // end
    lock.onLost(told::countDown);
    return stop;
  }

  @Test
  @DisplayName("who lost the lock while it stood still is told so, and neither the resource nor the store takes what it writes late")
  void aLateWriterIsRefused(LocalCluster cluster) throws Exception {
    var printer = new Printer();
    try (KvClient paused = cluster.client(MOST); KvClient next = cluster.client(MOST)) {
      KvLock lock = paused.lock("printer");
      var told = new CountDownLatch(1);
      AtomicBoolean stop = stopsWhenLost(lock, told);
      long token = lock.lockAndGetToken();
      guarded(lock);
      KvClient late = lock.kv();
      next.leases().revoke(next.range(KeyRange.prefix(ByteSeq.utf8("{printer}/lock/"))).keyValues().get(0).lease());
      assertThat(print(next, printer, "next")).isTrue();
      assertThat(printer.print(token, "late")).isFalse();
      assertThat(printer.printed).isEqualTo("next");
      assertThatThrownBy(() -> late.put("printer/last-job", "41")).isInstanceOfSatisfying(RefusedException.class,
          refused -> assertThat(refused.code()).isEqualTo(RefusedCode.GUARD_PASSED));
      assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(stop).isTrue();
      lock.unlock();
    }
  }
}
