package io.cairn.client.core;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.client.KeyValue;
import io.cairn.client.WatchEvent;
import io.cairn.protocol.wire.WatchBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Parts of one batch, as they come in, until it is whole. */
final class WatchParts {
  private List<WatchEvent> events = new ArrayList<>();
  private long bytes;

  /** What a part counts for of the watch's credit, as the server counts it. */
  static long credit(WatchBatch part) {
    long sum = part.getPrevious().size();
    for (int i = 0; i < part.getEventsCount(); i++) {
      sum += part.getEvents(i).size();
    }
    return sum;
  }

  /** @throws InvalidProtocolBufferException when it cannot be read */
  void add(WatchBatch part) throws InvalidProtocolBufferException {
    bytes += credit(part);
    if (!part.getPrevious().isEmpty()) {
      if (events.isEmpty()) {
        throw new InvalidProtocolBufferException("a version that was replaced belongs to no event");
      }
      WatchEvent last = events.remove(events.size() - 1);
      KeyValue previous = Wire.keyValue(io.cairn.protocol.wire.KeyValue.parseFrom(part.getPrevious()));
      events.add(new WatchEvent(last.type(), last.revision(), last.kv(), Optional.of(previous)));
    }
    for (int i = 0; i < part.getEventsCount(); i++) {
      events.add(event(part.getEvents(i)));
    }
  }

  private static WatchEvent event(ByteString encoded) throws InvalidProtocolBufferException {
    var event = io.cairn.protocol.wire.WatchEvent.parseFrom(encoded);
    WatchEvent.Type type = switch (event.getType()) {
      case PUT -> WatchEvent.Type.PUT;
      case DELETE -> WatchEvent.Type.DELETE;
      case UNRECOGNIZED -> throw new InvalidProtocolBufferException("an event of a kind that this version does not know");
    };
    Optional<KeyValue> previous = event.hasPrevious() ? Optional.of(Wire.keyValue(event.getPrevious())) : Optional.empty();
    return new WatchEvent(type, event.getRevision(), Wire.keyValue(event.getKv()), previous);
  }

  long bytes() {
    return bytes;
  }

  /** The events of the whole batch; the next one begins empty. */
  List<WatchEvent> take() {
    List<WatchEvent> whole = events;
    clear();
    return whole;
  }

  void clear() {
    events = new ArrayList<>();
    bytes = 0;
  }
}
