package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetOptions;
import io.cairn.client.GetResult;
import io.cairn.client.KeyValue;
import io.cairn.client.KvClient;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "get", description = "Shows the value of a key. Status 1 when there is no such key.",
    footer = {"", "Examples:", "  kvctl get greeting", "  kvctl get greeting -w json", "  kvctl get greeting --rev 42", "  kvctl get image -w raw > image.png"})
final class GetVerb implements Callable<Integer> {

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "KEY", description = "The key.")
  private String key;

  @Option(names = "--rev", paramLabel = "R", defaultValue = "0", description = "As it was at revision R; 0, the default, is now.")
  private long revision;

  @Mixin private ReadArguments.Freshness fresh;

  @Override
  public Integer call() throws IOException {
    if (revision < 0) {
      throw new BadInput("--rev is not negative");
    }
    GetOptions options = root.node().map(GetOptions.DEFAULT::withNode).orElse(GetOptions.DEFAULT).withConsistency(fresh.consistency())
        .withRevision(revision);
    try (KvClient client = root.connect()) {
      GetResult result = client.get(ByteSeq.utf8(key), options);
      Output output = root.output();
      if (root.format() == Format.json) {
        json(output, result);
      } else if (result.found().isPresent()) {
        KeyValue kv = result.found().get();
        switch (root.format()) {
          case table -> output.table(Output.header(true), List.of(Output.row(kv, true)));
          case raw -> output.bytes(kv.value());
          default -> {
            output.bytes(kv.value());
            output.text("\n");
          }
        }
      }
      return result.found().isPresent() ? ExitStatus.DONE : root.noSuchKey(key);
    }
  }

  private static void json(Output output, GetResult result) throws IOException {
    output.json(json -> {
      json.writeNumberProperty("revision", result.revision());
      json.writeName("kv");
      if (result.found().isPresent()) {
        Output.keyValue(json, result.found().get(), true);
      } else {
        json.writeNull();
      }
      ReadArguments.json(json, result.staleness());
    });
  }
}
