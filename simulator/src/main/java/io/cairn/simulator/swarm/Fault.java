package io.cairn.simulator.swarm;

import io.cairn.simulator.crash.CrashPoint;
import java.util.Locale;

/**
 * One fault, at one time.
 *
 * @param atNanos since the clients began
 * @param node number of the node, from 1
 * @param other another node, for kinds that name two; else 0
 * @param durationNanos until it is undone
 * @param amount as the kind says; else 0
 */
public record Fault(long atNanos, FaultKind kind, int node, int other, long durationNanos, long amount) {

  public static Fault parse(String line) {
    String[] words = line.strip().split(" ");
    if (words.length != 6) {
      throw new IllegalArgumentException("a fault has six words, time, kind, node, other node, duration, amount; found: " + line);
    }
    long amount = words[5].matches("-?[0-9]+") ? Long.parseLong(words[5]) : CrashPoint.valueOf(words[5]).ordinal();
    return new Fault(micros(words[0]), FaultKind.valueOf(words[1]), Integer.parseInt(words[2].substring(1)),
        Integer.parseInt(words[3].substring(1)), micros(words[4]), amount);
  }

  private static long micros(String word) {
    return Long.parseLong(word.substring(0, word.length() - 2)) * 1_000;
  }

  @Override
  public String toString() {
    String what = kind.isAtCrashPoint() ? CrashPoint.values()[(int) amount].name() : Long.toString(amount);
    return String.format(Locale.ROOT, "%dus %s n%d n%d %dus %s", atNanos / 1_000, kind, node, other, durationNanos / 1_000, what);
  }
}
