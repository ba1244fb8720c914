package io.cairn.simulator.main;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What was asked of {@code bin/sim}. Paths that were not given are null. */
final class SimArguments {
  static final String USAGE = """
      usage: bin/sim --seed N | --seeds A..B | --scenario FILE | --mutants [ID,...]   runs simulated clusters
        --seeds A..B     both included
        --nodes N        nodes of each cluster, from 3 to 9, instead of what the seed draws
        --minutes M      simulated minutes that the clients work, such as 0.5; 0.5 unless told otherwise
        --threads T      seeds at a time; 1 unless told otherwise
        --results FILE   adds what came of it to FILE, and prints the sum; parts run one after the other
        --shrink FILE    makes the first failing run smaller and writes it as a scenario to FILE
        --trace FILE     writes what happened, readable; with one seed
        --mutant ID      plants a bug of simulator/mutants: then seeds should fail
        --mutants        plants one after the other until each is caught, within --seeds (1..2000), and prints the table
      Ends with 'N passed, N failed'; the status is 0 when none failed, 1 when one did, 2 when it was asked wrongly.
      """;

  /** Asked wrongly; the message says what would be right. */
  static final class Wrong extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Wrong(String message) {
      super(message);
    }
  }

  long firstSeed = 1;
  long lastSeed;
  int nodes;
  long seconds;
  int threads = 1;
  Path results;
  Path shrink;
  Path trace;
  Path scenario;
  String mutant;
  /** Null unless mutants were asked for; empty for all. */
  List<String> mutants;

  static SimArguments parse(String[] words) {
    SimArguments parsed = new SimArguments();
    boolean asked = false;
    for (int i = 0; i < words.length; i++) {
      switch (words[i]) {
        case "--seed", "--seeds" -> {
          parsed.seeds(value(words, ++i));
          asked = true;
        }
        case "--nodes" -> parsed.nodes = (int) number(value(words, ++i), "--nodes", 3, 9);
        case "--minutes" -> parsed.seconds = seconds(value(words, ++i));
        case "--threads" -> parsed.threads = (int) number(value(words, ++i), "--threads", 1, 64);
        case "--results" -> parsed.results = Path.of(value(words, ++i));
        case "--shrink" -> parsed.shrink = Path.of(value(words, ++i));
        case "--trace" -> parsed.trace = Path.of(value(words, ++i));
        case "--scenario" -> {
          parsed.scenario = Path.of(value(words, ++i));
          asked = true;
        }
        case "--mutant" -> parsed.mutant = value(words, ++i);
        case "--mutants" -> {
          boolean some = i + 1 < words.length && !words[i + 1].startsWith("--");
          parsed.mutants = some ? List.of(words[++i].split(",")) : new ArrayList<>();
          asked = true;
        }
        default -> throw new Wrong("there is no option " + words[i]);
      }
    }
    if (!asked) {
      throw new Wrong("which seeds? --seed N or --seeds A..B");
    }
    return parsed;
  }

  private void seeds(String text) {
    int dots = text.indexOf("..");
    firstSeed = number(dots < 0 ? text : text.substring(0, dots), "--seeds", 0, Long.MAX_VALUE);
    lastSeed = dots < 0 ? firstSeed : number(text.substring(dots + 2), "--seeds", firstSeed, Long.MAX_VALUE);
  }

  private static long seconds(String text) {
    try {
      double minutes = Double.parseDouble(text);
      if (minutes * 60 >= 1 && minutes <= 24 * 60) {
        return Math.round(minutes * 60);
      }
    } catch (NumberFormatException notANumber) {
      // Told below.
    }
    throw new Wrong("--minutes takes a number of minutes from 0.02 to 1440, found " + text);
  }

  private static long number(String text, String option, long least, long most) {
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // Told below.
    }
    throw new Wrong(option + " takes whole numbers from " + least + (most == Long.MAX_VALUE ? " on" : " to " + most)
        + (option.equals("--seeds") ? ", A..B with A not above B" : "") + ", found " + text);
  }

  private static String value(String[] words, int at) {
    if (at >= words.length) {
      throw new Wrong(words[at - 1] + " takes a value");
    }
    return words[at];
  }
}
