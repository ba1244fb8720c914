package io.cairn.cli;

import io.cairn.client.Consistency;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How fresh a read is to be, as people write it; {@code l} and {@code s} are etcdctl's. */
final class ConsistencyText implements ITypeConverter<Consistency> {

  private static final String AT_LEAST = "at-least=";

  /** What a shell offers. */
  static final class Candidates implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("linearizable", "serializable", AT_LEAST).iterator();
    }
  }

  @Override
  public Consistency convert(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.startsWith(AT_LEAST)) {
      return Consistency.atLeast(revision(text.substring(AT_LEAST.length())));
    }
    return switch (lower) {
      case "l", "linearizable" -> Consistency.LINEARIZABLE;
      case "s", "serializable" -> Consistency.SERIALIZABLE;
      default -> throw new TypeConversionException(
          "'" + text + "' is not linearizable (l), serializable (s) or at-least=REV");
    };
  }

  private static long revision(String text) {
    try {
      long revision = Long.parseLong(text);
      if (revision > 0) {
        return revision;
      }
    } catch (NumberFormatException e) {
      // Said below, together with what is a number and no revision.
    }
    throw new TypeConversionException("'" + text + "' is not a revision: a whole number from 1 on, as an answer has shown it");
  }
}
