package io.cairn.server.config;

import io.cairn.protocol.transport.HostPort;
import java.util.List;
import java.util.function.Function;

/**
 * How one kind of value is read, printed and named.
 *
 * @param unit what the documentation calls it
 * @param reader throws IllegalArgumentException with what would be right
 */
public record ValueType<T>(String unit, Function<Written, T> reader, Function<T, String> printer) {

  public static final ValueType<String> TEXT = scalar("text", text -> text, text -> text);
  public static final ValueType<Long> BYTES = scalar("bytes", Quantity.BYTES::parse, Quantity.BYTES::print);
  public static final ValueType<Long> DURATION = scalar("duration", Quantity.DURATION::parse, Quantity.DURATION::print);
  public static final ValueType<Long> COUNT = scalar("count", ValueType::count, value -> Long.toString(value));
  public static final ValueType<Boolean> FLAG = scalar("true or false", ValueType::flag, value -> Boolean.toString(value));
  public static final ValueType<HostPort> ADDRESS = scalar("HOST:PORT", HostPort::parse, HostPort::toString);
  public static final ValueType<List<String>> TEXTS =
      new ValueType<>("list of text", Lists::texts, texts -> "[" + String.join(", ", texts) + "]");
  public static final ValueType<List<HostPort>> ADDRESSES = new ValueType<>("list of HOST:PORT",
      written -> Lists.texts(written).stream().map(HostPort::parse).toList(), List::toString);
  public static final ValueType<List<ClusterNode>> NODES = new ValueType<>("list of nodes", Lists::nodes, List::toString);

  T parse(Written written) {
    return reader.apply(written);
  }

  String print(T value) {
    return value == null ? "none" : printer.apply(value);
  }

  static <E extends Enum<E>> ValueType<E> choice(Class<E> choices) {
    List<String> names = java.util.Arrays.stream(choices.getEnumConstants()).map(ValueType::lower).toList();
    return scalar("one of " + String.join(", ", names), text -> {
      for (E choice : choices.getEnumConstants()) {
        if (lower(choice).equals(text)) {
          return choice;
        }
      }
      throw new IllegalArgumentException("must be one of " + String.join(", ", names));
    }, ValueType::lower);
  }

  private static String lower(Enum<?> choice) {
    return choice.name().toLowerCase(java.util.Locale.ROOT);
  }

  private static <T> ValueType<T> scalar(String unit, Function<String, T> reader, Function<T, String> printer) {
    return new ValueType<>(unit, written -> {
      if (written instanceof Written.Scalar(String text, boolean given) && given) {
        return reader.apply(text.trim());
      }
      throw new IllegalArgumentException("must be a single value (" + unit + ")");
    }, printer);
  }

  private static long count(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("must be a whole number, as in 1000", e);
    }
  }

  private static boolean flag(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("must be true or false");
    };
  }
}
