package io.cairn.client.services.choosers;

import io.cairn.client.services.KnownInstance;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Those of the caller's own zone, as another chooser picks among them; where there are none, all. A suspected one of this zone is none. */
public final class SameZoneFirst implements Chooser {
  private final String zone;
  private final Chooser among;

  /** @param zone the caller's */
  public SameZoneFirst(String zone, Chooser among) {
    this.zone = Objects.requireNonNull(zone, "zone");
    this.among = Objects.requireNonNull(among, "among");
  }

  @Override
  public Optional<KnownInstance> choose(List<KnownInstance> candidates, String key) {
    List<KnownInstance> near = candidates.stream().filter(each -> each.instance().zone().equals(zone) && !each.isSuspected()).toList();
    return among.choose(near.isEmpty() ? candidates : near, key);
  }

  @Override
  public void ended(KnownInstance chosen) {
    among.ended(chosen);
  }
}
