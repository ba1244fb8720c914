package io.cairn.server.watch;

import io.cairn.protocol.wire.WatchBatch;

/**
 * The batch of a watch that is being filled. It takes events until a frame is full; a revision that does not fit leaves in parts, each of
 * which says that more belongs to it, and an event that does not fit a part with what it replaced leaves before that.
 */
final class Parcel {

  /** Where batches go: without the revision before them, which the watch knows. */
  interface Sender {
    void send(WatchBatch.Builder batch, int eventBytes);
  }

  private final int chunkBytes;
  private final int partBytes;
  private final boolean previous;
  private final Sender sender;
  private WatchBatch.Builder batch = WatchBatch.newBuilder();
  private int bytes;

  /**
   * @param chunkBytes as many are a full batch
   * @param partBytes an event that is larger is taken apart
   * @param previous events show what they replaced
   */
  Parcel(int chunkBytes, int partBytes, boolean previous, Sender sender) {
    this.chunkBytes = chunkBytes;
    this.partBytes = partBytes;
    this.previous = previous;
    this.sender = sender;
  }

  boolean isEmpty() {
    return bytes == 0;
  }

  boolean hasRoomFor(int more) {
    return bytes + more <= chunkBytes;
  }

  int bytesOf(FeedEvent event) {
    return event.encoded(previous).size();
  }

  /** Takes an event; what is full before it leaves as a part of its revision. */
  void add(FeedEvent event) {
    var encoded = event.encoded(previous);
    if (encoded.size() > partBytes) {
      addApart(event);
      return;
    }
    if (!isEmpty() && !hasRoomFor(encoded.size())) {
      send(event.revision(), true);
    }
    batch.addEvents(encoded);
    bytes += encoded.size();
  }

  private void addApart(FeedEvent event) {
    if (!isEmpty()) {
      send(event.revision(), true);
    }
    var plain = event.encoded(false);
    batch = WatchBatch.newBuilder().addEvents(plain);
    bytes = plain.size();
    send(event.revision(), true);
    batch.setPrevious(event.replaced());
    bytes = batch.getPrevious().size();
  }

  /** Sends what there is, and begins anew. @param more of this revision there is more to come */
  void send(long revision, boolean more) {
    sender.send(batch.setRevision(revision).setMore(more), bytes);
    batch = WatchBatch.newBuilder();
    bytes = 0;
  }
}
