package io.cairn.server.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.cairn.protocol.wire.Add;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Txn;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.testing.RandomTxns;
import io.cairn.storage.mvcc.Batch;
import io.cairn.storage.mvcc.Op;
import io.cairn.storage.mvcc.TxnBounds;
import io.cairn.storage.mvcc.Write;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** What a client sent is what is applied, byte for byte; what is not understood goes into no log and out of none. */
class CommandProperties {

  @Property(tries = 300)
  void aBatchReadsBackAsItWasWritten(@ForAll @Size(max = 20) List<@From("commands") Command> commands,
      @ForAll @LongRange(min = 1) long first, @ForAll @IntRange(min = 1) int remembered) {
    int level = commands.stream().mapToInt(CommandCodec::level).max().orElse(1);
    var bounds = new TxnBounds(7_000, 30);
    byte[] payload = EntryPayload.commands(level, first, remembered, bounds, commands.stream().map(Command::toByteString).toList());

    Batch batch = EntryPayload.decodeCommands(payload);

    assertThat(EntryPayload.isCommands(payload)).isTrue();
    assertThat(EntryPayload.isSystem(payload)).isFalse();
    assertThat(batch.firstRevision()).isEqualTo(first);
    assertThat(batch.clientRecordsMax()).isEqualTo(remembered);
    assertThat(batch.txnBounds()).isEqualTo(level == 3 ? bounds : TxnBounds.NONE);
    assertThat(EntryPayload.level(payload)).isEqualTo(level);
    assertThat(batch.writes()).hasSameSizeAs(commands);
    for (int i = 0; i < commands.size(); i++) {
      check(commands.get(i), batch.writes().get(i));
    }
  }

  private static void check(Command command, Write write) {
    assertThat(write.clientHigh()).isEqualTo(command.getClientHigh());
    assertThat(write.clientLow()).isEqualTo(command.getClientLow());
    assertThat(write.sequence()).isEqualTo(command.getSequence());
    assertThat(write.lowestOpen()).isEqualTo(command.getLowestOpen());
    assertThat(write.seen()).isEqualTo(command.getSeen());
    switch (write.op()) {
      case Op.Put put -> {
        assertThat(put.key()).isEqualTo(Keyspace.stored(command.getKeyspace(), command.getPut().getKey()));
        assertThat(Keyspace.user(put.key())).isEqualTo(command.getPut().getKey());
        assertThat(put.value()).isEqualTo(command.getPut().getValue().toByteArray());
        assertThat(put.previous()).isEqualTo(command.getPut().getPrevious());
      }
      case Op.Delete delete -> assertThat(delete.previous()).isEqualTo(command.getDelete().getPrevious());
      case Op.DeleteRange range -> assertThat(range.end()).isEqualTo(command.getDeleteRange().getEndOpen()
          ? Keyspace.start(command.getKeyspace() + 1) : Keyspace.stored(command.getKeyspace(), command.getDeleteRange().getEnd()));
      case Op.Add add -> assertThat(add.delta()).isEqualTo(command.getAdd().getDelta());
      case Op.Txn txn -> {
        assertThat(txn.comparisons()).hasSize(command.getTxn().getComparesCount());
        assertThat(txn.then()).hasSize(command.getTxn().getThenCount());
        assertThat(txn.otherwise()).hasSize(command.getTxn().getOtherwiseCount());
      }
      case Op.Range _ -> throw new AssertionError("no command of its own");
      case Op.LeaseGrant _, Op.LeaseRevoke _, Op.LeaseDelete _ -> throw new AssertionError("not among these commands: " + write.op());
    }
  }

  @Property(tries = 300)
  void twoDifferentOperationsHaveDifferentHashes(@ForAll("commands") Command one, @ForAll("commands") Command other) {
    Write first = CommandCodec.toWrite(one);
    Write second = CommandCodec.toWrite(other);

    boolean same = one.getKeyspace() == other.getKeyspace() && one.getOpCase() == other.getOpCase()
        && one.getPut().equals(other.getPut()) && one.getDelete().equals(other.getDelete())
        && one.getDeleteRange().equals(other.getDeleteRange()) && one.getTxn().equals(other.getTxn()) && one.getAdd().equals(other.getAdd());
    assertThat(first.hash() == second.hash()).isEqualTo(same);
  }

