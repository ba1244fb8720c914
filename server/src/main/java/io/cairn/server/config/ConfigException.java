package io.cairn.server.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used: every mistake in it, so that it is mended in one go. The message has one line for each. */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final transient List<ConfigMistake> mistakes;

  public ConfigException(List<ConfigMistake> mistakes) {
    super(mistakes.stream().map(ConfigMistake::toString).collect(Collectors.joining("\n")));
    this.mistakes = List.copyOf(mistakes);
  }

  public List<ConfigMistake> mistakes() {
    return mistakes;
  }
}
