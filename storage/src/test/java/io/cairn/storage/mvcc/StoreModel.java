package io.cairn.storage.mvcc;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What a store should be, the plainest way: a whole copy of the map for every revision. Test scope. */
final class StoreModel {
  /** The map as of each revision that changed it; keys are strings of ASCII, so their order is that of their bytes. */
  final TreeMap<Long, TreeMap<String, Version>> history = new TreeMap<>();

  StoreModel() {
    history.put(1L, new TreeMap<>());
  }

  long revision() {
    return history.lastKey();
  }

  TreeMap<String, Version> at(long revision) {
    return history.floorEntry(revision == 0 ? Long.MAX_VALUE : revision).getValue();
  }

  /** Applies commands that are all new to the store. */
  List<WriteResult> apply(Batch batch) {
    var results = new ArrayList<WriteResult>();
    long next = batch.firstRevision();
    for (Write write : batch.writes()) {
      var map = new TreeMap<>(at(0));
      Version previous = null;
      boolean shown = false;
      long changed = 0;
      if (write.op().isTransactional()) {
        var txn = new TxnModel(map, next);
        OpAnswer answer = txn.run(write.op());
        if (txn.failure != null) {
          results.add(new WriteResult.Refused(txn.failure, ""));
          continue;
        }
        if (txn.changed > 0) {
          history.put(next, map);
          next++;
        }
        results.add(new WriteResult.Done(next - 1, txn.changed, null, false, answer, List.of()));
        continue;
      }
      switch (write.op()) {
        case Op.Put put -> {
          String key = new String(put.key());
          previous = map.get(key);
          shown = put.previous();
          changed = 1;
          map.put(key, previous == null
              ? new Version(put.key(), put.value(), next, next, 1, put.lease())
              : new Version(put.key(), put.value(), previous.create(), next, previous.version() + 1, put.lease()));
        }
        case Op.Delete delete -> {
          previous = map.remove(new String(delete.key()));
          shown = delete.previous();
          changed = previous == null ? 0 : 1;
        }
        case Op.DeleteRange range -> {
          int before = map.size();
          range(map, range.start(), range.end()).clear();
          changed = before - map.size();
        }
        case Op.Add _, Op.Range _, Op.Txn _ -> throw new IllegalStateException("transactional");
        case Op.LeaseGrant _, Op.LeaseRevoke _, Op.LeaseDelete _ -> throw new IllegalArgumentException("leases have a model of their own");
      }
      if (changed > 0) {
        history.put(next, map);
        next++;
      }
      results.add(new WriteResult.Done(next - 1, changed, shown ? previous : null, false));
    }
    return results;
  }

  static java.util.SortedMap<String, Version> range(TreeMap<String, Version> map, byte[] start, byte[] end) {
    String from = new String(start);
    if (end == null) {
      return map.tailMap(from);
    }
    String to = new String(end);
    return from.compareTo(to) >= 0 ? new TreeMap<>() : map.subMap(from, to);
  }
}
