package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.Child;
import io.cairn.client.ChildrenOptions;
import io.cairn.client.ChildrenResult;
import io.cairn.client.KvClient;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.core.JsonGenerator;

@Command(name = "ls", description = {
    "Shows what lies one level below a prefix: the keys, and, ending with the delimiter, what other keys have in common.",
    "It costs what it shows, not what lies below that. A key 'a' and keys below 'a/' are two lines."},
    footer = {"", "Examples:", "  kvctl ls", "  kvctl ls users/ -w table", "  kvctl ls hosts. --delimiter ."})
final class LsVerb implements Callable<Integer> {

  /** Children of one request. */
  private static final long PAGE = 10_000;

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "PREFIX", arity = "0..1", defaultValue = "", description = "What they begin with; without it, every key.")
  private String prefix;

  @Option(names = "--delimiter", paramLabel = "D", defaultValue = "/", description = "What ends a level. Default: /")
  private String delimiter;

  @Option(names = "--limit", paramLabel = "N", defaultValue = "0", description = "At most N; 0, the default, is no limit.")
  private long limit;

  @Option(names = "--rev", paramLabel = "R", defaultValue = "0", description = "As it was at revision R; 0, the default, is now.")
  private long revision;

  @Option(names = "--resume", paramLabel = "TOKEN", description = "Goes on where an earlier ls with --limit left off.")
  private String resume;

  @Mixin private ReadArguments.Freshness fresh;

  @Override
  public Integer call() throws IOException {
    if (limit < 0 || revision < 0) {
      throw new BadInput((limit < 0 ? "--limit" : "--rev") + " is not negative");
    }
    if (delimiter.isEmpty()) {
      throw new BadInput("--delimiter has at least one byte; to see every key use range --prefix");
    }
    ChildrenOptions options = ChildrenOptions.DEFAULT.withDelimiter(ByteSeq.utf8(delimiter)).withRevision(revision)
        .withConsistency(fresh.consistency());
    options = root.node().isPresent() ? options.withNode(root.node().get()) : options;
    options = resume == null ? options : options.withResume(ReadArguments.token(resume));
    try (KvClient client = root.connect()) {
      if (root.format() == Format.json) {
        json(client, options);
      } else {
        lines(client, options);
      }
    }
    return ExitStatus.DONE;
  }

  private interface Shower {
    void show(List<Child> children) throws IOException;
  }

  /** Page by page: what is shown is not held. */
  private ChildrenResult pages(KvClient client, ChildrenOptions options, Shower shower) throws IOException {
    long left = limit == 0 ? Long.MAX_VALUE : limit;
    ChildrenOptions next = options;
    while (true) {
      ChildrenResult page = client.children(ByteSeq.utf8(prefix), next.withLimit(Math.min(left, PAGE)));
      shower.show(page.children());
      left -= page.children().size();
      if (!page.more() || left <= 0) {
        return page;
      }
      next = next.withResume(page.resume().orElseThrow());
    }
  }

  private void lines(KvClient client, ChildrenOptions options) throws IOException {
    Output output = root.output();
    boolean[] headed = {false};
    ChildrenResult last = pages(client, options, children -> {
      if (root.format() == Format.table) {
        output.table(headed[0] ? List.of() : List.of("NAME", "IS"), children.stream().map(LsVerb::row).toList());
        headed[0] = true;
      } else {
        for (Child child : children) {
          output.bytes(child.name());
          output.text("\n");
        }
      }
    });
    root.sayMore(last.more() ? last.resume() : Optional.empty());
  }

  private static List<String> row(Child child) {
    return List.of(Escaped.text(child.name()), child.below() ? "below" : "key");
  }

  private void json(KvClient client, ChildrenOptions options) throws IOException {
    root.output().json(json -> {
      json.writeArrayPropertyStart("children");
      ChildrenResult last = pages(client, options, children -> children.forEach(child -> child(json, child)));
      json.writeEndArray();
      ReadArguments.json(json, last.more(), last.resume());
      json.writeNumberProperty("revision", last.revision());
      ReadArguments.json(json, last.staleness());
    });
  }

  private static void child(JsonGenerator json, Child child) {
    json.writeStartObject();
    Output.bytes(json, "name", child.name());
    json.writeBooleanProperty("key", !child.below());
    json.writeBooleanProperty("below", child.below());
    json.writeEndObject();
  }
}
