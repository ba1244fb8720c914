package io.cairn.simulator.docs;

import com.google.protobuf.ByteString;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;

/** A value in words that depend on what it holds alone: bytes as hexadecimal digits, records by their parts. */
final class Shown {

  private Shown() {}

  static String of(Object value) {
    return switch (value) {
      case null -> "none";
      case byte[] bytes -> HexFormat.of().formatHex(bytes);
      case ByteString bytes -> HexFormat.of().formatHex(bytes.toByteArray());
      case long[] numbers -> Arrays.toString(numbers);
      case Optional<?> maybe -> of(maybe.orElse(null));
      case Map<?, ?> map -> {
        var sorted = new TreeMap<String, String>();
        map.forEach((key, one) -> sorted.put(of(key), of(one)));
        yield sorted.toString();
      }
      case List<?> list -> list.stream().map(Shown::of).toList().toString();
      case Collection<?> some -> some.stream().map(Shown::of).sorted().toList().toString();
      case Record some -> record(some);
      default -> value.toString();
    };
  }

  private static String record(Record value) {
    var text = new StringJoiner(", ", value.getClass().getSimpleName() + "(", ")");
    try {
      for (RecordComponent part : value.getClass().getRecordComponents()) {
        part.getAccessor().setAccessible(true);
        text.add(part.getName() + "=" + of(part.getAccessor().invoke(value)));
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a record can be read", e);
    }
    return text.toString();
  }
}
