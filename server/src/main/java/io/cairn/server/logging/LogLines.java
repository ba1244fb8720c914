package io.cairn.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import io.cairn.server.config.LoggingConfig;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.event.KeyValuePair;
import tools.jackson.core.io.JsonStringEncoder;

/** Makes a line of an event, as text or as JSON. No message can make two lines of one: line ends in it are escaped. */
final class LogLines {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final String OWN_PACKAGES = "io.cairn.";
  private static final String SERVER_PACKAGES = "io.cairn.server.";

  private final LoggingConfig.Format format;

  LogLines(LoggingConfig.Format format) {
    this.format = format;
  }

  byte[] line(ILoggingEvent event) {
    String message = withPairs(event.getFormattedMessage(), event.getKeyValuePairs());
    return line(event.getTimeStamp(), event.getLevel().levelStr, event.getLoggerName(), event.getThreadName(), message,
        event.getThrowableProxy());
  }

  byte[] line(long millis, String level, String logger, String thread, String message, IThrowableProxy thrown) {
    StringBuilder line = new StringBuilder(96 + message.length());
    if (format == LoggingConfig.Format.JSON) {
      json(line, millis, level, logger, thread, message, thrown);
    } else {
      text(line, millis, level, logger, message, thrown);
    }
    return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void text(
      StringBuilder line, long millis, String level, String logger, String message, IThrowableProxy thrown) {
    TIME.formatTo(Instant.ofEpochMilli(millis), line);
    line.append(' ').append(level).append(" ".repeat(Math.max(0, 5 - level.length()))).append(' ').append(shortName(logger)).append(' ');
    escaped(line, message);
    if (thrown != null) {
      line.append('\n').append(ThrowableProxyUtil.asString(thrown).stripTrailing());
    }
  }

  private static void json(
      StringBuilder line, long millis, String level, String logger, String thread, String message, IThrowableProxy thrown) {
    LogGrammar parts = LogGrammar.parse(message);
    line.append("{\"time\":\"");
    TIME.formatTo(Instant.ofEpochMilli(millis), line);
    line.append('"');
    member(line, "level", level);
    member(line, "logger", shortName(logger));
    member(line, "thread", thread);
    object(line, "identity", parts.identity());
    member(line, "event", parts.event());
    object(line, "details", parts.details());
    if (thrown != null) {
      member(line, "error", ThrowableProxyUtil.asString(thrown).stripTrailing());
    }
    line.append('}');
  }

  private static void member(StringBuilder line, String name, String value) {
    line.append(",\"").append(name).append("\":\"");
    JsonStringEncoder.getInstance().quoteAsString(value, line);
    line.append('"');
  }

  private static void object(StringBuilder line, String name, Map<String, String> pairs) {
    if (pairs.isEmpty()) {
      return;
    }
    line.append(",\"").append(name).append("\":{");
    String separator = "\"";
    for (Map.Entry<String, String> pair : pairs.entrySet()) {
      line.append(separator);
      JsonStringEncoder.getInstance().quoteAsString(pair.getKey(), line);
      line.append("\":\"");
      JsonStringEncoder.getInstance().quoteAsString(pair.getValue(), line);
      line.append('"');
      separator = ",\"";
    }
    line.append('}');
  }

  private static String withPairs(String message, List<KeyValuePair> pairs) {
    if (pairs == null || pairs.isEmpty()) {
      return message;
    }
    StringBuilder line = new StringBuilder(message).append(';');
    for (KeyValuePair pair : pairs) {
      String value = String.valueOf(pair.value);
      boolean quoted = value.indexOf(' ') >= 0;
      line.append(' ').append(pair.key).append('=').append(quoted ? "\"" + value.replace('"', '\'') + "\"" : value);
    }
    return line.toString();
  }

  private static void escaped(StringBuilder line, String message) {
    for (int i = 0; i < message.length(); i++) {
      char c = message.charAt(i);
      switch (c) {
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> {
          // Terminals obey control characters; a key or a peer's bytes quoted in a message must not command one.
          if (Character.isISOControl(c)) {
            line.append(String.format("\\u%04x", (int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
  }

  private static String shortName(String logger) {
    if (logger.startsWith(SERVER_PACKAGES)) {
      return logger.substring(SERVER_PACKAGES.length());
    }
    return logger.startsWith(OWN_PACKAGES) ? logger.substring(OWN_PACKAGES.length()) : logger;
  }
}
