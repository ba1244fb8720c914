package io.cairn.client.fake;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.wire.ChildrenRequest;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.GetAnswer;
import io.cairn.protocol.wire.KeyValue;
import io.cairn.protocol.wire.RangeRequest;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.ShardMap;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnAnswer;
import io.cairn.protocol.wire.TxnOp;
import io.cairn.protocol.wire.WriteAnswer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The data, the map and the leaders that fake nodes share; writes take effect once, as in a real cluster. */
public final class FakeCluster {

  public static final String CLUSTER_ID = "fake-1";

  private final Map<String, FakeNode> nodes = new LinkedHashMap<>();
  private final TreeMap<ByteString, KeyValue> data = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
  private final Map<List<Object>, Response> remembered = new LinkedHashMap<>();
  private final List<ByteString> splits = new ArrayList<>();
  /** By shard id, which counts from 1. */
  private final Map<Integer, String> leaders = new LinkedHashMap<>();
  private final List<Command> commands = new ArrayList<>();
  private long epoch = 1;
  private long revision = 1;
  private int applied;

  public FakeCluster(String... splitKeys) {
    for (String key : splitKeys) {
      splits.add(ByteString.copyFromUtf8(key));
    }
  }

  /** Starts {@code n1} to {@code n<count>}; the first leads every shard. Port 0 is a free one. */
  public FakeCluster start(Transport transport, int count, int firstPort) throws IOException {
    for (int i = 1; i <= count; i++) {
      HostPort address = new HostPort("127.0.0.1", firstPort == 0 ? 0 : firstPort + i - 1);
      FakeNode node = new FakeNode("n" + i, this);
      node.listen(transport, address);
      nodes.put(node.name(), node);
    }
    for (int shard = 1; shard <= splits.size() + 1; shard++) {
      leaders.put(shard, "n1");
    }
    return this;
  }

  public FakeNode node(String name) {
    return nodes.get(name);
  }

  public String[] endpoints() {
    return nodes.values().stream().map(node -> node.address().toString()).toArray(String[]::new);
  }

  public void lead(int shard, String node) {
    leaders.put(shard, node);
  }

  /** Cuts the last shard at {@code key}; clients with the map before are refused. */
  public void split(String key) {
    splits.add(ByteString.copyFromUtf8(key));
    leaders.put(splits.size() + 1, leaders.get(splits.size()));
    epoch++;
  }

  /** Every sending of a write that reached a leader, in order. */
  public List<Command> commands() {
    return commands;
  }

  /** Writes that took effect. */
  public int applied() {
    return applied;
  }

  public String value(String key) {
    KeyValue kv = data.get(ByteString.copyFromUtf8(key));
    return kv == null ? null : kv.getValue().toStringUtf8();
  }

  public long revision() {
    return revision;
  }

  int shardOf(ByteString key) {
    int shard = 1;
    for (ByteString split : splits) {
      shard += ByteString.unsignedLexicographicalComparator().compare(key, split) >= 0 ? 1 : 0;
    }
    return shard;
  }

  String leader(int shard) {
    return leaders.get(shard);
  }

  long epoch() {
    return epoch;
  }

  ShardMap map() {
    ShardMap.Builder map = ShardMap.newBuilder().setEpoch(epoch).setClusterId(CLUSTER_ID);
    for (FakeNode node : nodes.values()) {
      map.addNodes(ShardMap.Node.newBuilder()
          .setName(node.name()).setClientAddress(node.address().toString()).setPeerAddress("127.0.0.1:9"));
    }
    map.addShards(ShardMap.Shard.newBuilder().setId(0).setSystem(true).addAllNodes(nodes.keySet()).setLeader("n1"));
    for (int shard = 1; shard <= splits.size() + 1; shard++) {
      ShardMap.Shard.Builder described = ShardMap.Shard.newBuilder()
          .setId(shard).setEpoch(epoch).addAllNodes(nodes.keySet()).setLeader(leaders.get(shard));
      if (shard > 1) {
        described.setStart(splits.get(shard - 2));
      }
      if (shard <= splits.size()) {
        described.setEnd(splits.get(shard - 1));
      } else {
        described.setEndOpen(true);
      }
      map.addShards(described);
    }
    return map.build();
  }

