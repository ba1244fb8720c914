package io.cairn.simulator.docs;

import com.google.protobuf.ByteString;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.platform.RandomSource;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.LeaseGrant;
import io.cairn.protocol.wire.Put;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.server.apply.Applier;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.command.HomeCommand;
import io.cairn.server.command.ShardCommand;
import io.cairn.server.command.ShardCommand.ChangeGuards;
import io.cairn.server.command.SystemCommand;
import io.cairn.server.shard.DescriptorCodec;
import io.cairn.storage.catalog.Piece;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.catalog.ReplicaRecord;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.log.LogWrite;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.log.SharedLog;
import io.cairn.storage.guard.Subject;
import io.cairn.storage.lease.HomeLeases;
import io.cairn.storage.mvcc.Op;
import io.cairn.storage.mvcc.ShardStore;
import io.cairn.storage.mvcc.TxnBounds;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** One of everything that lies in a data directory, written by the real code: for the dumps of the page and for the golden files. */
final class DiskSamples {
  private static final ReplicaId ONE = new ReplicaId(1);
  private static final ReplicaKey REPLICA = new ReplicaKey(1, ONE);
  private static final ByteString COLOR = ByteString.copyFromUtf8("color");
  private static final long TERM = 3;
  static final byte[] MEMBERS = MembershipCodec.encode(
      Membership.of(new TreeSet<>(List.of(ONE, new ReplicaId(2), new ReplicaId(3)))));
  static final byte[] NODES = DescriptorCodec.encodeNodes(
      new TreeMap<>(Map.of(ONE, "n1", new ReplicaId(2), "n2", new ReplicaId(3), "n3")));

  private DiskSamples() {}

  /** Term and vote, two entries, a restart behind a snapshot, and a replica that goes: a batch each. */
  static void write(SharedLog log) {
    log.append(List.of(new LogWrite(REPLICA, Optional.of(new HardState(TERM, 2, 0)),
        List.of(new Entry(TERM, 1, EntryKind.LEADER, new byte[0]), new Entry(TERM, 2, EntryKind.COMMAND, put(1, "blue", 2))), Optional.empty())));
    log.append(List.of(new LogWrite(REPLICA, Optional.empty(), List.of(), Optional.of(new EntryId(TERM, 9)))));
    log.destroy(new ReplicaKey(2, ONE));
  }

