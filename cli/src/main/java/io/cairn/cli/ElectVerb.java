package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvClient;
import io.cairn.client.LeaderElection;
import io.cairn.client.LeaderElection.Leader;
import io.cairn.client.LeaderElection.Leadership;
import io.cairn.client.LockOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "elect", synopsisHeading = "Usage: ", customSynopsis = {"kvctl elect [OPTIONS] NAME VALUE [-- CMD [ARGUMENT...]]",
    "       kvctl elect NAME --listen"}, description = {
    "Stands in the election NAME with VALUE until it leads; then runs CMD while it does, and ends with its exit status. CMD finds the term, which",
    "only grows from leader to leader, in CAIRN_ELECTION_TERM. When it leads no more, CMD is ended (SIGTERM, and SIGKILL after --grace). Without CMD",
    "it says so when it leads, and leads until it is stopped: status 1 when that is lost. --listen shows who leads, and each change."},
    footer = {"", "Examples:", "  kvctl elect scheduler host-3 -- ./scheduler", "  kvctl elect scheduler --listen"})
final class ElectVerb implements Callable<Integer> {

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "NAME", description = "The election; what it needs lies under {NAME}/.")
  private String name;

  @Parameters(index = "1", arity = "0..1", paramLabel = "VALUE", description = "What others are shown of this candidate.")
  private String value;

  @Option(names = "--listen", description = "Does not stand; shows who leads as TERM and VALUE, 'none' while nobody does.")
  private boolean listen;

  @Option(names = "--ttl", paramLabel = "TIME", converter = DurationText.class, defaultValue = "10s",
      description = "How long it leads on at most when kvctl dies; 1s or more. Default: 10s.")
  private Duration ttl;

  @Option(names = "--grace", paramLabel = "TIME", converter = DurationText.class, defaultValue = "2s",
      description = "How long CMD may take to end when it leads no more. Default: 2s.")
  private Duration grace;

  @Override
  public Integer call() throws Exception {
    root.refuseNode();
    if (listen == (value != null)) {
      throw new BadInput("give VALUE to stand in the election, or --listen to be told who leads");
    }
    try (KvClient client = root.connect()) {
      LeaderElection election;
      try {
        election = client.election(name, LockOptions.DEFAULT.withTtl(ttl));
      } catch (IllegalArgumentException e) {
        throw new BadInput(e.getMessage());
      }
      return listen ? listen(election) : lead(election);
    }
  }

  private int lead(LeaderElection election) throws IOException, InterruptedException {
    try (Leadership leadership = election.campaign(value)) {
      if (!root.command().isEmpty()) {
        Map<String, String> environment = Map.of("CAIRN_ELECTION_TERM", Long.toString(leadership.term()));
        return HeldCommand.run(root, "the leadership of " + name, environment, grace, leadership::onLost);
      }
      var lost = new CountDownLatch(1);
      leadership.onLost(lost::countDown);
      show(Optional.of(new Leader(leadership.term(), ByteSeq.utf8(value))));
      lost.await();
      root.say("the leadership of " + name + " was lost");
      return ExitStatus.NOT_MET;
    }
  }

  private int listen(LeaderElection election) throws Exception {
    var news = new LinkedBlockingQueue<Optional<Leader>>();
    try (AutoCloseable _ = election.observe(news::add)) {
      while (true) {
        show(news.take());
      }
    }
  }

  private void show(Optional<Leader> leader) throws IOException {
    Output output = root.output();
    switch (root.format()) {
      case json -> output.json(json -> {
        json.writeBooleanProperty("leads", leader.isPresent());
        if (leader.isPresent()) {
          json.writeNumberProperty("term", leader.get().term());
          Output.bytes(json, "value", leader.get().value());
        }
      });
      default -> output.line(leader.map(now -> now.term() + "\t" + Escaped.text(now.value())).orElse("none"));
    }
    output.flush();
  }
}
