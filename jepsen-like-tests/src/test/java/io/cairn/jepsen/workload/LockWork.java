package io.cairn.jepsen.workload;

import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.KvLock;
import io.cairn.client.LockOptions;
import io.cairn.client.core.LockSpec;
import io.cairn.jepsen.check.LockStory;
import io.cairn.jepsen.check.LockStory.End;
import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Truth;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Callers that want the same few locks, some for a short time only; who holds one writes under its guard to keys of all shards, also after letting go. */
final class LockWork {
  static final List<String> RESOURCES = List.of("a/held", "k/held", "z/held");
  private static final String[] LOCKS = {"one", "two"};
  private static final Duration TTL = Duration.ofSeconds(5);
  private static final Duration SHORT = Duration.ofMillis(30);
  private static final int LOOKS = 3;

  private final Queue<LockStory.Turn> turns = new ConcurrentLinkedQueue<>();
  private final Queue<LockStory.Place> places = new ConcurrentLinkedQueue<>();
  private final AtomicInteger owners = new AtomicInteger();

  /** @param truth what the resources held, and when */
  LockStory story(Truth truth) {
    List<LockStory.Write> writes = RESOURCES.stream().flatMap(key -> truth.of(key).stream()).map(Change::now).flatMap(Optional::stream).map(version -> {
      String[] parts = version.value().split("@");
      return new LockStory.Write(version.key() + " under " + parts[1], Long.parseLong(parts[0]), version.mod());
    }).toList();
    return new LockStory(List.copyOf(turns), List.copyOf(places), writes, List.of());
  }

  boolean turn(KvClient client, Random random) throws InterruptedException {
    String name = LOCKS[random.nextInt(LOCKS.length)];
    String owner = "owner-" + owners.incrementAndGet();
    KvLock lock = client.lock(name, LockOptions.DEFAULT.withTtl(TTL).withOwner(owner));
    try {
      if (random.nextInt(3) == 0) {
        OptionalLong token = lock.tryLock(SHORT);
        if (token.isEmpty()) {
          timedOut(client, name, owner);
          return true;
        }
        hold(lock, name, owner, token.getAsLong());
      } else {
        hold(lock, name, owner, lock.lockAndGetToken());
      }
      return true;
    } catch (KvException e) {
      return false; // It is not held, and that is what counts here.
    }
  }

  /** Told that the time was over: from here on nobody finds the place. */
  private void timedOut(KvClient client, String name, String owner) {
    long told = System.nanoTime();
    turns.add(new LockStory.Turn(name, owner, End.TIMED_OUT, told, 0, 0));
    List<KeyValue> queue = client.range(KeyRange.prefix("{" + name + "}/lock/")).keyValues();
    boolean there = queue.stream().anyMatch(place -> LockSpec.data(place.value()).utf8().equals(owner));
    places.add(new LockStory.Place(owner, told, there ? Long.MAX_VALUE : told));
  }

  private void hold(KvLock lock, String name, String owner, long token) {
    long since = System.nanoTime();
    long until = 0;
    KvClient guarded = lock.kv();
    for (int i = 0; i < LOOKS; i++) {
      write(guarded, RESOURCES.get(i), token, name);
      long now = System.nanoTime();
      if (!lock.isHeld()) {
        break;
      }
      until = now;
    }
    if (until != 0) {
      turns.add(new LockStory.Turn(name, owner, End.GRANTED, since, token, until));
    }
    lock.unlock();
    write(guarded, RESOURCES.get((int) (token % RESOURCES.size())), token, name);
  }

  private static void write(KvClient guarded, String key, long token, String name) {
    try {
      guarded.put(key, token + "@" + name);
    } catch (KvException e) {
      // Refused since it was passed on, or of an outcome that the truth tells.
    }
  }
}
