package io.cairn.cli;

import io.cairn.client.KvClient;
import io.cairn.client.Lease;
import io.cairn.client.LeaseDetails;
import io.cairn.client.LeaseRenewal;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Session;
import io.cairn.client.SessionState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.core.JsonGenerator;

/** Leases. Their ids are shown and taken as hexadecimal numbers, as in the other verbs' LEASE column. */
@Command(name = "lease", description = {
    "Grants, renews, ends and shows leases. Keys put under a lease ('kvctl put --lease ID') are deleted when it ends.",
    "Ids are hexadecimal."},
    footer = {"", "Examples:", "  kvctl lease grant 30s", "  kvctl lease keep-alive 6f0a --once", "  kvctl lease ttl 6f0a --keys",
        "  kvctl lease revoke 6f0a", "  kvctl lease list"},
    subcommands = {LeaseVerb.Grant.class, LeaseVerb.Revoke.class, LeaseVerb.KeepAlive.class, LeaseVerb.Ttl.class, LeaseVerb.ListAll.class})
final class LeaseVerb implements Callable<Integer> {

  @ParentCommand private Kvctl root;

  @Override
  public Integer call() {
    throw new BadInput("say what to do: grant, revoke, keep-alive, ttl or list (try 'kvctl lease --help')");
  }

