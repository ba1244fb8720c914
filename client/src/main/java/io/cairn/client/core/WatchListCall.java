package io.cairn.client.core;

import io.cairn.client.KeyRange;
import io.cairn.client.OpenWatch;
import io.cairn.client.OpenWatchPage;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.WatchList;
import io.cairn.protocol.wire.WatchListAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks one node which watches it has. */
final class WatchListCall extends NodeCall<OpenWatchPage> {

  private final Operation.WatchesOf asked;

  WatchListCall(ClientCore core, Deadline deadline, Operation.WatchesOf asked, Completion<OpenWatchPage> completion) {
    super(core, deadline, asked.bytes(), asked.node(), completion);
    this.asked = asked;
  }

  @Override
  Request.Builder request() {
    KeyRange range = asked.range();
    WatchList.Builder list = WatchList.newBuilder().setStart(Wire.byteString(range.start())).setEndOpen(range.end().isEmpty());
    range.end().ifPresent(end -> list.setEnd(Wire.byteString(end)));
    if (asked.after() != null) {
      list.setAfterConnection(asked.after().connection()).setAfterWatch(asked.after().id());
    }
    return Request.newBuilder().setThisNode(true).setKeyspace(Wire.DEFAULT_KEYSPACE).setWatchList(list);
  }

  @Override
  void answered(Response response) {
    WatchListAnswer answer = response.getWatchList();
    if (!response.hasWatchList() || answer.getMore() && answer.getWatchesCount() == 0) {
      malformed("something else than its watches");
      return;
    }
    List<OpenWatch> watches = new ArrayList<>();
    for (WatchListAnswer.Item item : answer.getWatchesList()) {
      var range = new KeyRange(Wire.byteSeq(item.getStart()), item.getEndOpen() ? Optional.empty() : Optional.of(Wire.byteSeq(item.getEnd())));
      watches.add(new OpenWatch(name, item.getConnection(), item.getPeer(), item.getWatch(), range, Duration.ofMillis(item.getOpenMillis()),
          item.getRevision(), item.getKnownRevision(), item.getBehind(), item.getCreditBytes()));
    }
    succeed(new OpenWatchPage(watches, answer.getMore()));
  }
}