  Response write(ByteString bytes) {
    Command command;
    try {
      command = Command.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return error(ErrorKind.REFUSED, ErrorCode.BAD_REQUEST, e.getMessage());
    }
    commands.add(command);
    List<Object> sender = List.of(command.getClientHigh(), command.getClientLow(), command.getSequence());
    Response first = remembered.get(sender);
    if (first != null) {
      return first.toBuilder().setWrite(first.getWrite().toBuilder().setRepeatedAnswer(true)).build();
    }
    Response answer = switch (command.getOpCase()) {
      case PUT -> put(command.getPut().getKey(), command.getPut().getValue(), command.getPut().getPrevious());
      case DELETE -> delete(command.getDelete().getKey(), command.getDelete().getPrevious());
      case DELETE_RANGE -> deleteRange(command);
      case TXN -> transaction(command.getTxn());
      case ADD -> transaction(Txn.newBuilder().addThen(TxnOp.newBuilder().setAdd(command.getAdd())).build());
      default -> error(ErrorKind.REFUSED, ErrorCode.BAD_REQUEST, "a command without an operation");
    };
    if (!answer.hasError()) {
      remembered.put(sender, answer);
    }
    return answer;
  }

  public Response put(ByteString key, ByteString value, boolean previous) {
    applied++;
    revision++;
    KeyValue old = data.get(key);
    data.put(key, KeyValue.newBuilder()
        .setKey(key).setValue(value).setModRevision(revision)
        .setCreateRevision(old == null ? revision : old.getCreateRevision())
        .setVersion(old == null ? 1 : old.getVersion() + 1).build());
    return written(1, previous ? old : null);
  }

  private Response delete(ByteString key, boolean previous) {
    KeyValue old = data.remove(key);
    if (old != null) {
      applied++;
      revision++;
    }
    return written(old == null ? 0 : 1, previous ? old : null);
  }

  private Response deleteRange(Command command) {
    ByteString start = command.getDeleteRange().getStart();
    int shard = shardOf(start);
    if (shard <= splits.size()) {
      ByteString border = splits.get(shard - 1);
      boolean crosses = command.getDeleteRange().getEndOpen()
          || ByteString.unsignedLexicographicalComparator().compare(command.getDeleteRange().getEnd(), border) > 0;
      if (crosses) {
        return Response.newBuilder().setError(Error.newBuilder()
            .setKind(ErrorKind.REFUSED).setCode(ErrorCode.RANGE_CROSSES_SHARDS).setBorder(border)
            .setMessage("the range goes over the border of a shard at " + border.toStringUtf8())).build();
      }
    }
    var part = command.getDeleteRange().getEndOpen() ? data.tailMap(start) : data.subMap(start, command.getDeleteRange().getEnd());
    int count = part.size();
    part.clear();
    if (count > 0) {
      applied++;
      revision++;
    }
    return written(count, null);
  }

  private Response transaction(Txn txn) {
    var run = new FakeTxn(data, revision + 1);
    TxnAnswer answer = run.run(txn);
    if (run.changed() > 0) {
      applied++;
      revision++;
    }
    WriteAnswer.Builder write = WriteAnswer.newBuilder().setChanged(run.changed()).setTxn(answer);
    return Response.newBuilder().setRevision(revision).setWrite(write.setSum(answer.getAnswersCount() == 1 ? answer.getAnswers(0).getSum() : 0)).build();
  }

  private Response written(long changed, KeyValue previous) {
    WriteAnswer.Builder answer = WriteAnswer.newBuilder().setChanged(changed);
    if (previous != null) {
      answer.setPrevious(previous);
    }
    return Response.newBuilder().setRevision(revision).setWrite(answer).build();
  }

  Response get(ByteString key) {
    GetAnswer.Builder answer = GetAnswer.newBuilder();
    if (data.containsKey(key)) {
      answer.setFound(data.get(key));
    }
    return Response.newBuilder().setRevision(revision).setGet(answer).build();
  }

  /** The chunks of an answer; the last one is not followed by another. */
  List<Response> range(RangeRequest request) {
    return new FakeRanges(data, revision).range(request);
  }

  List<Response> children(ChildrenRequest request) {
    return new FakeRanges(data, revision).children(request);
  }

  public static Response error(ErrorKind kind, ErrorCode code, String message) {
    return Response.newBuilder().setError(Error.newBuilder().setKind(kind).setCode(code).setMessage(message)).build();
  }
}
