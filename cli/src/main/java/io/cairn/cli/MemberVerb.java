package io.cairn.cli;

import io.cairn.client.ClusterMembers;
import io.cairn.client.KvClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "member", description = "Shows the nodes of the cluster as shard 0 has written them down, and changes them.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {MemberVerb.ListVerb.class, MemberVerb.AddVerb.class, MemberVerb.PromoteVerb.class, MemberVerb.RemoveVerb.class,
        MemberVerb.ReplaceVerb.class},
    footer = {"", "One change is carried out for all shards, and is finished or taken back; --timeout (60s for changes) only bounds the",
        "waiting for it. Ask again to hear the end of one that goes on.", "", "Examples:", "  kvctl member list",
        "  kvctl member add n4 --peer 10.0.0.4:7101 --client 10.0.0.4:7001", "  kvctl member promote n4", "  kvctl member remove n1",
        "  kvctl member replace n2 n5 --peer 10.0.0.5:7101 --client 10.0.0.5:7001"})
final class MemberVerb implements Callable<Integer> {

  private static final Duration CHANGE = Duration.ofSeconds(60);

  @ParentCommand private Kvctl root;

  @Override
  public Integer call() {
    throw new BadInput("what about the members? list, add, promote, remove or replace (try 'kvctl member --help')");
  }

  /** Makes a change and shows what it came to. */
  private int change(String done, Function<KvClient, ClusterMembers> how) throws IOException {
    root.refuseNode();
    try (KvClient client = root.connect(CHANGE)) {
      ClusterMembers members = how.apply(client);
      if (root.format() == Format.json) {
        json(members);
      } else {
        root.output().line(done);
      }
    }
    return ExitStatus.DONE;
  }

  private Duration most() {
    return root.timeoutOr(CHANGE);
  }

  private void table(ClusterMembers members) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    for (ClusterMembers.Member member : members.members()) {
      rows.add(List.of(Long.toString(member.id()), member.name(), standing(member), member.clientAddress(), member.peerAddress()));
    }
    root.output().table(List.of("ID", "NODE", "STANDING", "CLIENTS", "PEERS"), rows);
    if (members.change().isPresent()) {
      root.output().line("under way: " + members.change().get());
    }
    if (members.takenBack().isPresent()) {
      root.output().line("the last change was taken back: " + members.takenBack().get());
    }
  }

  private static String standing(ClusterMembers.Member member) {
    return member.standing().name().toLowerCase(Locale.ROOT);
  }

  private void json(ClusterMembers members) throws IOException {
    root.output().json(json -> {
      json.writeNumberProperty("epoch", members.epoch());
      json.writeArrayPropertyStart("members");
      for (ClusterMembers.Member member : members.members()) {
        json.writeStartObject();
        json.writeNumberProperty("id", member.id());
        json.writeStringProperty("name", member.name());
        json.writeStringProperty("standing", standing(member));
        json.writeStringProperty("clientAddress", member.clientAddress());
        json.writeStringProperty("peerAddress", member.peerAddress());
        json.writeEndObject();
      }
      json.writeEndArray();
      members.change().ifPresent(change -> json.writeStringProperty("change", change));
      members.takenBack().ifPresent(why -> json.writeStringProperty("takenBack", why));
    });
  }

  @Command(name = "list", description = "Shows every node there is or was, and the change that is under way.",
      footer = {"", "Examples:", "  kvctl member list", "  kvctl member list -w json"})
  static final class ListVerb implements Callable<Integer> {
    @ParentCommand private MemberVerb member;

    @Override
    public Integer call() throws IOException {
      try (KvClient client = member.root.connect()) {
        ClusterMembers members = client.members();
        if (member.root.format() == Format.json) {
          member.json(members);
        } else {
          member.table(members);
        }
      }
      return ExitStatus.DONE;
    }
  }

  @Command(name = "add", description = "Adds a new node as a learner of every shard; it may stay one and serve reads.",
      footer = {"", "Start the node with cluster.join in its configuration, before this or after it.", "", "Examples:",
          "  kvctl member add n4 --peer 10.0.0.4:7101 --client 10.0.0.4:7001"})
  static final class AddVerb implements Callable<Integer> {
    @ParentCommand private MemberVerb member;

    @Parameters(index = "0", paramLabel = "NAME", description = "The node's name, never used before in this cluster.")
    private String name;

    @Option(names = "--peer", paramLabel = "HOST:PORT", required = true, description = "Where the other nodes connect to it.")
    private String peer;

    @Option(names = "--client", paramLabel = "HOST:PORT", required = true, description = "Where clients connect to it.")
    private String client;

    @Override
    public Integer call() throws IOException {
      return member.change(name + " is a learner of every shard", kv -> kv.addMember(name, peer, client, member.most()));
    }
  }

  @Command(name = "promote", description = "Makes a learner a voter of every shard; one that lags is refused.",
      footer = {"", "Examples:", "  kvctl member promote n4"})
  static final class PromoteVerb implements Callable<Integer> {
    @ParentCommand private MemberVerb member;

    @Parameters(index = "0", paramLabel = "NAME", description = "The learner.")
    private String name;

    @Override
    public Integer call() throws IOException {
      return member.change(name + " votes in every shard", kv -> kv.promoteMember(name, member.most()));
    }
  }

  @Command(name = "remove", description = "Takes a node out of every shard; what would lose a quorum is refused.",
      footer = {"", "Of a node that is just coming it calls the change off. The node stops by itself.", "", "Examples:",
          "  kvctl member remove n1"})
  static final class RemoveVerb implements Callable<Integer> {
    @ParentCommand private MemberVerb member;

    @Parameters(index = "0", paramLabel = "NAME", description = "The node.")
    private String name;

    @Override
    public Integer call() throws IOException {
      return member.change(name + " is removed from every shard", kv -> kv.removeMember(name, member.most()));
    }
  }

  @Command(name = "replace", description = "A new node catches up, then takes the place of another one, which may be lost.",
      footer = {"", "Start the new node with cluster.join in its configuration, before this or while it waits.", "", "Examples:",
          "  kvctl member replace n2 n5 --peer 10.0.0.5:7101 --client 10.0.0.5:7001"})
  static final class ReplaceVerb implements Callable<Integer> {
    @ParentCommand private MemberVerb member;

    @Parameters(index = "0", paramLabel = "OLD", description = "The node that leaves.")
    private String old;

    @Parameters(index = "1", paramLabel = "NEW", description = "The node that comes; its name was never used before in this cluster.")
    private String name;

    @Option(names = "--peer", paramLabel = "HOST:PORT", required = true, description = "Where the other nodes connect to it.")
    private String peer;

    @Option(names = "--client", paramLabel = "HOST:PORT", required = true, description = "Where clients connect to it.")
    private String client;

    @Override
    public Integer call() throws IOException {
      return member.change(name + " has taken the place of " + old + " in every shard",
          kv -> kv.replaceMember(old, name, peer, client, member.most()));
    }
  }
}
