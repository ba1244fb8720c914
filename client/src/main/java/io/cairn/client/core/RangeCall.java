package io.cairn.client.core;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.RangeOptions.Show;
import io.cairn.client.RangeResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.protocol.wire.RangeChunk;
import io.cairn.protocol.wire.RangeRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.util.ArrayList;
import java.util.List;

/**
 * A read of a range, at one revision however many chunks it comes in. When a connection fails in the middle, the rest is read
 * from another node at the revision of what is already here.
 */
final class RangeCall extends Call<RangeResult> {

  private final Operation.Range range;
  private final List<KeyValue> kvs = new ArrayList<>();
  /** Where the present sending began; what has come since stands behind it. */
  private ByteSeq from;
  /** The one that all chunks are of: the caller's, or the first chunk's; 0 until there is one. */
  private long revision;
  private long bytesHeld;

  RangeCall(ClientCore core, Deadline deadline, Operation.Range range, Completion<RangeResult> completion) {
    super(core, deadline, range.bytes(), completion);
    this.range = range;
    this.from = range.range().start();
    this.revision = range.revision();
  }

  @Override
  ShardRoute route() {
    return core.cluster().route(from);
  }

  @Override
  Node target() {
    if (!mapAtHand()) {
      return null;
    }
    return range.node().isPresent() ? pinned(range.node().get()) : core.cluster().forRead(route(), avoid());
  }

  @Override
  Request.Builder request() {
    continueBehindWhatIsHere();
    RangeRequest.Builder body = RangeRequest.newBuilder()
        .setStart(Wire.byteString(from))
        .setRevision(revision)
        .setLimit(range.limit() == 0 ? 0 : range.limit() - kvs.size())
        .setKeysOnly(range.show() == Show.KEYS_ONLY)
        .setCountOnly(range.show() == Show.COUNT_ONLY);
    range.range().end().ifPresentOrElse(end -> body.setEnd(Wire.byteString(end)), () -> body.setEndOpen(true));
    ShardRoute route = route();
    return Request.newBuilder()
        .setShard(route.id).setShardEpoch(route.epoch).setKeyspace(Wire.DEFAULT_KEYSPACE).setThisNode(range.node().isPresent())
        .setRange(body);
  }

  private void continueBehindWhatIsHere() {
    if (range.limit() > 0 && kvs.size() >= range.limit()) {
      kvs.remove(kvs.size() - 1); // All but the last chunk's word on what the limit left out: one key is asked for again to hear it.
    }
    if (revision == 0) {
      kvs.clear();
    }
    from = kvs.isEmpty() ? range.range().start() : KeyRange.firstAfter(kvs.get(kvs.size() - 1).key());
  }

  /** Chunks of two sendings must not be mixed. */
  @Override
  boolean takesLateAnswers() {
    return false;
  }

  @Override
  void part(Response response) {
    if (response.hasRange()) {
      take(response);
    } else {
      malformed("a piece of something else than a range");
    }
  }

  @Override
  void answered(Response response) {
    if (!response.hasRange()) {
      malformed("something else than a range");
      return;
    }
    take(response);
    if (!hasEnded()) {
      RangeChunk last = response.getRange();
      long count = range.show() == Show.COUNT_ONLY ? last.getCount() : kvs.size();
      succeed(new RangeResult(revision, kvs, count, last.getMore()));
    }
  }

  private void take(Response response) {
    if (revision == 0) {
      revision = response.getRevision();
    }
    RangeChunk chunk = response.getRange();
    for (int i = 0; i < chunk.getKvsCount(); i++) {
      KeyValue kv = Wire.keyValue(chunk.getKvs(i));
      kvs.add(kv);
      bytesHeld += kv.key().size() + kv.value().size() + Operation.FIXED_BYTES;
    }
    if (bytesHeld > core.settings().answerBytesMax()) {
      refuse(new RefusedException(
          RefusedCode.ANSWER_TOO_LARGE,
          "The range " + range.range() + " holds more than " + core.settings().answerBytesMax() + " bytes"));
    }
  }
}
