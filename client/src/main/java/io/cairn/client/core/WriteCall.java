package io.cairn.client.core;

import com.google.protobuf.ByteString;
import io.cairn.client.ByteSeq;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.util.function.Function;

/**
 * A write: one command under one sequence, sent as the same bytes however often, so that it takes effect once
 * (architecture.md, "Retries").
 */
class WriteCall<T> extends Call<T> {

  private final ByteSeq key;
  private final Function<Response, T> result;
  private Command.Builder command;
  private SequenceLane lane;
  /** 0 until the lane has given one. */
  private long sequence;
  /** The command as it was first sent. */
  private ByteString encoded;

  /**
   * @param key the command's key, or the first of its range: it decides the shard; null for one that decides otherwise ({@link #route})
   * @param result null when the answer does not belong to the command
   */
  WriteCall(ClientCore core, Deadline deadline, long bytes, ByteSeq key, Command.Builder command, Function<Response, T> result,
      Completion<T> completion) {
    super(core, deadline, bytes, completion);
    this.key = key;
    this.command = command;
    this.result = result;
  }

  @Override
  boolean isWrite() {
    return true;
  }

  @Override
  ShardRoute route() {
    return core.cluster().route(key);
  }

  @Override
  Node target() {
    if (!mapAtHand()) {
      return null;
    }
    ShardRoute route = route();
    if (lane == null) {
      lane = core.lane(route.id);
      lane.enter(this);
    }
    return sequence == 0 ? null : core.cluster().forWrite(route, avoid());
  }

  /** It is done only while this holds. Before it is first sent. */
  void guardedBy(PlaceGuard guard) {
    command.addGuards(guard.wire());
  }

  /** The lane has a place. The caller goes on with {@link #attempt()}. */
  void opened(long given) {
    sequence = given;
  }

  long sequence() {
    return sequence;
  }

  @Override
  Request.Builder request() {
    ShardRoute route = route();
    if (encoded == null) {
      encode();
    }
    return Request.newBuilder()
        .setShard(route.id).setShardEpoch(route.epoch).setKeyspace(Wire.DEFAULT_KEYSPACE).setCommand(encoded);
  }

  private void encode() {
    encoded = command
        .setClientHigh(lane.clientHigh())
        .setClientLow(lane.clientLow())
        .setSequence(sequence)
        .setLowestOpen(lane.lowestOpen())
        .setSeen(core.seen())
        .setKeyspace(Wire.DEFAULT_KEYSPACE)
        .build()
        .toByteString();
  }

  @Override
  boolean recovered(Error error) {
    // What the shard forgot it may have forgotten of this write: only a first attempt is surely new. A withdrawal is sent beside the first.
    if (error.getCode() != ErrorCode.HORIZON || isInDoubt() || hasUnanswered()) {
      return false;
    }
    encode();
    goOn(0);
    return true;
  }

  @Override
  void answered(Response response) {
    T answer = response.hasWrite() ? result.apply(response) : null;
    if (answer != null) {
      succeed(answer);
    } else {
      malformed("something else than a write's answer");
    }
  }

  @Override
  void ended() {
    command = null;
    encoded = null;
    if (lane != null) {
      lane.leave(this);
    }
  }
}
