package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.Watch;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchEvent;
import io.cairn.client.WatchOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "watch", description = {
    "Shows what happens to a key, or to the keys of a range, as it happens, until it is interrupted (Ctrl-C).",
    "simple: put or delete, revision, key and, of a put, value, with tabs between; what is not printable is escaped.",
    "json: one object in a line for each event. raw: the values of puts alone.",
    "With -- CMD nothing is shown: CMD is run for each event, one after the other, with CAIRN_EVENT_TYPE (put or delete), CAIRN_EVENT_KEY,",
    "CAIRN_EVENT_VALUE and CAIRN_EVENT_REVISION in its environment; when one of them fails, kvctl ends with its status and says where",
    "to go on. Its input and output are kvctl's own; Ctrl-C ends both."},
    footer = {"", "Examples:", "  kvctl watch greeting", "  kvctl watch --prefix users/ --prev -w json",
        "  kvctl watch --prefix users/ --rev 42     everything that happened at or after revision 42",
        "  kvctl watch --range a m --initial        the keys there are, then what happens to them",
        "  kvctl watch --prefix users/ -- sh -c 'echo $CAIRN_EVENT_TYPE $CAIRN_EVENT_KEY'"})
final class WatchVerb implements Callable<Integer> {
  /** How long the process sits idle at most before it looks round. */
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final Duration GRACE = Duration.ofSeconds(10);

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "KEY", arity = "0..1", description = "The key to watch; with --range the first key.")
  private String key;

  @Parameters(index = "1", paramLabel = "END", arity = "0..1", description = "With --range, the first key behind it.")
  private String end;

  @Option(names = "--prefix", paramLabel = "P", description = "Every key that begins with P; '' is every key.")
  private String prefix;

  @Option(names = "--range", description = "Every key from KEY to before END, or to the last key.")
  private boolean range;

  @Option(names = "--rev", paramLabel = "R", description = "From revision R on; without it, from now.")
  private Long revision;

  @Option(names = "--initial", description = {
      "First the keys there are, as puts; then what happens to them. Should events be compacted before they were shown,",
      "what is different is shown instead."})
  private boolean initial;

  @Option(names = "--prev", description = "Shows the value that was replaced, too.")
  private boolean previous;

  @Override
  public Integer call() throws IOException, InterruptedException {
    root.refuseNode();
    try (KvClient client = root.connect(); Watch watch = client.watch(range(), options())) {
      while (true) {
        Optional<WatchBatch> batch = watch.next(LOOK);
        if (batch.isPresent()) {
          for (WatchEvent event : batch.get().events()) {
            int status = root.command().isEmpty() ? show(event) : run(event);
            if (status != ExitStatus.DONE) {
              return status;
            }
          }
          root.output().flush();
        }
      }
    }
  }

  private KeyRange range() {
    if (range || prefix != null) {
      return RangeArguments.of(key, end, prefix);
    }
    if (key == null || end != null) {
      throw new BadInput(key == null ? "what is to be watched? Give KEY, --prefix P, or --range START END"
          : "a watch of KEY to END says --range");
    }
    return KeyRange.single(ByteSeq.utf8(key));
  }

  private WatchOptions options() {
    if (revision != null && revision < 1) {
      throw new BadInput("--rev is 1 or more; without it the watch begins now");
    }
    if (revision != null && initial) {
      throw new BadInput("--rev and --initial exclude each other: the keys there are now are followed by what happens after now");
    }
    WatchOptions options = initial ? WatchOptions.withInitialState().onCompaction(WatchOptions.OnCompaction.RESYNC)
        : revision != null ? WatchOptions.from(revision) : WatchOptions.fromNow();
    return previous ? options.withPrevious() : options;
  }

  private int run(WatchEvent event) throws InterruptedException {
    Map<String, String> environment = Map.of(
        "CAIRN_EVENT_TYPE", event.type().name().toLowerCase(Locale.ROOT),
        "CAIRN_EVENT_KEY", RunCommand.value(event.key(), event.key()),
        "CAIRN_EVENT_VALUE", RunCommand.value(event.key(), event.kv().value()),
        "CAIRN_EVENT_REVISION", Long.toString(event.revision()));
    try (RunCommand command = RunCommand.start(root.command(), environment, GRACE)) {
      int status = command.await();
      if (status != ExitStatus.DONE) {
        root.err().println("kvctl: the command ended with status " + status + " at revision " + event.revision()
            + "; to go on with this event: --rev " + event.revision());
        root.err().flush();
      }
      return status;
    }
  }

  private int show(WatchEvent event) throws IOException {
    Output output = root.output();
    String type = event.type().name().toLowerCase(Locale.ROOT);
    switch (root.format()) {
      case json -> output.json(json -> {
        json.writeStringProperty("type", type);
        json.writeNumberProperty("revision", event.revision());
        json.writeName("kv");
        Output.keyValue(json, event.kv(), event.isPut());
        if (event.previous().isPresent()) {
          json.writeName("previous");
          Output.keyValue(json, event.previous().get(), true);
        }
      });
      case raw -> output.bytes(event.kv().value());
      default -> {
        List<String> fields = new ArrayList<>(List.of(type, Long.toString(event.revision()), Escaped.text(event.key())));
        if (event.isPut()) {
          fields.add(Escaped.text(event.kv().value()));
        }
        event.previous().ifPresent(before -> fields.add("(was " + Escaped.text(before.value()) + ")"));
        output.line(String.join("\t", fields));
      }
    }
    return ExitStatus.DONE;
  }
}
