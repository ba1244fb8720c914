package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.services.KnownInstance;
import io.cairn.client.services.Lifecycle;
import io.cairn.client.services.ServiceHealth;
import io.cairn.client.services.ServiceInstance;
import io.cairn.client.services.ServiceSnapshot;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/** How instances are shown. */
final class ServiceOutput {

  private ServiceOutput() {}

  static void show(Kvctl root, ServiceSnapshot snapshot) throws IOException {
    Output output = root.output();
    switch (root.format()) {
      case json -> json(output, snapshot);
      case table -> output.table(List.of("ID", "ADDRESS", "STATE", "WEIGHT", "VERSION", "ZONE", "GENERATION"),
          snapshot.instances().stream().map(ServiceOutput::row).toList());
      case simple -> {
        for (KnownInstance each : snapshot.instances()) {
          output.line(String.join("\t", row(each)));
        }
      }
      case raw -> {
        for (KnownInstance each : snapshot.candidates()) {
          output.line(each.instance().address());
        }
      }
    }
    if (snapshot.unreadable() > 0) {
      root.say(snapshot.unreadable() + " entries of " + snapshot.service() + " cannot be read; another client may have written them");
    }
  }

  /** One word for a person: what keeps calls away from it comes first. */
  static String state(KnownInstance known) {
    if (known.lifecycle() == Lifecycle.DRAINING) {
      return "draining";
    } else if (known.isSuspected()) {
      return "suspected";
    }
    return known.health() == ServiceHealth.FAILING ? "failing" : "up";
  }

  static List<String> row(KnownInstance known) {
    ServiceInstance instance = known.instance();
    return List.of(known.id(), Escaped.text(ByteSeq.utf8(instance.address())), state(known), Integer.toString(instance.weight()), orNone(instance.version()),
        orNone(instance.zone()), Long.toString(known.generation()));
  }

  private static String orNone(String text) {
    return text.isEmpty() ? "-" : Escaped.text(ByteSeq.utf8(text));
  }

  static void json(Output output, ServiceSnapshot snapshot) throws IOException {
    output.json(json -> {
      json.writeStringProperty("service", snapshot.service());
      json.writeNumberProperty("revision", snapshot.revision());
      json.writeBooleanProperty("panicking", snapshot.isPanicking());
      json.writeBooleanProperty("ignoresHealth", snapshot.ignoresHealth());
      json.writeNumberProperty("unreadable", snapshot.unreadable());
      json.writeArrayPropertyStart("instances");
      snapshot.instances().forEach(each -> instance(json, each, snapshot.candidates().contains(each)));
      json.writeEndArray();
    });
  }

  private static void instance(JsonGenerator json, KnownInstance known, boolean isCandidate) {
    ServiceInstance instance = known.instance();
    json.writeStartObject();
    json.writeStringProperty("id", known.id());
    json.writeStringProperty("host", instance.host());
    json.writeNumberProperty("port", instance.port());
    json.writeNumberProperty("weight", instance.weight());
    json.writeStringProperty("version", instance.version());
    json.writeStringProperty("zone", instance.zone());
    json.writeArrayPropertyStart("tags");
    instance.tags().forEach(json::writeString);
    json.writeEndArray();
    json.writeObjectPropertyStart("metadata");
    instance.metadata().forEach(json::writeStringProperty);
    json.writeEndObject();
    json.writeStringProperty("lifecycle", known.lifecycle().name().toLowerCase(Locale.ROOT));
    json.writeStringProperty("health", known.health().name().toLowerCase(Locale.ROOT));
    json.writeBooleanProperty("suspected", known.isSuspected());
    json.writeBooleanProperty("candidate", isCandidate);
    json.writeNumberProperty("generation", known.generation());
    json.writeNumberProperty("createRevision", known.createRevision());
    json.writeNumberProperty("modRevision", known.modRevision());
    json.writeEndObject();
  }
}
