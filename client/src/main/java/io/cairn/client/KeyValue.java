package io.cairn.client;

/**
 * A key, its value, and the history the two have.
 *
 * @param value empty also where only keys were asked for
 * @param createRevision when the key came to be, last; a delete ends it and a later put begins anew
 * @param modRevision when this value was put
 * @param version how many puts since it was created: 1 for the first
 * @param lease the lease it ends with; 0 for none
 */
public record KeyValue(ByteSeq key, ByteSeq value, long createRevision, long modRevision, long version, long lease) {

  /** The key as text. */
  public String keyUtf8() {
    return key.utf8();
  }

  /** The value as text. */
  public String valueUtf8() {
    return value.utf8();
  }
}
