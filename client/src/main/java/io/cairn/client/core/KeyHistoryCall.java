package io.cairn.client.core;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyEvent;
import io.cairn.client.KeyHistory;
import io.cairn.client.KeyValue;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.protocol.wire.KeyHistoryRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What became of a key, page after page, from whichever replica is at hand. */
final class KeyHistoryCall extends Call<KeyHistory> {

  private final Operation.OfKey asked;
  private final List<KeyEvent> events = new ArrayList<>();
  private long revision;
  private long bytesHeld;
  private long atRevision;
  private int atOrdinal;
  private int page;

  KeyHistoryCall(ClientCore core, Deadline deadline, Operation.OfKey asked, Completion<KeyHistory> completion) {
    super(core, deadline, asked.bytes(), completion);
    this.asked = asked;
  }

  @Override
  ShardRoute route() {
    return core.cluster().route(asked.key());
  }

  @Override
  Node target() {
    return mapAtHand() ? core.cluster().forRead(route(), avoid()) : null;
  }

  @Override
  Request.Builder request() {
    ShardRoute route = route();
    return Request.newBuilder().setShard(route.id).setShardEpoch(route.epoch).setKeyspace(Wire.DEFAULT_KEYSPACE)
        .setKeyHistory(KeyHistoryRequest.newBuilder().setKey(Wire.byteString(asked.key()))
            .setFrom(asked.options().from()).setTo(asked.options().to()).setLimit(asked.options().limit() - events.size())
            .setAtRevision(atRevision).setAtOrdinal(atOrdinal));
  }

  /** An older sending asked for an earlier page. */
  @Override
  boolean takesLateAnswers() {
    return page == 0;
  }

  @Override
  void answered(Response response) {
    if (!response.hasKeyHistory()) {
      malformed("something else than a key's history");
      return;
    }
    var answer = response.getKeyHistory();
    revision = page++ == 0 ? response.getRevision() : revision;
    answer.getEventsList().forEach(this::take);
    if (bytesHeld > core.settings().answerBytesMax()) {
      refuse(new RefusedException(RefusedCode.ANSWER_TOO_LARGE,
          "The key's history holds more than " + core.settings().answerBytesMax() + " bytes; ask for fewer events"));
    } else if (answer.getNextRevision() == 0 || events.size() >= asked.options().limit()) {
      succeed(new KeyHistory(revision, events, answer.getNextRevision() != 0, answer.getCut(), answer.getCompacted()));
    } else {
      atRevision = answer.getNextRevision();
      atOrdinal = answer.getNextOrdinal();
      nextPage();
    }
  }

  private void take(io.cairn.protocol.wire.KeyHistory.Event event) {
    ByteSeq key = asked.key();
    var put = event.getPut();
    Optional<KeyValue> became = event.hasPut() ? Optional.of(new KeyValue(key, Wire.byteSeq(put.getValue()), put.getCreateRevision(),
        event.getRevision(), put.getVersion(), put.getLease())) : Optional.empty();
    String client = String.format(Locale.ROOT, "%016x%016x", event.getClientHigh(), event.getClientLow());
    events.add(new KeyEvent(event.getRevision(), became, client, event.getSequence()));
    bytesHeld += Operation.FIXED_BYTES + put.getValue().size();
  }
}
