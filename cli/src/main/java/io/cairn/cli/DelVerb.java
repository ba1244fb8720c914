package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.DeleteRangeOptions;
import io.cairn.client.DeleteRangeResult;
import io.cairn.client.DeleteResult;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "del", description = {
    "Deletes a key, or every key of a range, and shows how many there were.",
    "Status 1 when a single key was named and there is no such key."},
    footer = {"", "Examples:", "  kvctl del greeting", "  kvctl del --prefix users/", "  kvctl del a m",
        "  kvctl del --prefix '' --parts      every key of every shard"})
final class DelVerb implements Callable<Integer> {

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "KEY|START", arity = "0..1", description = "The key, or the first of the range.")
  private String start;

  @Parameters(index = "1", paramLabel = "END", arity = "0..1", description = "The first key behind the range.")
  private String end;

  @Option(names = "--prefix", paramLabel = "P", description = "Every key that begins with P; '' is every key.")
  private String prefix;

  @Option(names = "--parts", description = {
      "Allows a range over several shards to be deleted shard by shard: each part at once and at its own revision, not all together."})
  private boolean parts;

  @Override
  public Integer call() throws IOException {
    root.refuseNode();
    if (prefix != null || end != null) {
      return range(RangeArguments.of(start, end, prefix));
    }
    if (start == null) {
      throw new BadInput("which key? Give KEY, START and END, or --prefix PREFIX; --prefix '' is every key");
    }
    if (parts) {
      throw new BadInput("--parts is for ranges: a single key is in one shard");
    }
    return single();
  }

  private int single() throws IOException {
    try (KvClient client = root.connect()) {
      DeleteResult result = client.delete(ByteSeq.utf8(start));
      long deleted = result.deleted() ? 1 : 0;
      Output output = root.output();
      switch (root.format()) {
        case json -> output.json(json -> {
          json.writeNumberProperty("deleted", deleted);
          json.writeNumberProperty("revision", result.revision());
        });
        case table -> output.table(
            List.of("DELETED", "REVISION"), List.of(List.of(Long.toString(deleted), Long.toString(result.revision()))));
        default -> output.line(Long.toString(deleted));
      }
      return result.deleted() ? ExitStatus.DONE : root.noSuchKey(start);
    }
  }

  private int range(KeyRange range) throws IOException {
    DeleteRangeOptions options = parts ? DeleteRangeOptions.DEFAULT.withParts() : DeleteRangeOptions.DEFAULT;
    try (KvClient client = root.connect()) {
      DeleteRangeResult result = client.deleteRange(range, options);
      Output output = root.output();
      switch (root.format()) {
        case json -> json(output, result);
        case table -> table(output, result);
        default -> output.line(Long.toString(result.deleted()));
      }
    }
    return ExitStatus.DONE;
  }

  private static void json(Output output, DeleteRangeResult result) throws IOException {
    output.json(json -> {
      json.writeNumberProperty("deleted", result.deleted());
      json.writeNumberProperty("revision", result.revision());
      json.writeArrayPropertyStart("parts");
      for (DeleteRangeResult.Part part : result.parts()) {
        json.writeStartObject();
        Output.bytes(json, "start", part.range().start());
        if (part.range().end().isPresent()) {
          Output.bytes(json, "end", part.range().end().get());
        }
        json.writeNumberProperty("deleted", part.deleted());
        json.writeNumberProperty("revision", part.revision());
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }

  private static void table(Output output, DeleteRangeResult result) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    for (DeleteRangeResult.Part part : result.parts()) {
      rows.add(List.of(
          Escaped.text(part.range().start()), part.range().end().map(Escaped::text).orElse("-"), Long.toString(part.deleted()),
          Long.toString(part.revision())));
    }
    output.table(List.of("START", "END", "DELETED", "REVISION"), rows);
  }
}
