package io.cairn.server.leaders;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** How slow the other nodes say they are, each with what it sends: see {@link NodeHealth}. From any thread. */
final class OthersStrain {
  private final Map<String, Said> said = new ConcurrentSkipListMap<>();

  private static final class Said {
    private volatile long at;
    private volatile long millis;
  }

  void told(String node, long now, long millis) {
    Said one = said.get(node);
    if (one == null) {
      one = said.computeIfAbsent(node, _ -> new Said());
    }
    one.at = now;
    one.millis = millis;
  }

  /** Who has said since then that it is under less strain than that, the fittest first. */
  List<String> below(long millis, long since) {
    var fitter = new ArrayList<String>();
    said.forEach((node, one) -> {
      if (one.at - since >= 0 && one.millis < millis) {
        fitter.add(node);
      }
    });
    fitter.sort(Comparator.comparingLong(node -> said.get(node).millis));
    return fitter;
  }
}