  /** A lease's id as it was typed. */
  static long id(String text) {
    try {
      long id = Long.parseLong(text, 16);
      if (id > 0) {
        return id;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new BadInput("'" + text + "' is no lease; the id of a lease is a hexadecimal number from 1 to 7fffffffffffffff");
  }

  private static String hex(long id) {
    return Long.toHexString(id);
  }

  private static String seconds(Duration time) {
    return String.format(java.util.Locale.ROOT, "%.3fs", time.toMillis() / 1e3);
  }

  private static void lease(JsonGenerator json, long id, Duration ttl) {
    json.writeNumberProperty("id", id);
    json.writeStringProperty("hex", hex(id));
    json.writeNumberProperty("ttlMillis", ttl.toMillis());
  }

  private static void show(Kvctl root, Lease lease, String simple) throws IOException {
    switch (root.format()) {
      case json -> root.output().json(json -> lease(json, lease.id(), lease.ttl()));
      case table -> root.output().table(List.of("LEASE", "TTL"), List.of(List.of(hex(lease.id()), seconds(lease.ttl()))));
      case simple -> root.output().line(simple);
      case raw -> root.output().line(hex(lease.id()));
    }
  }

  @Command(name = "grant", description = "Grants a lease and shows its id.")
  static final class Grant implements Callable<Integer> {
    @ParentCommand private LeaseVerb verb;

    @Parameters(index = "0", paramLabel = "TTL", converter = DurationText.class,
        description = "How long it lives without renewal, as in 30s or 5m; 1s to 365 days.")
    private Duration ttl;

    @Option(names = "--id", paramLabel = "ID", description = "The id it shall have; without it the server chooses.")
    private String id;

    @Override
    public Integer call() throws IOException {
      verb.root.refuseNode();
      try (KvClient client = verb.root.connect()) {
        Lease lease = id == null ? client.leases().grant(ttl) : client.leases().grant(LeaseVerb.id(id), ttl);
        show(verb.root, lease, "lease " + hex(lease.id()) + " granted with TTL " + seconds(lease.ttl()));
      }
      return ExitStatus.DONE;
    }
  }

  @Command(name = "revoke", description = "Ends a lease; returns when its keys are gone.")
  static final class Revoke implements Callable<Integer> {
    @ParentCommand private LeaseVerb verb;

    @Parameters(index = "0", paramLabel = "ID", description = "The lease.")
    private String id;

    @Override
    public Integer call() throws IOException {
      verb.root.refuseNode();
      try (KvClient client = verb.root.connect()) {
        Lease lease = client.leases().revoke(id(id));
        show(verb.root, lease, "lease " + hex(lease.id()) + " revoked");
      }
      return ExitStatus.DONE;
    }
  }

  @Command(name = "keep-alive", description = {"Keeps a lease alive until it is gone, or kvctl is stopped; or renews it once.",
      "Says when the lease is at risk, since nobody answers. Status 1 when it is gone."})
  static final class KeepAlive implements Callable<Integer> {
    @ParentCommand private LeaseVerb verb;

    @Parameters(index = "0", paramLabel = "ID", description = "The lease.")
    private String id;

    @Option(names = "--once", description = "Renews once and ends.")
    private boolean once;

    @Override
    public Integer call() throws IOException {
      verb.root.refuseNode();
      long lease = id(id);
      try (KvClient client = verb.root.connect()) {
        if (!once) {
          return keep(client, lease);
        }
        LeaseRenewal renewal = client.leases().keepAlive(lease);
        if (!renewal.isAlive()) {
          return gone(lease);
        }
        show(verb.root, new Lease(lease, renewal.ttl()), "lease " + hex(lease) + " renewed, TTL " + seconds(renewal.ttl()));
        return ExitStatus.DONE;
      }
    }

    private int gone(long lease) {
      return verb.root.notMet("lease " + hex(lease) + " is gone");
    }

    /** Until the lease is lost, or somebody stops kvctl: then it ends within its TTL. */
    private int keep(KvClient client, long lease) throws IOException {
      Session session;
      try {
        session = client.openSession(lease);
      } catch (RefusedException e) {
        if (e.code() == RefusedCode.LEASE_NOT_FOUND) {
          return gone(lease);
        }
        throw e;
      }
      var changes = new LinkedBlockingQueue<SessionState>();
      session.addListener((_, now) -> changes.add(now));
      show(verb.root, new Lease(lease, session.ttl()), "lease " + hex(lease) + " is kept alive, TTL " + seconds(session.ttl()));
      verb.root.output().flush();
      try {
        for (SessionState now = session.state(); now != SessionState.LOST; now = changes.take()) {
          if (now == SessionState.AT_RISK) {
            verb.root.say("lease " + hex(lease) + " is at risk: no renewal was acknowledged for most of its TTL");
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return ExitStatus.DONE;
      }
      return verb.root.notMet("lease " + hex(lease) + " is lost" + session.cause().map(why -> ": " + why.getMessage()).orElse(""));
    }
  }

  @Command(name = "ttl", description = "Shows what is left of a lease, and with --keys what lies under it.")
  static final class Ttl implements Callable<Integer> {
    @ParentCommand private LeaseVerb verb;

    @Parameters(index = "0", paramLabel = "ID", description = "The lease.")
    private String id;

    @Option(names = "--keys", description = "Shows its keys, too; 10,000 at most.")
    private boolean keys;

    @Override
    public Integer call() throws IOException {
      verb.root.refuseNode();
      LeaseDetails lease;
      try (KvClient client = verb.root.connect()) {
        lease = client.leases().timeToLive(id(id), keys);
      } catch (RefusedException e) {
        if (e.code() == RefusedCode.LEASE_NOT_FOUND) {
          return verb.root.notMet("lease " + hex(id(id)) + " is gone");
        }
        throw e;
      }
      Output output = verb.root.output();
      if (verb.root.format() == Format.json) {
        output.json(json -> details(json, lease, keys));
        return ExitStatus.DONE;
      }
      output.table(List.of("LEASE", "TTL", "LEFT", "STATE"), List.of(row(lease)));
      for (var key : lease.keys()) {
        output.line(Escaped.text(key));
      }
      return ExitStatus.DONE;
    }
  }

  @Command(name = "list", description = "Shows all leases.")
  static final class ListAll implements Callable<Integer> {
    @ParentCommand private LeaseVerb verb;

    @Override
    public Integer call() throws IOException {
      verb.root.refuseNode();
      List<LeaseDetails> leases;
      try (KvClient client = verb.root.connect()) {
        leases = client.leases().list();
      }
      if (verb.root.format() == Format.json) {
        verb.root.output().json(json -> {
          json.writeArrayPropertyStart("leases");
          for (LeaseDetails lease : leases) {
            json.writeStartObject();
            details(json, lease, false);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
        return ExitStatus.DONE;
      }
      List<List<String>> rows = new ArrayList<>();
      leases.forEach(lease -> rows.add(row(lease)));
      verb.root.output().table(List.of("LEASE", "TTL", "LEFT", "STATE"), rows);
      return ExitStatus.DONE;
    }
  }

  private static List<String> row(LeaseDetails lease) {
    return List.of(hex(lease.id()), seconds(lease.ttl()), seconds(lease.remaining()), lease.ending() ? "ending" : "alive");
  }

  private static void details(JsonGenerator json, LeaseDetails lease, boolean keys) {
    lease(json, lease.id(), lease.ttl());
    json.writeNumberProperty("remainingMillis", lease.remaining().toMillis());
    json.writeBooleanProperty("ending", lease.ending());
    if (keys) {
      json.writeArrayPropertyStart("keys");
      for (var key : lease.keys()) {
        json.writeStartObject();
        Output.bytes(json, "key", key);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeBooleanProperty("moreKeys", lease.moreKeys());
    }
  }
}
