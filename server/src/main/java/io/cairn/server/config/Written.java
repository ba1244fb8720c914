package io.cairn.server.config;

import java.util.List;
import java.util.Map;

/** A value as it was written, before anyone knows what it should be. Scalars keep their letters: {@code 010} stays {@code 010}. */
sealed interface Written {

  /** @param given whether something stands there; {@code key:} with nothing after it does not count */
  record Scalar(String text, boolean given) implements Written {
    @Override
    public String toString() {
      return text;
    }
  }

  record Items(List<Written> items) implements Written {
    @Override
    public String toString() {
      return items.toString();
    }
  }

  record Fields(Map<String, Written> fields) implements Written {
    @Override
    public String toString() {
      return fields.toString();
    }
  }

  static Written text(String text) {
    return new Scalar(text, true);
  }
}
