package io.cairn.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A duration as people write it: 500ms, 5s, 2m. */
final class DurationText implements ITypeConverter<Duration> {

  private static final Pattern SHAPE = Pattern.compile("(\\d{1,7})(ms|s|m)");

  @Override
  public Duration convert(String text) {
    Matcher matcher = SHAPE.matcher(text);
    if (!matcher.matches()) {
      throw new TypeConversionException("'" + text + "' is not a time, as in 500ms, 5s, 2m");
    }
    long number = Long.parseLong(matcher.group(1));
    Duration duration = switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      default -> Duration.ofMinutes(number);
    };
    if (duration.isZero() || duration.compareTo(Duration.ofHours(1)) > 0) {
      throw new TypeConversionException("'" + text + "': a time lies between 1ms and 60m");
    }
    return duration;
  }
}
