package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.KvCache;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.RangeOptions;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchListener;
import io.cairn.client.WatchState;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "env", synopsisHeading = "Usage: ", customSynopsis = "kvctl env [OPTIONS] PREFIX -- CMD [ARGUMENT...]", description = {
    "Runs CMD with the keys below PREFIX as its environment, added to kvctl's own, and ends with its exit status. A variable's name is the key",
    "without PREFIX, in capitals, with _ for whatever is no letter or digit: app/db.url below app/ is DB_URL. Two keys of one name are refused."},
    footer = {"", "Examples:", "  kvctl env app/ -- ./server", "  kvctl env app/ --watch -- sh -c 'echo $DB_URL; exec ./server'"})
final class EnvVerb implements Callable<Integer> {
  /** Changes that come together restart CMD once. */
  private static final Duration QUIET = Duration.ofMillis(200);
  /** Changes that never end restart it all the same. */
  private static final Duration RESTLESS = Duration.ofSeconds(2);

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "PREFIX", description = "The keys that begin with it; '' is every key.")
  private String prefix;

  @Option(names = "--watch", description = {"When a key changes, comes or goes, CMD is ended (SIGTERM, and SIGKILL after --grace) and run again.",
      "When it ends by itself, so does kvctl."})
  private boolean watch;

  @Option(names = "--grace", paramLabel = "TIME", converter = DurationText.class, defaultValue = "10s",
      description = "How long CMD may take to end when it is asked to. Default: 10s.")
  private Duration grace;

  @Override
  public Integer call() throws InterruptedException {
    root.refuseNode();
    if (root.command().isEmpty()) {
      throw new BadInput("which command? It stands behind --, as in kvctl env app/ -- ./server");
    }
    try (KvClient client = root.connect()) {
      if (watch) {
        return follow(client);
      }
      Map<String, String> environment = environment(client.scan(KeyRange.prefix(prefix), RangeOptions.DEFAULT));
      try (RunCommand command = RunCommand.start(root.command(), environment, grace)) {
        return command.await();
      }
    }
  }

  /** Something to look at: the command has ended (its status), or the keys have changed. */
  private record News(Process ended, int status) {}

  private int follow(KvClient client) throws InterruptedException {
    var news = new LinkedBlockingQueue<News>();
    try (KvCache cache = client.cache(KeyRange.prefix(prefix))) {
      cache.listen(new WatchListener() {
        @Override
        public void batch(WatchBatch batch) {
          if (batch.kind() != WatchBatch.Kind.PROGRESS) {
            news.add(new News(null, 0));
          }
        }

        @Override
        public void stateChanged(WatchState state, Optional<KvException> why) {
          if (state == WatchState.FAILED) {
            news.add(new News(null, 0)); // Whoever looks at the cache then is told why.
          }
        }
      });
      Duration most = root.timeoutOr(Duration.ofSeconds(5));
      if (!cache.awaitSynced(most)) {
        throw cache.failure().orElseGet(() -> new RefusedException(RefusedCode.UNAVAILABLE,
            "The keys that begin with '" + prefix + "' have not come within " + most.toMillis() + " ms"));
      }
      news.clear();
      Map<String, String> environment = environment(cache.snapshot());
      while (true) {
        try (RunCommand command = RunCommand.start(root.command(), environment, grace)) {
          Process running = command.process();
          running.onExit().thenAccept(ended -> news.add(new News(ended, ended.exitValue())));
          Map<String, String> changed = environment;
          while (changed.equals(environment)) {
            News first = news.take();
            if (first.ended == running) {
              return first.status;
            }
            changed = first.ended != null ? environment : whenQuiet(news, running, cache);
            if (!running.isAlive()) {
              return running.exitValue();
            }
          }
          command.stop();
          environment = changed;
        }
      }
    }
  }

  private Map<String, String> whenQuiet(LinkedBlockingQueue<News> news, Process running, KvCache cache) throws InterruptedException {
    long began = System.nanoTime();
    News next;
    do {
      next = news.poll(QUIET.toMillis(), TimeUnit.MILLISECONDS);
    } while (next != null && running.isAlive() && System.nanoTime() - began < RESTLESS.toNanos());
    return environment(cache.snapshot());
  }

  private Map<String, String> environment(Iterable<KeyValue> keys) {
    var environment = new TreeMap<String, String>();
    var from = new HashMap<String, ByteSeq>();
    for (KeyValue kv : keys) {
      String name = name(kv.keyUtf8().substring(Math.min(prefix.length(), kv.keyUtf8().length())));
      ByteSeq other = from.putIfAbsent(name, kv.key());
      if (other != null) {
        throw new BadInput("the keys " + Escaped.text(other) + " and " + Escaped.text(kv.key()) + " are both called " + name);
      }
      environment.put(name, RunCommand.value(kv.key(), kv.value()));
    }
    return environment;
  }

  private static String name(String key) {
    String name = key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    return name.isEmpty() || Character.isDigit(name.charAt(0)) ? "_" + name : name;
  }
}
