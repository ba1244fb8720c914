package io.cairn.jepsen.workload;

import io.cairn.client.KeyRange;
import io.cairn.jepsen.check.ReplayChecker;
import io.cairn.jepsen.check.SessionChecker;
import io.cairn.jepsen.record.RecordingClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Registers in all shards, put, read and read together while leaders are killed, paused and cut off. {@code -Dcairn.faults.seed=N} makes
 * other calls and faults.
 */
final class RegistersUnderFaultsTest implements FaultRun.Work {
  private static final long SEED = Long.getLong("cairn.faults.seed", 7);
  private static final int REGISTERS = 3;
  private static final String[] SHARDS = {"a/", "k/", "z/"};

  private final AtomicLong values = new AtomicLong();

  @Test
  @DisplayName("CL-01 CL-03 CL-07 CL-08 SM-18 registers while leaders are killed, paused and cut off: every answer is that of one machine")
  void registersAreLinearizable() throws Exception {
    new FaultRun("registers", SEED, 1, 8).of(this);
  }

  @Test
  @Tag("heavy")
  @DisplayName("CL-01 CL-03 CL-07 CL-08 SM-18 the same for minutes")
  void registersAreLinearizableForLong() throws Exception {
    new FaultRun("registers-long", SEED, 10, 100).of(this);
  }

  @Override
  public List<String> keys() {
    List<String> keys = new ArrayList<>();
    for (String shard : SHARDS) {
      for (int i = 0; i < REGISTERS; i++) {
        keys.add(shard + i);
      }
    }
    return keys;
  }

  @Override
  public Set<String> met() {
    return Set.of(ReplayChecker.SHOWN, SessionChecker.ACKNOWLEDGED);
  }

  @Override
  public void next(RecordingClient client, Random random) {
    String shard = SHARDS[random.nextInt(SHARDS.length)];
    String key = shard + random.nextInt(REGISTERS);
    switch (random.nextInt(5)) {
      case 0, 1 -> client.put(key, "v" + values.incrementAndGet());
      case 2 -> client.range(KeyRange.prefix(shard));
      case 3 -> client.range(KeyRange.of("a/", "z0"));
      default -> client.get(key);
    }
  }
}
