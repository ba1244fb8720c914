package io.cairn.simulator.docs;

import com.google.protobuf.ByteString;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Request;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.server.command.CommandCodec;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.HomeCommand;
import io.cairn.server.command.ShardCommand;
import io.cairn.server.command.SystemCommand;
import io.cairn.server.history.HistoryCommand;
import io.cairn.server.members.ChangeKind;
import io.cairn.server.members.MemberCommand;
import io.cairn.server.members.NodeEntry;
import io.cairn.server.members.Stamp;
import io.cairn.server.members.Standing;
import io.cairn.storage.directory.Incarnation;
import io.cairn.storage.guard.Subject;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.mvcc.Op;
import io.cairn.storage.mvcc.TxnBounds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The payload of an entry of every kind: every command that {@link WireSamples} sends, every system command, every shard command. */
final class PayloadSamples {
  private static final HostPort PEER = new HostPort("10.0.0.4", 7101);
  private static final HostPort CLIENT = new HostPort("10.0.0.4", 7001);
  private static final Op.Generation LEASE = new Op.Generation(0x6f0a, 0x100001);

  private final Map<String, byte[]> samples = new LinkedHashMap<>();
  private final List<Object> commands = new ArrayList<>();

  /** By name. */
  static Map<String, byte[]> all() {
    return made().samples;
  }

  /** The system and shard commands in them. */
  static List<Object> kinds() {
    return made().commands;
  }

  private static PayloadSamples made() {
    var made = new PayloadSamples();
    made.batches();
    made.system();
    made.upkeep();
    made.samples.put("membership", MembershipCodec.encode(Membership.of(new TreeSet<>(List.of(new ReplicaId(1), new ReplicaId(2), new ReplicaId(3))))));
    return made;
  }

  private void batches() {
    for (WireSamples.Sample sample : WireSamples.all()) {
      if (sample.body() instanceof Request request && request.hasCommand()) {
        int level = level(request.getCommand());
        samples.put("commands-" + GoldenFiles.name(sample.title()), level == 1
            ? EntryPayload.commands(8, 100_000, List.of(request.getCommand()))
            : EntryPayload.commands(level, 8, 100_000, new TxnBounds(1 << 20, 10_000), List.of(request.getCommand())));
      }
    }
    samples.put("commands-two", EntryPayload.commands(8, 100_000, List.of(put(1).toByteString(), put(2).toByteString())));
  }

  private static int level(ByteString command) {
    try {
      return CommandCodec.level(CommandCodec.decode(command));
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException("a sample's command is none", e);
    }
  }

  private static Command put(long sequence) {
    return DiskSamples.command(sequence).setPut(io.cairn.protocol.wire.Put.newBuilder().setKey(ByteString.copyFromUtf8("color"))
        .setValue(ByteString.copyFromUtf8("blue"))).build();
  }

  private void system(String name, SystemCommand command) {
    samples.put("system-" + name, EntryPayload.system(command));
    commands.add(command);
  }

  private void system() {
    system("window", new SystemCommand.ExtendWindow(10_000));
    members("found", new MemberCommand.Found(List.of(new NodeEntry(1, "n1", PEER, CLIENT, Standing.VOTER, Optional.empty()),
        new NodeEntry(4, "n4", PEER, CLIENT, Standing.LEARNER, Optional.of(new Incarnation(4, 5))))));
    for (ChangeKind kind : ChangeKind.values()) {
      members("begin-" + GoldenFiles.name(kind.name()), new MemberCommand.Begin(3, kind, "n4", kind == ChangeKind.REPLACE ? "n2" : "", PEER, CLIENT,
          new TreeSet<>(Set.of(0, 1))));
    }
    members("stepped", new MemberCommand.Stepped(new Stamp(3, 1, true), 2));
    members("take-back", new MemberCommand.TakeBack(3, "asked for"));
    members("join", new MemberCommand.Join(4, new Incarnation(0x0404040404040404L, 0x0505050505050505L)));
    history("compact", new HistoryCommand.Compact(1_000));
    history("keep", new HistoryCommand.Keep(false, ByteString.copyFromUtf8("tmp/")));
    home("renew", new HomeCommand.Renew(List.of(LEASE.id(), 7L)));
    home("register", new HomeCommand.Register(List.of(new HomeCommand.InShard(LEASE.id(), 2))));
    home("expire", new HomeCommand.Expire(List.of(new HomeCommand.Seen(LEASE.id(), LEASE.grant(), 9))));
    var steps = new ArrayList<HomeCommand.Step>();
    for (Lease.Stage stage : Lease.Stage.values()) {
      steps.add(new HomeCommand.Step(LEASE.id(), LEASE.grant(), 2, stage));
    }
    home("progress", new HomeCommand.Progress(steps));
  }

  private void members(String name, MemberCommand command) {
    system("members-" + name, new SystemCommand.ChangeMembers(command));
    commands.add(command);
  }

  private void history(String name, HistoryCommand command) {
    system("history-" + name, new SystemCommand.ChangeHistory(command));
    commands.add(command);
  }

  private void home(String name, HomeCommand command) {
    system("leases-" + name, new SystemCommand.ChangeLeases(command));
    commands.add(command);
  }

  private void shard(String name, ShardCommand command) {
    samples.put("upkeep-" + name, EntryPayload.upkeep(command));
    commands.add(command);
  }

  private void upkeep() {
    shard("compact", new ShardCommand.Compact(1_000));
    shard("keep-history", new ShardCommand.KeepHistory(false, ByteString.copyFromUtf8("tmp/")));
    for (ShardCommand.ChangeLeases.Kind kind : ShardCommand.ChangeLeases.Kind.values()) {
      shard("leases-" + GoldenFiles.name(kind.name()), new ShardCommand.ChangeLeases(kind, List.of(LEASE)));
    }
    for (ShardCommand.ChangeGuards.Kind kind : ShardCommand.ChangeGuards.Kind.values()) {
      shard("guards-" + GoldenFiles.name(kind.name()), new ShardCommand.ChangeGuards(kind, new Subject(new byte[] {1, 'x'}, 9), 2));
    }
  }
}
