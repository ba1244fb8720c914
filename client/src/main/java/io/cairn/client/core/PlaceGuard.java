package io.cairn.client.core;

import io.cairn.client.ByteSeq;
import io.cairn.protocol.wire.Guard;
import io.cairn.protocol.wire.GuardSubject;

/** What writes are guarded by: a place in a lock's queue, by its key and its token. */
public record PlaceGuard(ByteSeq key, long token) {

  Guard wire() {
    return Guard.newBuilder().setPlace(GuardSubject.newBuilder().setKey(Wire.byteString(key)).setToken(token)).build();
  }
}
