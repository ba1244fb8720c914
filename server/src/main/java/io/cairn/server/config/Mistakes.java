package io.cairn.server.config;

import java.util.ArrayList;
import java.util.List;

/** Gathers what is wrong with one record's values, so that its constructor refuses them all together. */
final class Mistakes {
  private final List<ConfigMistake> found = new ArrayList<>();

  /** The value must be there and within its key's bound. */
  <T> Mistakes bound(ConfigKey<T> key, T value) {
    if (value == null) {
      found.add(new ConfigMistake(key.name(), null, null, key.missing()));
      return this;
    }
    String refusal = key.bound().refusal(value);
    if (refusal != null) {
      found.add(new ConfigMistake(key.name(), key.type().print(value), null, refusal));
    }
    return this;
  }

  /** What must hold between values; said of the one that is the easier to change. */
  <T> Mistakes claim(boolean holds, ConfigKey<T> key, T value, String right) {
    if (!holds) {
      found.add(new ConfigMistake(key.name(), key.type().print(value), null, right));
    }
    return this;
  }

  boolean none() {
    return found.isEmpty();
  }

  void throwIfAny() {
    if (!found.isEmpty()) {
      throw new ConfigException(found);
    }
  }
}