  /** A lease of shard 0, registered and known, with two keys; and a put with a TTL of its own. */
  static ShardStore leases(Engine engine, long number) {
    ShardStore store = ShardStore.open(engine, number, 1);
    var granted = new Op.Generation(0x6f0a, HomeLeases.grantAt(2, 0));
    apply(store, engine, EntryPayload.system(new SystemCommand.ExtendWindow(10_000)), entry(2, command(1).setLeaseGrant(LeaseGrant.newBuilder().setId(granted.id()).setTtlMillis(30_000))),
        EntryPayload.system(new SystemCommand.ChangeLeases(new HomeCommand.Register(List.of(new HomeCommand.InShard(granted.id(), 1))))),
        EntryPayload.upkeep(new ShardCommand.ChangeLeases(ShardCommand.ChangeLeases.Kind.KNOW, List.of(granted))),
        entry(3, command(2).setPut(Put.newBuilder().setKey(COLOR).setValue(ByteString.copyFromUtf8("blue")).setLease(granted.id()))),
        entry(4, command(3).setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("shape")).setValue(ByteString.copyFromUtf8("round"))
            .setTtlMillis(5_000))),
        entry(5, command(4).setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("shade")).setValue(ByteString.copyFromUtf8("dark"))
            .setLease(granted.id()))));
    return store;
  }

  /** A subject at home here with guards in two shards, and one from elsewhere that is fenced. */
  static ShardStore guards(Engine engine, long number) {
    ShardStore store = ShardStore.open(engine, number, 1);
    var here = new Subject(new byte[] {1, 'c', 'o', 'l', 'o', 'r'}, 2);
    var elsewhere = new Subject(new byte[] {1, '{', 'x', '}', '/', 'l', 'o', 'c', 'k', '/', '1'}, 9);
    apply(store, engine, EntryPayload.system(new SystemCommand.ExtendWindow(10_000)), put(1, "blue", 2), guard(ChangeGuards.Kind.REGISTER, here, 2),
        guard(ChangeGuards.Kind.REGISTER, here, 3), guard(ChangeGuards.Kind.KNOW, elsewhere, 0), guard(ChangeGuards.Kind.FENCE, elsewhere, 0));
    return store;
  }

  static byte[] guard(ChangeGuards.Kind kind, Subject subject, int shard) {
    return EntryPayload.upkeep(new ChangeGuards(kind, subject, shard));
  }

  static byte[] entry(long revision, Command.Builder command) {
    return EntryPayload.commands(EntryPayload.LEASES_LEVEL, revision, 100_000, new TxnBounds(1 << 20, 10_000), List.of(command.build().toByteString()));
  }

  static ReplicaRecord record(Engine engine) {
    ReplicaCatalog catalog = ReplicaCatalog.open(engine);
    EngineBatch batch = engine.newBatch();
    byte[] start = {1};
    byte[] end = {2};
    var record = new ReplicaRecord(1, 1, 1, 1, start, end, List.of(new Piece(catalog.newStore(batch), start, end)), MEMBERS, NODES);
    catalog.create(batch, record);
    engine.write(batch);
    return record;
  }

  /** A small life: two puts of a key, its delete, a put after that; and a window, which only the system shard's store really has. */
  static ShardStore applied(Engine engine, long number) {
    ShardStore store = ShardStore.open(engine, number);
    byte[][] payloads = {EntryPayload.system(new SystemCommand.ExtendWindow(10_000)), put(1, "blue", 2), put(2, "green", 3),
        payload(4, command(3).setDelete(Delete.newBuilder().setKey(COLOR).setPrevious(true))), put(4, "red", 5),
        payload(6, command(5).setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("shape")).setValue(ByteString.copyFromUtf8("round")))),
        payload(7, command(6).setDelete(Delete.newBuilder().setKey(ByteString.copyFromUtf8("shape"))))};
    apply(store, engine, payloads);
    return store;
  }

  static void apply(ShardStore store, Engine engine, byte[]... payloads) {
    var applier = new Applier(engine, 1 << 14, new Inline(), new Still(), (what, cause) -> {
      throw new IllegalStateException(what, cause);
    }, (nanos, commands) -> { });
    for (int i = 0; i < payloads.length; i++) {
      applier.submit(store, List.of(new Entry(TERM, i + 1, i == 0 ? EntryKind.LEADER : EntryKind.COMMAND, payloads[i])), new Inline(),
          (entries, effects) -> { });
    }
  }

  static Command.Builder command(long sequence) {
    return Command.newBuilder().setClientHigh(0x0a0b0c0d0e0f1011L).setClientLow(0x1213141516171819L).setSequence(sequence)
        .setLowestOpen(Math.max(1, sequence - 3)).setSeen(1).setKeyspace(1);
  }

  static byte[] put(long sequence, String value, long revision) {
    return payload(revision, command(sequence).setPut(Put.newBuilder().setKey(COLOR).setValue(ByteString.copyFromUtf8(value))));
  }

  static byte[] payload(long revision, Command.Builder command) {
    return EntryPayload.commands(revision, 100_000, List.of(command.build().toByteString()));
  }

  /** Runs what it is given at once. */
  private static final class Inline implements EventLoop {
    @Override
    public String name() {
      return "inline";
    }

    @Override
    public boolean inLoop() {
      return true;
    }

    @Override
    public void execute(Runnable task) {
      task.run();
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
      throw new IllegalStateException("nothing here waits");
    }
  }

  private static final class Still implements Clock {
    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public long wallMillis() {
      return 0;
    }
  }

  /** Numbers that make an incarnation one can recognize. */
  static final class Ones implements RandomSource {
    @Override
    public long nextLong() {
      return 0x1111111111111111L;
    }

    @Override
    public long nextLong(long bound) {
      return 0;
    }

    @Override
    public double nextDouble() {
      return 0;
    }

    @Override
    public RandomSource split(String purpose) {
      return this;
    }
  }
}
