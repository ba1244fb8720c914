package io.cairn.simulator.swarm;

import java.util.ArrayList;
import java.util.List;

/**
 * A run in text, kept because it once broke a promise: what it broke, its options, and its faults, one a line. Lines that begin with
 * {@code #} are remarks.
 *
 * @param broke the invariant that did not hold
 */
public record Scenario(String broke, SwarmOptions options, List<Fault> plan) {

  public static Scenario parse(String text) {
    String broke = "";
    SwarmOptions options = null;
    List<Fault> plan = new ArrayList<>();
    for (String line : text.lines().toList()) {
      if (line.startsWith("broke ")) {
        broke = line.substring(6).strip();
      } else if (line.startsWith("options ")) {
        options = SwarmOptions.parse(line.substring(8));
      } else if (line.startsWith("fault ")) {
        plan.add(Fault.parse(line.substring(6)));
      } else if (!line.isBlank() && !line.startsWith("#")) {
        throw new IllegalArgumentException("a line of a scenario begins with broke, options, fault or #: " + line);
      }
    }
    if (options == null) {
      throw new IllegalArgumentException("a scenario has a line with its options");
    }
    return new Scenario(broke, options, plan);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("broke ").append(broke).append("\noptions ").append(options).append('\n');
    plan.forEach(fault -> text.append("fault ").append(fault).append('\n'));
    return text.toString();
  }
}
