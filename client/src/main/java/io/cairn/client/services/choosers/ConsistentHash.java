package io.cairn.client.services.choosers;

import io.cairn.client.services.KnownInstance;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * By the key of the call: the same candidates give the same instance, in every process. When one comes, only keys that it takes move, and when one
 * goes only those that it had: each key goes to the candidate whose score for it is highest (rendezvous hashing), so others' comings and
 * goings change nothing between two. An instance takes a share of the keys like its weight's of all; a weight that is changed moves only keys to
 * or from that instance.
 */
public final class ConsistentHash implements Chooser {
  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;
  private static final int DOUBLE_BITS = 53;

  @Override
  public Optional<KnownInstance> choose(List<KnownInstance> candidates, String key) {
    boolean isWeighted = Weights.isWeighted(candidates);
    KnownInstance best = null;
    double highest = Double.NEGATIVE_INFINITY;
    long keyHash = fnv(key, FNV_BASIS);
    for (KnownInstance each : candidates) {
      long weight = Weights.of(each, isWeighted);
      if (weight == 0) {
        continue;
      }
      double score = score(fnv(each.id(), keyHash), weight);
      if (score > highest) {
        highest = score;
        best = each;
      }
    }
    return Optional.ofNullable(best);
  }

  /** With u uniform in (0, 1), weight / -ln u is highest with the probability of the weight's share; it does not depend on the others. */
  private static double score(long hash, long weight) {
    double uniform = ((mix(hash) >>> (Long.SIZE - DOUBLE_BITS)) + 0.5) / (1L << DOUBLE_BITS);
    return weight / -StrictMath.log(uniform);
  }

  private static long fnv(String text, long basis) {
    long hash = basis;
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (each & 0xff)) * FNV_PRIME;
    }
    // An end, which no UTF-8 holds: "ab" for "c" is not "a" for "bc".
    return (hash ^ 0xff) * FNV_PRIME;
  }

  /** FNV's high bits are poor in short texts; this is the last step of SplitMix64. */
  private static long mix(long hash) {
    long mixed = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
