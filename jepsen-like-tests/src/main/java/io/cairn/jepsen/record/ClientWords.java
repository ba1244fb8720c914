package io.cairn.jepsen.record;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Version;
import java.util.List;
import java.util.function.UnaryOperator;

/** What clients ask and are answered, in the words of a history. */
public final class ClientWords {
  /** Behind every key of a workload. */
  public static final String LAST = "\uffff";

  private final UnaryOperator<String> name;

  /** @param name what a value is called in the history: itself, or it without what pads it */
  public ClientWords(UnaryOperator<String> name) {
    this.name = name;
  }

  public Version version(KeyValue shown) {
    return new Version(shown.keyUtf8(), name.apply(shown.valueUtf8()), shown.createRevision(), shown.modRevision(), shown.version(), shown.lease());
  }

  public List<Version> versions(List<KeyValue> shown) {
    return shown.stream().map(this::version).toList();
  }

  public static String end(KeyRange range) {
    return range.end().map(ByteSeq::utf8).orElse(LAST);
  }

  public Op.Put put(ByteSeq key, ByteSeq value, long lease) {
    return new Op.Put(key.utf8(), name.apply(value.utf8()), lease);
  }

  public static Op.Range range(KeyRange range, long revision) {
    return new Op.Range(range.start().utf8(), end(range), revision);
  }
}
