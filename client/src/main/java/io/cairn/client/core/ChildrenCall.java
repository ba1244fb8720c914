package io.cairn.client.core;

import io.cairn.client.Child;
import io.cairn.client.ChildrenOptions;
import io.cairn.client.ChildrenResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.protocol.wire.ChildrenChunk;
import io.cairn.protocol.wire.ChildrenRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.util.ArrayList;
import java.util.List;

/** A read of what lies one level below a prefix. When a connection fails in the middle it is read anew, at the same revision. */
final class ChildrenCall extends Call<ChildrenResult> {

  private final Operation.Children asked;
  private final ChildrenOptions options;
  private final List<Child> children = new ArrayList<>();
  /** The one that all chunks are of: the caller's, or the first chunk's; 0 until there is one. */
  private long revision;
  private long complete;
  private long bytesHeld;

  ChildrenCall(ClientCore core, Deadline deadline, Operation.Children asked, Completion<ChildrenResult> completion) {
    super(core, deadline, asked.bytes(), completion);
    this.asked = asked;
    this.options = asked.options();
    this.revision = options.revision();
  }

  @Override
  ShardRoute route() {
    return core.cluster().route(asked.prefix());
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
    children.clear();
    bytesHeld = 0;
    complete = Long.MAX_VALUE;
    ChildrenRequest.Builder body = ChildrenRequest.newBuilder()
        .setPrefix(Wire.byteString(asked.prefix()))
        .setDelimiter(Wire.byteString(options.delimiter()))
        .setRevision(revision)
        .setLimit(options.limit());
    options.resume().ifPresent(token -> body.setResume(Wire.byteString(token)));
    ShardRoute route = route();
    return Wire.request(options.consistency())
        .setShard(route.id).setShardEpoch(route.epoch).setKeyspace(Wire.DEFAULT_KEYSPACE).setThisNode(options.node().isPresent())
        .setChildren(body);
  }

  /** Chunks of two sendings must not be mixed. */
  @Override
  boolean takesLateAnswers() {
    return false;
  }

  @Override
  void part(Response response) {
    if (response.hasChildren()) {
      take(response);
    } else {
      malformed("a piece of something else than children");
    }
  }

  @Override
  void answered(Response response) {
    if (!response.hasChildren()) {
      malformed("something else than children");
      return;
    }
    take(response);
    if (!hasEnded()) {
      ChildrenChunk last = response.getChildren();
      long shown = response.hasStaleness() ? complete : revision;
      succeed(new ChildrenResult(shown, children, last.getMore(), Wire.token(last.getResume()), Wire.staleness(response)));
    }
  }

  private void take(Response response) {
    ChildrenChunk chunk = response.getChildren();
    revision = chunk.getRevision();
    complete = Math.min(complete, response.getRevision());
    for (ChildrenChunk.Child child : chunk.getChildrenList()) {
      children.add(new Child(Wire.byteSeq(child.getName()), child.getBelow()));
      bytesHeld += child.getName().size() + Operation.FIXED_BYTES / 4;
    }
    if (bytesHeld > core.settings().answerBytesMax()) {
      refuse(new RefusedException(RefusedCode.ANSWER_TOO_LARGE, "The children of '" + asked.prefix() + "' take more than "
          + core.settings().answerBytesMax() + " bytes"));
    }
  }
}
