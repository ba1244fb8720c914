package io.cairn.client.services.choosers;

import io.cairn.client.services.KnownInstance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * First a version, by given weights, then one of its instances, as another chooser picks: {@code v1=95,v2=5} sends 5 % to {@code v2}, however many
 * instances that has. A version without an instance has no share, the others take it; a version that has no weight gets nothing while another one
 * can be had, and when none of the named has an instance all are candidates.
 */
public final class ByVersion implements Chooser {
  private final Map<String, Integer> weights;
  private final RandomGenerator random;
  private final Chooser among;

  /** @param weights by version, 0 or more, not all of them 0 */
  public ByVersion(Map<String, Integer> weights, RandomGenerator random, Chooser among) {
    this.weights = new TreeMap<>(weights);
    this.random = Objects.requireNonNull(random, "random");
    this.among = Objects.requireNonNull(among, "among");
    if (weights.values().stream().anyMatch(weight -> weight < 0) || weights.values().stream().allMatch(weight -> weight == 0)) {
      throw new IllegalArgumentException("weights of versions are not negative, and not all 0, as in v1=95,v2=5; were " + this.weights);
    }
  }

  /** @param text as in {@code v1=95,v2=5} */
  public static Map<String, Integer> weights(String text) {
    Map<String, Integer> weights = new LinkedHashMap<>();
    for (String part : text.split(",")) {
      int equals = part.lastIndexOf('=');
      try {
        if (equals > 0 && weights.put(part.substring(0, equals).strip(), Integer.parseInt(part.substring(equals + 1).strip())) == null) {
          continue;
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      throw new IllegalArgumentException("'" + part + "' in '" + text + "' is not VERSION=WEIGHT, once for a version, as in v1=95,v2=5");
    }
    return weights;
  }

  @Override
  public Optional<KnownInstance> choose(List<KnownInstance> candidates, String key) {
    Map<String, List<KnownInstance>> byVersion = new TreeMap<>();
    long sum = 0;
    for (KnownInstance each : candidates) {
      String version = each.instance().version();
      int weight = weights.getOrDefault(version, 0);
      if (weight > 0) {
        sum += byVersion.containsKey(version) ? 0 : weight;
        byVersion.computeIfAbsent(version, first -> new ArrayList<>()).add(each);
      }
    }
    if (sum == 0) {
      return among.choose(candidates, key);
    }
    long left = random.nextLong(sum);
    for (Map.Entry<String, List<KnownInstance>> each : byVersion.entrySet()) {
      left -= weights.get(each.getKey());
      if (left < 0) {
        return among.choose(each.getValue(), key);
      }
    }
    throw new IllegalStateException("a draw below " + sum + " fell behind every version");
  }

  @Override
  public void ended(KnownInstance chosen) {
    among.ended(chosen);
  }
}
