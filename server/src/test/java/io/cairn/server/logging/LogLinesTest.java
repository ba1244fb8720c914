package io.cairn.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.cairn.server.config.LoggingConfig.Format;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LogLinesTest {
  private static final long MILLIS = Instant.parse("2026-11-21T07:00:00.123Z").toEpochMilli();

  @Test
  void textHasTimeLevelLoggerAndMessage() {
    assertThat(text(Format.TEXT, "shard=1 replica=2 t5 leader became leader; votes=3/5", null))
        .isEqualTo("2026-11-21T07:00:00.123Z INFO  node.Node shard=1 replica=2 t5 leader became leader; votes=3/5\n");
  }

  @Test
  void jsonIsOneObjectALineWithTheSameParts() {
    String text = text(Format.JSON, "shard=1 became \"leader\"; votes=3/5", new IllegalStateException("no"));
    JsonNode line = JsonMapper.shared().readTree(text);

    assertThat(line.get("time").asString()).isEqualTo("2026-11-21T07:00:00.123Z");
    assertThat(line.get("level").asString()).isEqualTo("INFO");
    assertThat(line.get("logger").asString()).isEqualTo("node.Node");
    assertThat(line.get("identity").get("shard").asString()).isEqualTo("1");
    assertThat(line.get("event").asString()).isEqualTo("became \"leader\"");
    assertThat(line.get("details").get("votes").asString()).isEqualTo("3/5");
    assertThat(line.get("error").asString()).startsWith("java.lang.IllegalStateException: no\n\tat ");
  }

  @Test
  void noMessageMakesTwoLinesOfOneOrCommandsATerminal() {
    String hostile = "key \"a\nb\r\t\u001b[2J\u0000\"";

    assertThat(text(Format.TEXT, hostile, null)).endsWith("key \"a\\nb\\r\\t\\u001b[2J\\u0000\"\n").hasLineCount(1);
    assertThat(text(Format.JSON, hostile, null)).hasLineCount(1);
    assertThat(JsonMapper.shared().readTree(text(Format.JSON, hostile, null)).get("event").asString()).isEqualTo(hostile);
  }

  private static String text(Format format, String message, Throwable thrown) {
    LoggerContext context = new LoggerContext();
    LoggingEvent event =
        new LoggingEvent("x", context.getLogger("io.cairn.server.node.Node"), Level.INFO, message, thrown, null);
    event.setInstant(Instant.ofEpochMilli(MILLIS));
    return new String(new LogLines(format).line(event), StandardCharsets.UTF_8);
  }
}
