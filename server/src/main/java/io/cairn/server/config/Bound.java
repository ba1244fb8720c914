package io.cairn.server.config;

import java.util.function.Predicate;

/** Which values of a key are fit. */
public interface Bound<T> {

  /** In words, for the documentation: {@code 10ms to 10s}. */
  String text();

  /** Why the value is refused, as what would be right; null when it is fit. */
  String refusal(T value);

  /** From {@code lowest} to {@code highest}, both allowed. */
  static Bound<Long> between(ValueType<Long> type, long lowest, long highest) {
    String text = type.print(lowest) + " to " + type.print(highest);
    return that(text, "must lie between " + type.print(lowest) + " and " + type.print(highest),
        value -> value >= lowest && value <= highest);
  }

  static <T> Bound<T> that(String text, String refusal, Predicate<T> fit) {
    return new Bound<>() {
      @Override
      public String text() {
        return text;
      }

      @Override
      public String refusal(T value) {
        return fit.test(value) ? null : refusal;
      }
    };
  }

  /** Whatever the type could read; checks that need other values stand in the record. */
  static <T> Bound<T> any(String text) {
    return that(text, text, value -> true);
  }
}
