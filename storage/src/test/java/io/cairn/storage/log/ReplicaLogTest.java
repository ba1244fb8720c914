package io.cairn.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ReplicaLogTest {

  @Test
  @DisplayName("entries that leave the log before they leave the cache are let go when they leave the cache")
  void whatIsCleanedIsNotHeldByTheCache() {
    var log = new ReplicaLog(new ReplicaKey(1, new ReplicaId(1)));
    List<WeakReference<Entry>> held = stageCached(log, 100);
    log.publish();
    log.stageDropTo(100);
    log.stageForget();
    log.stageEntry(1, 1, null, 0, null);
    log.publish();

    log.forgetCached(1, 100);

    System.gc();
    assertThat(held).allMatch(entry -> entry.get() == null);
  }

  private static List<WeakReference<Entry>> stageCached(ReplicaLog log, int count) {
    var held = new ArrayList<WeakReference<Entry>>();
    for (int index = 1; index <= count; index++) {
      var entry = new Entry(1, index, EntryKind.COMMAND, new byte[1_000]);
      log.stageEntry(1, 1_000, null, 0, entry);
      held.add(new WeakReference<>(entry));
    }
    return held;
  }
}
