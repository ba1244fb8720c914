package io.cairn.server.config;

/**
 * What is logged, in which form and where.
 *
 * @param file null: standard error
 * @param fileBytes size at which a new file is begun
 * @param files how many files there are at most, the one being written included
 */
public record LoggingConfig(Format format, Level level, String file, long fileBytes, long files) {

  /** The form of a line. */
  public enum Format { TEXT, JSON }

  /** The least grave event that is logged; from ERROR (a human should look) to TRACE. */
  public enum Level { ERROR, WARN, INFO, DEBUG, TRACE }

  public LoggingConfig {
    Mistakes mistakes = new Mistakes()
        .bound(ConfigKeys.LOGGING_FORMAT, format)
        .bound(ConfigKeys.LOGGING_LEVEL, level)
        .bound(ConfigKeys.LOGGING_FILE_SIZE, fileBytes)
        .bound(ConfigKeys.LOGGING_FILES, files);
    if (file != null) {
      mistakes.bound(ConfigKeys.LOGGING_FILE, file);
    }
    mistakes.throwIfAny();
  }
}