  @Property(tries = 100)
  void everyFieldOfAPutCountsInItsHash(@ForAll("puts") Put put, @ForAll @Size(min = 1, max = 4) byte[] more) {
    var changed = List.of(
        put.toBuilder().setKey(put.getKey().concat(ByteString.copyFrom(more))).build(),
        put.toBuilder().setValue(put.getValue().concat(ByteString.copyFrom(more))).build(),
        put.toBuilder().setPrevious(!put.getPrevious()).build(),
        put.toBuilder().setLease(put.getLease() + 1).build(),
        // The same bytes, cut elsewhere.
        put.toBuilder().setKey(put.getKey().concat(put.getValue())).setValue(ByteString.EMPTY).setPrevious(!put.getPrevious()).build());
    for (Put other : changed) {
      assertThat(hash(other)).isNotEqualTo(hash(put));
    }
  }

  private static long hash(Put put) {
    return CommandCodec.toWrite(Command.newBuilder().setKeyspace(1).setPut(put).build()).hash();
  }

  @Property(tries = 200)
  void aFieldThisVersionDoesNotKnowMakesTheWholeCommandRefused(@ForAll("commands") Command command,
      @ForAll @IntRange(min = 100, max = 5_000) int number) {
    var unknown = UnknownFieldSet.newBuilder()
        .addField(number, UnknownFieldSet.Field.newBuilder().addVarint(1).build()).build();
    var outside = command.toBuilder().setUnknownFields(unknown).build();
    var inside = switch (command.getOpCase()) {
      case PUT -> command.toBuilder().setPut(command.getPut().toBuilder().setUnknownFields(unknown)).build();
      case DELETE -> command.toBuilder().setDelete(command.getDelete().toBuilder().setUnknownFields(unknown)).build();
      case DELETE_RANGE -> command.toBuilder().setDeleteRange(command.getDeleteRange().toBuilder().setUnknownFields(unknown)).build();
      case TXN -> deep(command, unknown);
      case ADD -> command.toBuilder().setAdd(command.getAdd().toBuilder().setUnknownFields(unknown)).build();
      default -> throw new AssertionError();
    };
    for (Command strange : List.of(outside, inside)) {
      assertThatThrownBy(() -> CommandCodec.decode(strange.toByteString())).isInstanceOf(InvalidProtocolBufferException.class)
          .hasMessageContaining("field " + number);
      byte[] payload = EntryPayload.commands(2, 1, List.of(strange.toByteString()));
      assertThatThrownBy(() -> EntryPayload.decodeCommands(payload)).isInstanceOf(IllegalStateException.class);
    }
  }

  /** In an operation of the transaction where it has one. */
  private static Command deep(Command command, UnknownFieldSet unknown) {
    Txn.Builder txn = command.getTxn().toBuilder();
    if (txn.getThenCount() > 0) {
      txn.getThenBuilder(0).setUnknownFields(unknown);
    } else {
      txn.setUnknownFields(unknown);
    }
    return command.toBuilder().setTxn(txn).build();
  }

