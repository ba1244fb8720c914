package io.cairn.cli;

import io.cairn.client.KeyValue;
import io.cairn.client.OpResult;
import io.cairn.client.TxnResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** Shows what became of a transaction. */
final class TxnOutput {
  private final Output output;

  TxnOutput(Output output) {
    this.output = output;
  }

  void show(Format format, TxnResult result) throws IOException {
    switch (format) {
      case json -> output.json(json -> {
        json.writeBooleanProperty("succeeded", result.succeeded());
        json.writeNumberProperty("revision", result.revision());
        json(json, result.results());
      });
      case raw -> raw(result.results());
      case table -> table(result);
      case simple -> {
        output.line((result.succeeded() ? "succeeded" : "not succeeded") + ", revision " + result.revision());
        simple(result.results(), "");
      }
    }
  }

  private static void json(JsonGenerator json, List<OpResult> results) {
    json.writeArrayPropertyStart("results");
    for (OpResult result : results) {
      json.writeStartObject();
      switch (result) {
        case OpResult.Put put -> {
          json.writeStringProperty("op", "put");
          put.previous().ifPresent(kv -> {
            json.writeName("previous");
            Output.keyValue(json, kv, true);
          });
        }
        case OpResult.Delete delete -> {
          json.writeStringProperty("op", "delete");
          json.writeNumberProperty("deleted", delete.deleted());
          kvs(json, "previous", delete.previous());
        }
        case OpResult.Range range -> {
          json.writeStringProperty("op", "range");
          kvs(json, "kvs", range.kvs());
          json.writeNumberProperty("count", range.count());
          json.writeBooleanProperty("more", range.more());
        }
        case OpResult.Add add -> {
          json.writeStringProperty("op", "add");
          json.writeNumberProperty("value", add.value());
        }
        case OpResult.Nested nested -> {
          json.writeStringProperty("op", "txn");
          json.writeBooleanProperty("succeeded", nested.succeeded());
          json(json, nested.results());
        }
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void kvs(JsonGenerator json, String name, List<KeyValue> kvs) {
    json.writeArrayPropertyStart(name);
    kvs.forEach(kv -> Output.keyValue(json, kv, true));
    json.writeEndArray();
  }

  /** One line for each operation, and below it what it found. */
  private void simple(List<OpResult> results, String indent) throws IOException {
    for (OpResult result : results) {
      switch (result) {
        case OpResult.Put put -> {
          output.line(indent + "put");
          keys(put.previous().stream().toList(), indent);
        }
        case OpResult.Delete delete -> {
          output.line(indent + "deleted " + delete.deleted());
          keys(delete.previous(), indent);
        }
        case OpResult.Range range -> {
          output.line(indent + "found " + range.count() + (range.more() ? ", there is more" : ""));
          keys(range.kvs(), indent);
        }
        case OpResult.Add add -> output.line(indent + "now " + add.value());
        case OpResult.Nested nested -> {
          output.line(indent + (nested.succeeded() ? "succeeded" : "not succeeded"));
          simple(nested.results(), indent + "  ");
        }
      }
    }
  }

  private void keys(List<KeyValue> kvs, String indent) throws IOException {
    for (KeyValue kv : kvs) {
      output.line(indent + "  " + Escaped.text(kv.key()) + "\t" + Escaped.text(kv.value()));
    }
  }

  /** The values that were read, and nothing else. */
  private void raw(List<OpResult> results) throws IOException {
    for (OpResult result : results) {
      if (result instanceof OpResult.Range range) {
        for (KeyValue kv : range.kvs()) {
          output.bytes(kv.value());
        }
      } else if (result instanceof OpResult.Nested nested) {
        raw(nested.results());
      }
    }
  }

  private void table(TxnResult result) throws IOException {
    output.table(List.of("SUCCEEDED", "REVISION"), List.of(List.of(Boolean.toString(result.succeeded()), Long.toString(result.revision()))));
    var rows = new ArrayList<List<String>>();
    rows(result.results(), "", rows);
    if (!rows.isEmpty()) {
      output.table(List.of("NO", "OP", "RESULT", "KEY", "VALUE"), rows);
    }
  }

  private static void rows(List<OpResult> results, String outer, List<List<String>> rows) {
    for (int i = 0; i < results.size(); i++) {
      String number = outer + (i + 1);
      switch (results.get(i)) {
        case OpResult.Put put -> rows(number, "put", "ok", put.previous().stream().toList(), rows);
        case OpResult.Delete delete -> rows(number, "delete", Long.toString(delete.deleted()), delete.previous(), rows);
        case OpResult.Range range -> rows(number, "range", range.count() + (range.more() ? "+" : ""), range.kvs(), rows);
        case OpResult.Add add -> rows(number, "add", Long.toString(add.value()), List.of(), rows);
        case OpResult.Nested nested -> {
          rows(number, "txn", Boolean.toString(nested.succeeded()), List.of(), rows);
          rows(nested.results(), number + ".", rows);
        }
      }
    }
  }

  private static void rows(String number, String op, String result, List<KeyValue> kvs, List<List<String>> rows) {
    if (kvs.isEmpty()) {
      rows.add(List.of(number, op, result, "-", "-"));
    }
    for (KeyValue kv : kvs) {
      rows.add(List.of(number, op, result, Escaped.text(kv.key()), Escaped.text(kv.value())));
    }
  }
}
