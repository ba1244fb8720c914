package io.cairn.server.watch;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.cairn.protocol.wire.KeyValue;
import io.cairn.protocol.wire.WatchEvent;
import io.cairn.server.shard.Keyspace;
import io.cairn.storage.mvcc.Event;
import io.cairn.storage.mvcc.Version;

/** An event on its way to watchers: encoded once for all of them, and once more for those that want the version it replaced. One loop's. */
final class FeedEvent {
  /** What it takes beside keys and values. */
  private static final int OVERHEAD_BYTES = 256;

  private final Event event;
  /** What a watcher last knew of the key, when events before this one are left out; else what it replaced. */
  private final Version before;
  private ByteString plain;
  private ByteString withPrevious;

  FeedEvent(Event event) {
    this(event, event.replaced());
  }

  private FeedEvent(Event event, Version before) {
    this.event = event;
    this.before = before;
  }

  /** This one for a watcher that was not told of an earlier one of the key. */
  FeedEvent after(FeedEvent leftOut) {
    return new FeedEvent(event, leftOut.before);
  }

  long revision() {
    return event.revision();
  }

  int ordinal() {
    return event.ordinal();
  }

  byte[] key() {
    return event.key();
  }

  boolean put() {
    return event.current() != null;
  }

  /** What it holds in memory, about, once it is encoded in both ways. */
  int bytes() {
    int replaced = event.replaced() == null ? 0 : event.key().length + event.replaced().value().length;
    int current = event.key().length + (put() ? event.current().value().length : 0);
    return OVERHEAD_BYTES + 3 * current + 2 * replaced;
  }

  ByteString encoded(boolean previous) {
    if (!previous || before == null) {
      plain = plain == null ? builder().build().toByteString() : plain;
      return plain;
    }
    withPrevious = withPrevious == null ? builder().setPrevious(keyValue(before)).build().toByteString() : withPrevious;
    return withPrevious;
  }

  /** What it replaced, alone: for an event with which it does not fit one frame. */
  ByteString replaced() {
    return keyValue(before).build().toByteString();
  }

  private WatchEvent.Builder builder() {
    KeyValue.Builder kv = put() ? keyValue(event.current())
        : KeyValue.newBuilder().setKey(Keyspace.user(event.key())).setModRevision(event.revision());
    return WatchEvent.newBuilder().setType(put() ? WatchEvent.Type.PUT : WatchEvent.Type.DELETE).setRevision(event.revision()).setKv(kv);
  }

  private static KeyValue.Builder keyValue(Version version) {
    return KeyValue.newBuilder()
        .setKey(Keyspace.user(version.key()))
        .setValue(UnsafeByteOperations.unsafeWrap(version.value()))
        .setCreateRevision(version.create())
        .setModRevision(version.mod())
        .setVersion(version.version())
        .setLease(version.lease());
  }
}
