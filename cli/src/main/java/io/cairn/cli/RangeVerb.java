package io.cairn.cli;

import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.KvClient;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import io.cairn.client.RangeScan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "range", description = {
    "Shows the keys of a range with their values, in order, all as they were at one revision.",
    "simple: key, tab, value, line end. raw: the values' bytes alone, or the keys' with --keys-only."},
    footer = {"", "Examples:", "  kvctl range --prefix users/", "  kvctl range a m --keys-only",
        "  kvctl range m      from m to the last key", "  kvctl range --prefix '' --count-only",
        "  kvctl range --prefix users/ --rev 42 -w json", "  kvctl range --prefix log/ --reverse --limit 10"})
final class RangeVerb implements Callable<Integer> {

  /** Rows of a table that are measured and written together. */
  private static final int TABLE_ROWS = 1_000;

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "START", arity = "0..1",
      description = "The first key of the range; with neither START nor --prefix, every key.")
  private String start;

  @Parameters(index = "1", paramLabel = "END", arity = "0..1", description = "The first key behind it; without it, to the last key.")
  private String end;

  @Option(names = "--prefix", paramLabel = "P", description = "Every key that begins with P; '' is every key.")
  private String prefix;

  @ArgGroup private What what = new What();

  @Option(names = "--limit", paramLabel = "N", defaultValue = "0", description = "At most N keys; 0, the default, is no limit.")
  private long limit;

  @Option(names = "--rev", paramLabel = "R", defaultValue = "0", description = "As it was at revision R; 0, the default, is now.")
  private long revision;

  @Option(names = "--bytes", paramLabel = "N", defaultValue = "0",
      description = "At most N bytes of keys (each counts one more) and values, but one key in any case; 0, the default, is no limit.")
  private long bytes;

  @Option(names = "--reverse", description = "From the last key to the first.")
  private boolean reverse;

  @Option(names = "--resume", paramLabel = "TOKEN",
      description = "Goes on where a limit ended the same range, at the same revision: the token that was shown then.")
  private String resume;

  @Mixin private ReadArguments.Freshness fresh;

  /** At most one of the two. */
  static final class What {
    @Option(names = "--count-only", description = "Shows the number of keys alone.")
    boolean countOnly;

    @Option(names = "--keys-only", description = "Shows no values.")
    boolean keysOnly;
  }

  @Override
  public Integer call() throws IOException {
    KeyRange range = start == null && prefix == null ? KeyRange.prefix("") : RangeArguments.of(start, end, prefix);
    RangeOptions options = options();
    try (KvClient client = root.connect()) {
      if (what.countOnly) {
        count(client.range(range, options.withCountOnly()));
      } else {
        RangeScan scan = client.scan(range, what.keysOnly ? options.withKeysOnly() : options);
        keys(scan);
        if (root.format() != Format.json && scan.more()) {
          root.sayMore(scan.resume());
        }
      }
    }
    return ExitStatus.DONE;
  }

  private RangeOptions options() {
    if (limit < 0 || revision < 0 || bytes < 0) {
      throw new BadInput((limit < 0 ? "--limit" : revision < 0 ? "--rev" : "--bytes") + " is not negative");
    }
    RangeOptions options = RangeOptions.DEFAULT.withLimit(limit).withBytesLimit(bytes).withRevision(revision)
        .withConsistency(fresh.consistency());
    options = reverse ? options.withReverse() : options;
    options = resume == null ? options : options.withResume(ReadArguments.token(resume));
    return root.node().isPresent() ? options.withNode(root.node().get()) : options;
  }

  private void count(RangeResult result) throws IOException {
    Output output = root.output();
    switch (root.format()) {
      case json -> output.json(json -> {
        json.writeNumberProperty("count", result.count());
        json.writeNumberProperty("revision", result.revision());
        ReadArguments.json(json, result.staleness());
      });
      case table -> output.table(
          List.of("COUNT", "REVISION"), List.of(List.of(Long.toString(result.count()), Long.toString(result.revision()))));
      default -> output.line(Long.toString(result.count()));
    }
  }

  private void keys(RangeScan scan) throws IOException {
    Output output = root.output();
    switch (root.format()) {
      case json -> json(output, scan);
      case table -> table(output, scan);
      case raw -> {
        for (KeyValue kv : scan) {
          output.bytes(what.keysOnly ? kv.key() : kv.value());
        }
      }
      case simple -> {
        for (KeyValue kv : scan) {
          output.bytes(kv.key());
          if (!what.keysOnly) {
            output.text("\t");
            output.bytes(kv.value());
          }
          output.text("\n");
        }
      }
    }
  }

  private void json(Output output, RangeScan scan) throws IOException {
    output.json(json -> {
      json.writeArrayPropertyStart("kvs");
      long count = 0;
      for (KeyValue kv : scan) {
        Output.keyValue(json, kv, !what.keysOnly);
        count++;
      }
      json.writeEndArray();
      json.writeNumberProperty("count", count);
      ReadArguments.json(json, scan.more(), scan.resume());
      json.writeNumberProperty("revision", scan.revision());
      ReadArguments.json(json, scan.staleness());
    });
  }

  private void table(Output output, RangeScan scan) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    List<String> header = Output.header(!what.keysOnly);
    for (KeyValue kv : scan) {
      rows.add(Output.row(kv, !what.keysOnly));
      if (rows.size() == TABLE_ROWS) {
        output.table(header, rows);
        rows.clear();
        header = List.of();
      }
    }
    if (!rows.isEmpty() || !header.isEmpty()) {
      output.table(header, rows);
    }
  }
}
