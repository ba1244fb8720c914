package io.cairn.server.leaders;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;

/** How slow the other nodes say they are, each with what it sends: see {@link NodeHealth}. From any thread. */
final class OthersStrain {
  private final Map<String, Said> said = new ConcurrentSkipListMap<>();

  private static final class Said {
    /** Written after the other, and read before it: no old number is taken for a new one. */
    private volatile long at;
    private volatile long millis;
  }

  void told(String node, long now, long millis) {
    Said one = said.get(node);
    if (one == null) {
      one = said.computeIfAbsent(node, _ -> new Said());
    }
    one.millis = millis;
    one.at = now;
  }

  /** Who has said since then that it is under less strain than that. */
  Set<String> below(long millis, long since) {
    var fitter = new TreeSet<String>();
    said.forEach((node, one) -> {
      if (one.at - since >= 0 && one.millis < millis) {
        fitter.add(node);
      }
    });
    return fitter;
  }
}
