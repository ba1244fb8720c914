package io.cairn.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Takes a YAML text apart into dotted keys. {@code storage:} with {@code dir:} below it and {@code storage.dir:} are the same key.
 * Values keep the letters they were written with.
 */
final class ConfigFile {
  private final String fileName;
  private final Map<String, Setting> settings = new LinkedHashMap<>();
  private final List<ConfigMistake> mistakes = new ArrayList<>();

  private ConfigFile(String fileName) {
    this.fileName = fileName;
  }

  static ConfigFile read(String fileName, String yaml) {
    ConfigFile file = new ConfigFile(fileName);
    try (JsonParser parser = YAMLMapper.shared().createParser(yaml)) {
      JsonToken first = parser.nextToken();
      if (first == JsonToken.START_OBJECT) {
        file.readKeys(parser, "");
        if (parser.nextToken() != null) {
          file.mistakes.add(new ConfigMistake(fileName, null, null, "must be one YAML document; a second one begins at line "
              + parser.currentTokenLocation().getLineNr()));
        }
      } else if (first != null && !(first == JsonToken.VALUE_NULL || first == JsonToken.VALUE_STRING && parser.getString().isBlank())) {
        file.mistakes.add(new ConfigMistake(fileName, null, null, "must be lines of KEY: VALUE"));
      }
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      String place = at == null ? fileName : file.place(at);
      file.mistakes.add(new ConfigMistake(place, "...", null, "is not YAML: " + firstLine(e.getOriginalMessage())));
    }
    return file;
  }

  Map<String, Setting> settings() {
    return settings;
  }

  List<ConfigMistake> mistakes() {
    return mistakes;
  }

  private void readKeys(JsonParser parser, String prefix) {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = prefix + parser.currentName();
      String place = place(parser.currentTokenLocation());
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        readKeys(parser, key + ".");
        continue;
      }
      Setting earlier = settings.put(key, new Setting(value(parser), place));
      if (earlier != null) {
        mistakes.add(new ConfigMistake(key, settings.get(key).value().toString(), place,
            "stands there twice, first in " + earlier.source() + "; keep one"));
      }
    }
  }

  private static Written value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_ARRAY -> {
        List<Written> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser));
        }
        yield new Written.Items(items);
      }
      case START_OBJECT -> {
        Map<String, Written> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          fields.put(name, value(parser));
        }
        yield new Written.Fields(fields);
      }
      case VALUE_NULL -> new Written.Scalar("", false);
      default -> Written.text(parser.getString());
    };
  }

  private String place(TokenStreamLocation at) {
    return fileName + " line " + at.getLineNr();
  }

  private static String firstLine(String message) {
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
