package io.cairn.cli;

import io.cairn.client.KvClient;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Services: who serves what, and where. */
@Command(name = "service", description = {
    "Registers instances of services, and shows them. A service's entries are keys below services/{NAME}/; docs/services.md has their bytes."},
    footer = {"", "Examples:", "  kvctl service register orders o-1 --address 10.0.0.7:8080 --version v2 --zone eu-1 --meta rack=r1",
        "  kvctl service list                  the services there are", "  kvctl service list orders -w table", "  kvctl service watch orders -w json",
        "  kvctl service drain orders o-1"},
    subcommands = {ServiceRegister.class, ServiceVerb.ListThem.class, ServiceWatch.class, ServiceVerb.Drain.class})
final class ServiceVerb implements Callable<Integer> {

  @ParentCommand private Kvctl root;

  Kvctl root() {
    return root;
  }

  @Override
  public Integer call() {
    throw new BadInput("say what to do: register, list, watch or drain (try 'kvctl service --help')");
  }

  @Command(name = "list", description = {"Shows the instances of a service as they are now; without NAME the services.",
      "raw: the addresses of those that want calls and pass, one in a line."})
  static final class ListThem implements Callable<Integer> {
    @ParentCommand private ServiceVerb verb;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "The service.")
    private String name;

    @Override
    public Integer call() throws IOException {
      verb.root.refuseNode();
      try (KvClient client = verb.root.connect()) {
        if (name != null) {
          ServiceOutput.show(verb.root, BadInput.where(() -> client.discovery().look(name)));
        } else if (verb.root.format() == Format.json) {
          List<String> services = client.discovery().services();
          verb.root.output().json(json -> {
            json.writeArrayPropertyStart("services");
            services.forEach(json::writeString);
            json.writeEndArray();
          });
        } else {
          for (String service : client.discovery().services()) {
            verb.root.output().line(service);
          }
        }
      }
      return ExitStatus.DONE;
    }
  }

  @Command(name = "drain", description = {"Has an instance drain: it finishes what it has and wants no new calls. Whoever registered it is told.",
      "Status 1 when there is no such instance."})
  static final class Drain implements Callable<Integer> {
    @ParentCommand private ServiceVerb verb;

    @Parameters(index = "0", paramLabel = "NAME", description = "The service.")
    private String name;

    @Parameters(index = "1", paramLabel = "ID", description = "The instance.")
    private String id;

    @Option(names = "--undo", description = "Has it want calls again.")
    private boolean undo;

    @Override
    public Integer call() throws IOException {
      verb.root.refuseNode();
      try (KvClient client = verb.root.connect()) {
        boolean found = BadInput.where(() -> undo ? client.registry().resume(name, id) : client.registry().drain(name, id));
        if (!found) {
          return verb.root.notMet("no such instance: " + name + " " + id);
        }
        String now = undo ? "up" : "draining";
        switch (verb.root.format()) {
          case json -> verb.root.output().json(json -> {
            json.writeStringProperty("service", name);
            json.writeStringProperty("id", id);
            json.writeStringProperty("lifecycle", now);
          });
          default -> verb.root.output().line(name + " " + id + " is " + now);
        }
      }
      return ExitStatus.DONE;
    }
  }
}
