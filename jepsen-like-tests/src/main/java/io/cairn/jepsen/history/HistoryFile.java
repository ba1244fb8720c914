package io.cairn.jepsen.history;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A history in a file: a first line that says what it is of, then an event a line, in JSON. The first line names the version of the format;
 * a file of another version is refused.
 */
public final class HistoryFile {
  private static final long FORMAT = 1;

  private HistoryFile() {}

  /** @param about what else the first line is to say: seed, commit, topology */
  public static void write(Path file, Map<String, String> about, History history) throws IOException {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("history", FORMAT);
    header.putAll(about);
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.append(Json.write(header)).append('\n');
      for (Event event : history.events()) {
        out.append(Json.write(RecordJson.toJson(event))).append('\n');
      }
    }
  }

  /** @throws IllegalArgumentException with the line that is not right, and why */
  public static History read(Path file) throws IOException {
    List<Event> events = new ArrayList<>();
    try (BufferedReader in = Files.newBufferedReader(file)) {
      int number = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        number++;
        try {
          if (number == 1) {
            requireFormat(line);
          } else {
            events.add(RecordJson.fromJson(Json.read(line), Event.class));
          }
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(file + ", line " + number + ": " + e.getMessage(), e);
        }
      }
      if (number == 0) {
        throw new IllegalArgumentException(file + " is empty; a history begins with a line that says what it is of");
      }
    }
    return new History(events);
  }

  private static void requireFormat(String line) {
    Object format = Json.read(line) instanceof Map<?, ?> header ? header.get("history") : null;
    if (!Long.valueOf(FORMAT).equals(format)) {
      throw new IllegalArgumentException("a history of format " + FORMAT + " begins with {\"history\":" + FORMAT + ",...}, this one with " + line);
    }
  }
}
