package io.cairn.cli;

import io.cairn.client.ClusterMap;
import io.cairn.client.KvClient;
import io.cairn.client.NodeStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;
import tools.jackson.core.JsonGenerator;

@Command(name = "status", description = "Shows how each node is: version, revision, shards it leads, memory.",
    footer = {"", "Examples:", "  kvctl status", "  kvctl status --node n2", "  kvctl status -w json"})
final class StatusVerb implements Callable<Integer> {

  private static final List<String> HEADER =
      List.of("NODE", "REACHABLE", "VERSION", "REVISION", "LEADS", "RESIDENT", "LOG", "ENGINE", "FREE", "UPTIME", "ADDRESS");

  @ParentCommand private Kvctl root;

  @Override
  public Integer call() throws IOException {
    try (KvClient client = root.connect()) {
      Survey survey = Survey.of(client, root.node());
      if (root.format() == Format.json) {
        json(survey);
      } else {
        table(survey);
      }
    }
    return ExitStatus.DONE;
  }

  private void table(Survey survey) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    for (ClusterMap.Node node : survey.map().nodes()) {
      Optional<NodeStatus> status = survey.statuses().get(node.name());
      if (status != null) {
        rows.add(status
            .map(s -> List.of(
                s.name(), "yes", s.version(), Long.toString(s.revision()), Long.toString(leads(s)), mebibytes(s.residentBytes()),
                mebibytes(s.logBytes()), mebibytes(s.engineBytes()), free(s.disk()), uptime(s.uptime()), node.clientAddress()))
            .orElseGet(() -> List.of(node.name(), "no", "-", "-", "-", "-", "-", "-", "-", "-", node.clientAddress())));
      }
    }
    root.output().table(HEADER, rows);
  }

  private static long leads(NodeStatus status) {
    return status.replicas().stream().filter(replica -> replica.role().equals("leader")).count();
  }

  private static String mebibytes(long bytes) {
    return (bytes + (1 << 19)) / (1 << 20) + " MiB";
  }

  /** Of the disk; LOW while what grows is refused on account of it. */
  private static String free(NodeStatus.Disk disk) {
    return mebibytes(disk.freeBytes()) + (disk.low() ? " LOW" : "");
  }

  private static String uptime(Duration uptime) {
    return uptime.toHours() > 0
        ? uptime.toHours() + "h" + uptime.toMinutesPart() + "m"
        : uptime.toMinutes() + "m" + uptime.toSecondsPart() + "s";
  }

  private void json(Survey survey) throws IOException {
    root.output().json(json -> {
      json.writeStringProperty("clusterId", survey.map().clusterId());
      json.writeArrayPropertyStart("nodes");
      for (ClusterMap.Node node : survey.map().nodes()) {
        Optional<NodeStatus> status = survey.statuses().get(node.name());
        if (status != null) {
          json.writeStartObject();
          json.writeStringProperty("name", node.name());
          json.writeBooleanProperty("reachable", status.isPresent());
          json.writeStringProperty("clientAddress", node.clientAddress());
          json.writeStringProperty("peerAddress", node.peerAddress());
          status.ifPresent(s -> fields(json, s));
          json.writeEndObject();
        }
      }
      json.writeEndArray();
    });
  }

  private static void fields(JsonGenerator json, NodeStatus s) {
    json.writeStringProperty("adminAddress", s.adminAddress());
    json.writeStringProperty("version", s.version());
    json.writeNumberProperty("processId", s.processId());
    json.writeNumberProperty("uptimeMillis", s.uptime().toMillis());
    json.writeNumberProperty("revision", s.revision());
    json.writeNumberProperty("leads", leads(s));
    json.writeNumberProperty("residentBytes", s.residentBytes());
    json.writeNumberProperty("cpuMicros", s.cpu().toNanos() / 1_000);
    json.writeNumberProperty("logBytes", s.logBytes());
    json.writeNumberProperty("engineBytes", s.engineBytes());
    json.writeNumberProperty("diskFreeBytes", s.disk().freeBytes());
    json.writeNumberProperty("diskFreeBytesMin", s.disk().freeBytesMin());
    json.writeBooleanProperty("diskLow", s.disk().low());
    json.writeNumberProperty("queuedBytes", s.queuedBytes());
    json.writeNumberProperty("connections", s.connections());
    json.writeObjectPropertyStart("limits");
    s.limits().forEach(limit -> json.writeNumberProperty(limit.name(), limit.value()));
    json.writeEndObject();
    json.writeObjectPropertyStart("peersConnected");
    s.peers().forEach(peer -> json.writeBooleanProperty(peer.node(), peer.connected()));
    json.writeEndObject();
    json.writeArrayPropertyStart("replicas");
    s.replicas().forEach(replica -> ShardsVerb.replica(json, s.name(), replica));
    json.writeEndArray();
  }
}
