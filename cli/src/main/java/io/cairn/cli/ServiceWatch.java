package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvClient;
import io.cairn.client.services.KnownInstance;
import io.cairn.client.services.ServiceSnapshot;
import io.cairn.client.services.ServiceView;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "watch", description = {
    "Shows the instances of a service, then each change, until it is interrupted (Ctrl-C). It sees what a program's view sees: while the store is",
    "away what it knew last, and in a storm of expiries suspected instances.",
    "simple: what an instance is now (up, failing, draining, suspected, gone), its id and address, with tabs between. json: all instances, one",
    "object in a line for each change. raw: the addresses of those that calls may go to, with blanks between, one line for each change."})
final class ServiceWatch implements Callable<Integer> {
  /** How long the process sits idle at most before it looks round. */
  private static final long LOOK_MILLIS = 1_000;
  private static final long FIRST_LOOK_MILLIS = 50;

  @ParentCommand private ServiceVerb verb;

  @Parameters(index = "0", paramLabel = "NAME", description = "The service.")
  private String name;

  private Map<String, KnownInstance> shown = new LinkedHashMap<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Kvctl root = verb.root();
    root.refuseNode();
    // What is shown is read from the view: it may have been there before anybody listened.
    var changed = new Semaphore(0);
    try (KvClient client = root.connect(); ServiceView view = BadInput.where(() -> client.discovery().service(name))) {
      view.listen((_, _) -> changed.release());
      boolean connected = true;
      ServiceSnapshot last = null;
      while (!Thread.currentThread().isInterrupted()) {
        changed.tryAcquire(last == null ? FIRST_LOOK_MILLIS : LOOK_MILLIS, TimeUnit.MILLISECONDS);
        changed.drainPermits();
        ServiceSnapshot now = view.now();
        if (view.isSynced() && (last == null || !isSame(last, now))) {
          show(root, now);
          root.output().flush();
          last = now;
        }
        if (connected != view.isConnected() && view.isSynced()) {
          connected = view.isConnected();
          root.say(connected ? "connected again" : "not connected: what was shown is what is known");
        }
      }
    }
    return ExitStatus.DONE;
  }

  private static boolean isSame(ServiceSnapshot before, ServiceSnapshot now) {
    return before.instances().equals(now.instances()) && before.candidates().equals(now.candidates()) && before.isPanicking() == now.isPanicking();
  }

  private void show(Kvctl root, ServiceSnapshot now) throws IOException {
    switch (root.format()) {
      case json -> ServiceOutput.json(root.output(), now);
      case raw -> root.output().line(String.join(" ", now.candidates().stream().map(each -> each.instance().address()).toList()));
      default -> showChanged(root, now);
    }
  }

  private void showChanged(Kvctl root, ServiceSnapshot now) throws IOException {
    Map<String, KnownInstance> before = shown;
    shown = new LinkedHashMap<>();
    for (KnownInstance each : now.instances()) {
      shown.put(each.id(), each);
      if (!each.equals(before.remove(each.id()))) {
        line(root, ServiceOutput.state(each), each);
      }
    }
    for (KnownInstance each : before.values()) {
      line(root, "gone", each);
    }
  }

  private static void line(Kvctl root, String state, KnownInstance known) throws IOException {
    root.output().line(String.join("\t", state, known.id(), Escaped.text(ByteSeq.utf8(known.instance().address()))));
  }
}
