package io.cairn.cli;

import io.cairn.client.KvClient;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(name = "version", description = {
    "Shows the version of kvctl and of the protocol it speaks.", "Asks no cluster; 'kvctl status' shows the nodes' versions."})
final class VersionVerb implements Callable<Integer> {

  @ParentCommand private Kvctl root;

  @Override
  public Integer call() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = VersionVerb.class.getResourceAsStream("/kvctl.properties")) {
      properties.load(in);
    }
    String version = properties.getProperty("version");
    if (root.format() == Format.json) {
      root.output().json(json -> {
        json.writeStringProperty("version", version);
        json.writeNumberProperty("protocolVersion", KvClient.protocolVersion());
      });
    } else {
      root.output().line("kvctl " + version + " (protocol " + KvClient.protocolVersion() + ")");
    }
    return ExitStatus.DONE;
  }
}
