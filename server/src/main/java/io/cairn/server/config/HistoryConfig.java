package io.cairn.server.config;

/**
 * How much history is kept without being asked: a revision stays readable while it is younger than the age and within the last so many
 * events of its shard.
 *
 * @param keepAgeNanos 0 for no bound by age
 * @param keepEvents of each shard; 0 for no bound by count
 */
public record HistoryConfig(long keepAgeNanos, long keepEvents) {

  public HistoryConfig {
    new Mistakes()
        .bound(ConfigKeys.HISTORY_AGE, keepAgeNanos)
        .bound(ConfigKeys.HISTORY_EVENTS, keepEvents)
        .throwIfAny();
  }
}
