package io.cairn.cli;

import io.cairn.client.ClusterMap;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.LeaderTransfer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "transfer", description = {
    "Hands leadership of a shard, or of all, to a node, and says when it leads. Nothing is lost; writes wait some milliseconds.",
    "Where the servers' raft.leaders says otherwise it stays so for two minutes. Refused when the node cannot lead now."},
    footer = {"", "Examples:", "  kvctl transfer 2 n3", "  kvctl transfer 0 n1", "  kvctl transfer all n2"})
final class TransferVerb implements Callable<Integer> {

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "SHARD|all", description = "Number of a shard as 'kvctl shards' shows it, 0 is the system's; or all.")
  private String what;

  @Parameters(index = "1", paramLabel = "NODE", description = "Name of the node that is to lead.")
  private String target;

  @Override
  public Integer call() throws IOException {
    root.refuseNode();
    int one = what.equals("all") ? -1 : shard();
    try (KvClient client = root.connect()) {
      // The system shard is first: with raft.leaders: together the others follow it, and would else be sent back.
      List<Integer> shards = one >= 0 ? List.of(one) : client.clusterMap().shards().stream().map(ClusterMap.Shard::id).sorted().toList();
      List<LeaderTransfer> done = new ArrayList<>();
      try {
        for (int shard : shards) {
          done.add(client.transferLeader(shard, target));
        }
      } catch (KvException e) {
        if (!done.isEmpty()) {
          show(done);
        }
        throw e;
      }
      show(done);
    }
    return ExitStatus.DONE;
  }

  private int shard() {
    try {
      int shard = Integer.parseInt(what);
      if (shard >= 0) {
        return shard;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new BadInput("'" + what + "' is neither the number of a shard nor 'all' (try 'kvctl shards')");
  }

  private void show(List<LeaderTransfer> done) throws IOException {
    if (root.format() == Format.json) {
      root.output().json(json -> {
        json.writeArrayPropertyStart("transfers");
        for (LeaderTransfer transfer : done) {
          json.writeStartObject();
          json.writeNumberProperty("shard", transfer.shard());
          json.writeStringProperty("from", transfer.from());
          json.writeStringProperty("to", transfer.to());
          json.writeEndObject();
        }
        json.writeEndArray();
      });
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    for (LeaderTransfer transfer : done) {
      rows.add(List.of(Integer.toString(transfer.shard()), transfer.from(), transfer.to()));
    }
    root.output().table(List.of("SHARD", "FROM", "TO"), rows);
  }
}
