package io.cairn.jepsen;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvClient;
import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.HistoryRecorder;
import io.cairn.jepsen.history.Version;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The only one who writes to its keys: what it was acknowledged is what is true of them, deletes included. For one thread. */
final class TrueWriter {
  private final KvClient client;
  private final HistoryRecorder recorder;
  private final Map<String, Version> held = new TreeMap<>();

  TrueWriter(KvClient client, HistoryRecorder recorder) {
    this.client = client;
    this.recorder = recorder;
  }

  long put(String key, String value) {
    long revision = client.put(ByteSeq.utf8(key), ByteSeq.utf8(value)).revision();
    Version before = held.get(key);
    var now = new Version(key, value, before == null ? revision : before.create(), revision, before == null ? 1 : before.version() + 1, 0);
    held.put(key, now);
    applied(Change.put(now, Optional.ofNullable(before)));
    return revision;
  }

  /** Of a key that is there. */
  long delete(String key) {
    long revision = client.delete(ByteSeq.utf8(key)).revision();
    applied(Change.delete(revision, held.remove(key)));
    return revision;
  }

  /** A put, or, of a key that is there, now and then a delete. */
  long change(int number, String key) {
    return number % 7 == 6 && held.containsKey(key) ? delete(key) : put(key, "v" + number);
  }

  private void applied(Change change) {
    recorder.add(at -> new Event.Applied(at, 0, change.revision(), 0, List.of(change)));
  }
}
