package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyValue;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes results. JSON is stable: fields may be added, none is renamed or changes its type. Bytes that are UTF-8 stand in
 * {@code key} and {@code value}, others in {@code keyBase64} and {@code valueBase64}.
 */
final class Output {

  private final OutputStream out;

  Output(OutputStream out) {
    this.out = out;
  }

  /** Before the process ends in another way than by the verb's return. */
  void flush() throws IOException {
    out.flush();
  }

  void bytes(ByteSeq bytes) throws IOException {
    out.write(bytes.toByteArray());
  }

  void text(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  void line(String text) throws IOException {
    text(text);
    out.write('\n');
  }

  /** Columns as wide as their widest cell, two spaces apart, nothing at the end of a line. */
  void table(List<String> header, List<List<String>> rows) throws IOException {
    int[] widths = new int[rows.isEmpty() ? header.size() : rows.get(0).size()];
    widen(widths, header);
    rows.forEach(row -> widen(widths, row));
    if (!header.isEmpty()) {
      line(padded(header, widths));
    }
    for (List<String> row : rows) {
      line(padded(row, widths));
    }
  }

  private static void widen(int[] widths, List<String> row) {
    for (int i = 0; i < row.size(); i++) {
      widths[i] = Math.max(widths[i], row.get(i).codePointCount(0, row.get(i).length()));
    }
  }

  private static String padded(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      String cell = row.get(i);
      line.append(cell);
      if (i < row.size() - 1) {
        line.append(" ".repeat(widths[i] - cell.codePointCount(0, cell.length()) + 2));
      }
    }
    return line.toString();
  }

  /** One JSON value and a line end. */
  void json(JsonBody body) throws IOException {
    try (JsonGenerator json = JsonFactory.builder()
        .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
        .build()
        .createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      body.write(json);
      json.writeEndObject();
    }
    out.write('\n');
  }

  /** The fields of one object. */
  interface JsonBody {
    void write(JsonGenerator json) throws IOException;
  }

  static void keyValue(JsonGenerator json, KeyValue kv, boolean withValue) {
    json.writeStartObject();
    bytes(json, "key", kv.key());
    if (withValue) {
      bytes(json, "value", kv.value());
    }
    json.writeNumberProperty("createRevision", kv.createRevision());
    json.writeNumberProperty("modRevision", kv.modRevision());
    json.writeNumberProperty("version", kv.version());
    json.writeNumberProperty("lease", kv.lease());
    json.writeEndObject();
  }

  static void bytes(JsonGenerator json, String name, ByteSeq bytes) {
    bytes.ifUtf8().ifPresentOrElse(
        text -> json.writeStringProperty(name, text),
        () -> json.writeStringProperty(name + "Base64", Base64.getEncoder().encodeToString(bytes.toByteArray())));
  }

  static List<String> header(boolean withValue) {
    return withValue
        ? List.of("KEY", "VALUE", "CREATED", "MODIFIED", "VERSION", "LEASE")
        : List.of("KEY", "CREATED", "MODIFIED", "VERSION", "LEASE");
  }

  static List<String> row(KeyValue kv, boolean withValue) {
    String created = Long.toString(kv.createRevision());
    String modified = Long.toString(kv.modRevision());
    String version = Long.toString(kv.version());
    String lease = kv.lease() == 0 ? "-" : Long.toHexString(kv.lease());
    return withValue
        ? List.of(Escaped.text(kv.key()), Escaped.text(kv.value()), created, modified, version, lease)
        : List.of(Escaped.text(kv.key()), created, modified, version, lease);
  }
}
