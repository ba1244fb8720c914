package io.cairn.server.lock;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.protocol.wire.LockPlace;
import io.cairn.storage.mvcc.Version;

/**
 * One key of a queue.
 *
 * @param key as it is stored
 * @param token its create revision
 * @param permits how many it takes, of {@code of}; of use with PERMITS alone
 */
record Place(ByteString key, long token, long lease, LockPlace.Mode mode, int permits, int of) {

  /** What somebody else put there stands in everybody's way, as if it were exclusive: so nobody is granted by mistake. */
  static Place of(Version version) {
    LockPlace value;
    try {
      value = LockPlace.parseFrom(version.value());
    } catch (InvalidProtocolBufferException e) {
      value = LockPlace.getDefaultInstance();
    }
    boolean counted = value.getMode() == LockPlace.Mode.PERMITS && isCount(value.getPermits(), value.getOf());
    LockPlace.Mode mode = value.getMode() == LockPlace.Mode.SHARED ? LockPlace.Mode.SHARED
        : counted ? LockPlace.Mode.PERMITS : LockPlace.Mode.EXCLUSIVE;
    return new Place(ByteString.copyFrom(version.key()), version.create(), version.lease(), mode, value.getPermits(), value.getOf());
  }

  /** Whether so many can be taken of so many. */
  static boolean isCount(int permits, int of) {
    return permits >= 1 && of >= permits;
  }
}
