package io.cairn.jepsen.record;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetOptions;
import io.cairn.client.KvClient;
import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.HistoryRecorder;
import io.cairn.jepsen.history.Version;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads back, when all calls are over, what every key held at every revision: from the newest version, the one just below it, and so on.
 * Of keys that were never deleted; a delete leaves no version behind that would tell its revision.
 */
public final class TruthReader {
  private final ClientWords words = new ClientWords(value -> value);
  private final KvClient client;

  public TruthReader(KvClient client) {
    this.client = client;
  }

  /**
   * Writes down what has happened to these keys.
   *
   * @throws IllegalStateException when one was deleted
   */
  public void record(Collection<String> keys, HistoryRecorder recorder) {
    TreeMap<Long, List<Change>> revisions = new TreeMap<>();
    for (List<Change> ofKey : keys.parallelStream().map(this::changes).toList()) {
      for (Change change : ofKey) {
        revisions.computeIfAbsent(change.revision(), _ -> new ArrayList<>()).add(change);
      }
    }
    for (Map.Entry<Long, List<Change>> each : revisions.entrySet()) {
      recorder.add(at -> new Event.Applied(at, 0, each.getKey(), 0, each.getValue()));
    }
  }

  private List<Change> changes(String key) {
    List<Version> versions = new ArrayList<>();
    Optional<Version> now = client.get(ByteSeq.utf8(key)).found().map(words::version);
    while (now.isPresent()) {
      Version version = now.get();
      versions.addFirst(version);
      if (version.version() == 1) {
        break;
      }
      now = client.get(ByteSeq.utf8(key), GetOptions.DEFAULT.withRevision(version.mod() - 1)).found().map(words::version);
      if (now.isEmpty()) {
        throw new IllegalStateException(key + " is put for the " + version.version() + "th time at " + version.mod() + " and is not there before");
      }
    }
    List<Change> changes = new ArrayList<>();
    Optional<Version> before = Optional.empty();
    for (Version each : versions) {
      changes.add(Change.put(each, before));
      before = Optional.of(each);
    }
    return changes;
  }
}
