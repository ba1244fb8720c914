package io.cairn.cli;

import io.cairn.client.LeaseDetails;
import io.cairn.client.who.LockCycle;
import io.cairn.client.who.LockMode;
import io.cairn.client.who.LockQueue;
import io.cairn.client.who.LockTable;
import io.cairn.client.who.QueuedPlace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/** Shows who holds and who waits for locks. */
record WhoLocks(Kvctl root) {

  /** Returns whether there is more. */
  boolean show(LockTable table) throws IOException {
    if (root.format() == Format.json) {
      root.output().json(json -> json(json, table));
      return table.more();
    }
    List<List<String>> rows = new ArrayList<>();
    for (LockQueue queue : table.queues()) {
      queue.places().forEach(place -> rows.add(row(queue, place, table.leases().get(place.lease()))));
    }
    root.output().table(List.of("LOCK", "KIND", "PLACE", "MODE", "LEASE", "LEFT", "TOKEN", "OWNER"), rows);
    for (LockCycle cycle : table.cycles()) {
      root.output().line("they wait for one another:");
      for (LockCycle.Wait wait : cycle.waits()) {
        root.output().line("  " + words(wait));
      }
    }
    return table.more();
  }

  private static List<String> row(LockQueue queue, QueuedPlace place, LeaseDetails lease) {
    String owner = place.owner().isEmpty() ? "-" : Escaped.text(place.owner());
    return List.of(Escaped.text(queue.name()), kind(queue), place.granted() ? "holds" : "waits " + place.before(), mode(place), hex(place.lease()),
        left(place, lease), Long.toString(place.token()), owner);
  }

  private static String kind(LockQueue queue) {
    return queue.kind().segment();
  }

  private static String mode(QueuedPlace place) {
    return place.mode() == LockMode.PERMITS ? place.permits() + " of " + place.of() : place.mode().name().toLowerCase(Locale.ROOT);
  }

  private static String hex(long lease) {
    return lease == 0 ? "-" : Long.toHexString(lease);
  }

  private static String left(QueuedPlace place, LeaseDetails lease) {
    if (place.lease() == 0) {
      return "-"; // It stays until somebody deletes the key.
    }
    return lease == null ? "gone" : lease.ending() ? "ending" : String.format(Locale.ROOT, "%.3fs", lease.remaining().toMillis() / 1e3);
  }

  /** As in {@code lease 6f0a (host-1) waits for lock b, which lease 7c1d (host-2) holds}. */
  private static String words(LockCycle.Wait wait) {
    String lock = kind(wait.queue()) + " " + Escaped.text(wait.queue().name());
    return who(wait.place()) + " waits for " + lock + (wait.behind().granted() ? ", which " + who(wait.behind()) + " holds"
        : ", where " + who(wait.behind()) + " is before it");
  }

  private static String who(QueuedPlace place) {
    return "lease " + hex(place.lease()) + (place.owner().isEmpty() ? "" : " (" + Escaped.text(place.owner()) + ")");
  }

  private static void json(JsonGenerator json, LockTable table) {
    json.writeNumberProperty("revision", table.revision());
    json.writeArrayPropertyStart("locks");
    for (LockQueue queue : table.queues()) {
      json.writeStartObject();
      Output.bytes(json, "name", queue.name());
      json.writeStringProperty("kind", kind(queue));
      json.writeArrayPropertyStart("places");
      queue.places().forEach(place -> place(json, place, table.leases().get(place.lease())));
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayPropertyStart("cycles");
    for (LockCycle cycle : table.cycles()) {
      json.writeStartArray();
      for (LockCycle.Wait wait : cycle.waits()) {
        json.writeStartObject();
        json.writeStringProperty("lease", hex(wait.place().lease()));
        Output.bytes(json, "waitsFor", wait.queue().name());
        json.writeStringProperty("kind", kind(wait.queue()));
        json.writeStringProperty("behindLease", hex(wait.behind().lease()));
        json.writeBooleanProperty("behindHolds", wait.behind().granted());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeBooleanProperty("more", table.more());
  }

  private static void place(JsonGenerator json, QueuedPlace place, LeaseDetails lease) {
    json.writeStartObject();
    json.writeBooleanProperty("holds", place.granted());
    json.writeNumberProperty("before", place.before());
    json.writeStringProperty("mode", place.mode().name().toLowerCase(Locale.ROOT));
    if (place.mode() == LockMode.PERMITS) {
      json.writeNumberProperty("permits", place.permits());
      json.writeNumberProperty("of", place.of());
    }
    json.writeNumberProperty("token", place.token());
    Output.bytes(json, "key", place.key());
    Output.bytes(json, "owner", place.owner());
    WhoLeases.lease(json, place.lease(), lease);
    json.writeEndObject();
  }
}