  @Property(tries = 1_000)
  void noBytesMakeTheCodecThrowAnythingButItsOwnRefusal(@ForAll @Size(max = 60) byte[] bytes) {
    try {
      CommandCodec.decode(ByteString.copyFrom(bytes));
      CommandCodec.decode(bytes, 0, bytes.length);
    } catch (InvalidProtocolBufferException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  @Property(tries = 100)
  void anEntryAboveThisVersionStopsTheReplicaBeforeItIsApplied(@ForAll @IntRange(min = 0, max = 255) int format,
      @ForAll @IntRange(min = 0, max = 255) int level, @ForAll @IntRange(min = 0, max = 255) int kind) {
    byte[] payload = EntryPayload.commands(2, 1, List.of());
    payload[0] = (byte) format;
    payload[1] = (byte) level;
    payload[2] = (byte) kind;
    boolean known = format == EntryPayload.FORMAT && level <= EntryPayload.FEATURE_LEVEL
        && (kind == EntryPayload.KIND_COMMANDS || kind == EntryPayload.KIND_SYSTEM || kind == EntryPayload.KIND_UPKEEP);

    if (known) {
      assertThat(EntryPayload.isCommands(payload)).isEqualTo(kind == EntryPayload.KIND_COMMANDS);
    } else {
      assertThatThrownBy(() -> EntryPayload.isCommands(payload)).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("stops before applying");
    }
  }

  @Property(tries = 50)
  void aMoveOfTheWindowReadsBack(@ForAll long count) {
    byte[] payload = EntryPayload.system(new SystemCommand.ExtendWindow(count));

    assertThat(EntryPayload.isSystem(payload)).isTrue();
    assertThat(EntryPayload.decodeSystem(payload)).isEqualTo(new SystemCommand.ExtendWindow(count));
    payload[4] = 9;
    assertThatThrownBy(() -> EntryPayload.decodeSystem(payload)).hasMessageContaining("system command 9");
  }

  @Property(tries = 50)
  void aCompactionReadsBack(@ForAll long revision) {
    byte[] payload = EntryPayload.upkeep(new ShardCommand.Compact(revision));

    assertThat(EntryPayload.isUpkeep(payload)).isTrue();
    assertThat(EntryPayload.isCommands(payload) || EntryPayload.isSystem(payload)).isFalse();
    assertThat(EntryPayload.decodeUpkeep(payload)).isEqualTo(new ShardCommand.Compact(revision));
    var keep = new ShardCommand.KeepHistory(revision % 2 == 0, com.google.protobuf.ByteString.copyFromUtf8("p" + revision));
    assertThat(EntryPayload.decodeUpkeep(EntryPayload.upkeep(keep))).isEqualTo(keep);
    payload[4] = 99;
    assertThatThrownBy(() -> EntryPayload.decodeUpkeep(payload)).hasMessageContaining("shard command 99");
  }

  @net.jqwik.api.Example
  void anEmptyPayloadIsNeitherAndACommandWithoutAnOperationIsRefused() {
    assertThat(EntryPayload.isCommands(new byte[0])).isFalse();
    assertThat(EntryPayload.isSystem(new byte[0])).isFalse();
    assertThatThrownBy(() -> CommandCodec.decode(Command.newBuilder().setSequence(1).build().toByteString()))
        .hasMessageContaining("no operation");
  }

  @Provide
  Arbitrary<Put> puts() {
    return Combinators.combine(keys(), keys(), Arbitraries.of(true, false), Arbitraries.longs().between(0, 3))
        .as((key, value, previous, lease) -> Put.newBuilder().setKey(key).setValue(value).setPrevious(previous).setLease(lease).build());
  }

  private static Arbitrary<ByteString> keys() {
    return Arbitraries.bytes().array(byte[].class).ofMaxSize(6).map(ByteString::copyFrom);
  }

  @Provide
  Arbitrary<Command> commands() {
    Arbitrary<Command.Builder> ops = Arbitraries.oneOf(
        puts().map(put -> Command.newBuilder().setPut(put)),
        Arbitraries.longs().map(seed -> Command.newBuilder().setTxn(RandomTxns.of(new Random(seed)))),
        Combinators.combine(keys(), Arbitraries.longs()).as((key, delta) -> Command.newBuilder().setAdd(Add.newBuilder().setKey(key).setDelta(delta))),
        Combinators.combine(keys(), Arbitraries.of(true, false)).as((key, previous) ->
            Command.newBuilder().setDelete(Delete.newBuilder().setKey(key).setPrevious(previous))),
        Combinators.combine(keys(), keys(), Arbitraries.of(true, false)).as((start, end, open) ->
            Command.newBuilder().setDeleteRange(DeleteRange.newBuilder().setStart(start).setEnd(open ? ByteString.EMPTY : end)
                .setEndOpen(open).setPrevious(open))));
    return Combinators.combine(ops, Arbitraries.longs(), Arbitraries.longs(), Arbitraries.longs().greaterOrEqual(1),
        Arbitraries.longs().greaterOrEqual(0)).as((op, high, low, sequence, seen) ->
        op.clone().setClientHigh(high).setClientLow(low).setSequence(sequence).setLowestOpen(1).setSeen(seen).setKeyspace(1).build());
  }
}
