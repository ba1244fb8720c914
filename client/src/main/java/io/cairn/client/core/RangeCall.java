package io.cairn.client.core;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeOptions.Show;
import io.cairn.client.RangeResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
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

  private final RangeOptions options;
  private final KeyRange whole;
  private final List<KeyValue> kvs = new ArrayList<>();
  /** What the present sending asks for; what has come since stands before it. */
  private KeyRange left;
  /** The one that all chunks are of: the caller's, or the first chunk's; 0 until there is one. */
  private long revision;
  /** Of a serializable read: up to where every answer said that nothing is missing. */
  private long complete = Long.MAX_VALUE;
  private long bytesHeld;

  RangeCall(ClientCore core, Deadline deadline, Operation.Range asked, Completion<RangeResult> completion) {
    super(core, deadline, asked.bytes(), completion);
    this.options = asked.options();
    this.whole = asked.range();
    this.left = whole;
    this.revision = options.revision();
  }

  @Override
  ShardRoute route() {
    return core.cluster().route(left.start());
  }

  @Override
  Node target() {
    if (!mapAtHand()) {
      return null;
    }
    return options.node().isPresent() ? pinned(options.node().get()) : core.cluster().forRead(route(), avoid());
  }

  @Override
  Request.Builder request() {
    continueBehindWhatIsHere();
    RangeRequest.Builder body = RangeRequest.newBuilder()
        .setStart(Wire.byteString(left.start()))
        .setRevision(revision)
        .setLimit(options.limit() == 0 ? 0 : options.limit() - kvs.size())
        .setBytesLimit(options.bytesLimit())
        .setReverse(options.reverse())
        .setKeysOnly(options.show() == Show.KEYS_ONLY)
        .setCountOnly(options.show() == Show.COUNT_ONLY);
    left.end().ifPresentOrElse(end -> body.setEnd(Wire.byteString(end)), () -> body.setEndOpen(true));
    options.resume().ifPresent(token -> body.setResume(Wire.byteString(token)));
    ShardRoute route = route();
    return Wire.request(options.consistency())
        .setShard(route.id).setShardEpoch(route.epoch).setKeyspace(Wire.DEFAULT_KEYSPACE).setThisNode(options.node().isPresent())
        .setRange(body);
  }

  private void continueBehindWhatIsHere() {
    if (options.limit() > 0 && kvs.size() >= options.limit()) {
      kvs.remove(kvs.size() - 1); // All but the last chunk's word on what the limit left out: one key is asked for again to hear it.
    }
    if (revision == 0 || options.bytesLimit() > 0 || options.resume().isPresent()) {
      kvs.clear(); // A part of a limit in bytes, or behind a token's position, cannot be asked for: it is read anew, at the same revision.
      bytesHeld = 0;
    }
    if (kvs.isEmpty()) {
      left = whole;
    } else {
      ByteSeq last = kvs.get(kvs.size() - 1).key();
      left = options.reverse() ? KeyRange.of(whole.start(), last) : new KeyRange(KeyRange.firstAfter(last), whole.end());
    }
  }

  /** Chunks of two sendings must not be mixed. */
  @Override
  boolean takesLateAnswers() {
    return false;
  }

  /** What is read as of now was compacted while it was read: nothing of it was shown to anybody, and it is read anew as of a later now. */
  @Override
  boolean recovered(Error error) {
    boolean asOfNow = options.revision() == 0 && options.resume().isEmpty();
    if (error.getCode() != ErrorCode.COMPACTED || !asOfNow) {
      return false;
    }
    kvs.clear();
    bytesHeld = 0;
    left = whole;
    revision = 0;
    complete = Long.MAX_VALUE;
    askAgain(error.getMessage());
    return true;
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
      long count = options.show() == Show.COUNT_ONLY ? last.getCount() : kvs.size();
      long shown = response.hasStaleness() ? complete : revision;
      succeed(new RangeResult(shown, kvs, count, last.getMore(), Wire.token(last.getResume()), Wire.staleness(response)));
    }
  }

  private void take(Response response) {
    RangeChunk chunk = response.getRange();
    revision = chunk.getRevision();
    complete = Math.min(complete, response.getRevision());
    for (int i = 0; i < chunk.getKvsCount(); i++) {
      KeyValue kv = Wire.keyValue(chunk.getKvs(i));
      kvs.add(kv);
      bytesHeld += kv.key().size() + kv.value().size() + Operation.FIXED_BYTES;
    }
    if (bytesHeld > core.settings().answerBytesMax()) {
      refuse(new RefusedException(
          RefusedCode.ANSWER_TOO_LARGE,
          "The range " + whole + " holds more than " + core.settings().answerBytesMax() + " bytes"));
    }
  }
}
