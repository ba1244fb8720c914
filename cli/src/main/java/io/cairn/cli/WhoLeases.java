package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.LeaseDetails;
import io.cairn.client.who.LeaseTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/** Shows which leases have keys. */
record WhoLeases(Kvctl root) {

  /** Returns whether there is more. */
  boolean show(LeaseTable table) throws IOException {
    if (root.format() == Format.json) {
      root.output().json(json -> json(json, table));
      return table.more();
    }
    List<List<String>> rows = new ArrayList<>();
    for (LeaseTable.Entry entry : table.leases()) {
      String ttl = entry.details().map(lease -> seconds(lease.ttl().toMillis())).orElse("-");
      String left = entry.details().map(lease -> lease.ending() ? "ending" : seconds(lease.remaining().toMillis())).orElse("gone");
      entry.keys().forEach(key -> rows.add(List.of(Long.toHexString(entry.lease()), ttl, left, Escaped.text(key))));
    }
    root.output().table(List.of("LEASE", "TTL", "LEFT", "KEY"), rows);
    return table.more();
  }

  private static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.3fs", millis / 1e3);
  }

  private static void json(JsonGenerator json, LeaseTable table) {
    json.writeNumberProperty("revision", table.revision());
    json.writeArrayPropertyStart("leases");
    for (LeaseTable.Entry entry : table.leases()) {
      json.writeStartObject();
      lease(json, entry.lease(), entry.details().orElse(null));
      json.writeArrayPropertyStart("keys");
      for (ByteSeq key : entry.keys()) {
        json.writeStartObject();
        Output.bytes(json, "key", key);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeBooleanProperty("more", table.more());
  }

  /** @param details null when the lease is gone, or there is none */
  static void lease(JsonGenerator json, long id, LeaseDetails details) {
    json.writeNumberProperty("lease", id);
    json.writeStringProperty("hex", Long.toHexString(id));
    if (details != null) {
      json.writeNumberProperty("ttlMillis", details.ttl().toMillis());
      json.writeNumberProperty("remainingMillis", details.remaining().toMillis());
      json.writeBooleanProperty("ending", details.ending());
    }
  }
}
