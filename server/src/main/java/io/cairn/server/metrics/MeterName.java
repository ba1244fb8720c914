package io.cairn.server.metrics;

import java.util.List;
import java.util.Locale;

/**
 * Every meter of a node: its name as {@code /metrics} shows it, type, unit, labels and meaning. Nothing else names a meter, and
 * docs/metrics.md is held against this list and against the endpoint by a test.
 */
public enum MeterName {
  INFO(Type.GAUGE, "kvd_info", "1", "What runs: always 1, the labels tell.", "cluster", "node", "version"),
  REQUESTS(Type.COUNTER, "kvd_requests_total", "requests", "Requests of clients answered, by what was asked and how it ended.",
      "op", "outcome"),
  REQUEST_DURATION(Type.HISTOGRAM, "kvd_request_duration_seconds", "seconds",
      "From the last byte of a request read to its answer written.", "op"),
  REFUSED(Type.COUNTER, "kvd_refused_total", "requests", "Requests refused, certainly without effect, by error code.", "reason"),
  PROPOSALS(Type.COUNTER, "kvd_proposals_total", "entries", "Entries this node has proposed as a leader."),
  PROPOSED_BYTES(Type.COUNTER, "kvd_proposed_bytes_total", "bytes", "Bytes of those entries."),
  BATCH_COMMANDS(Type.HISTOGRAM, "kvd_batch_commands", "commands", "Commands in one proposed entry."),
  FSYNC_DURATION(Type.HISTOGRAM, "kvd_fsync_duration_seconds", "seconds", "One append to the log, its fdatasync included."),
  FSYNC_BYTES(Type.COUNTER, "kvd_fsync_bytes_total", "bytes", "Bytes written to the log and synced."),
  APPLY_DURATION(Type.HISTOGRAM, "kvd_apply_duration_seconds", "seconds",
      "One write batch of the store engine, with what all its shards had committed."),
  APPLIED_COMMANDS(Type.COUNTER, "kvd_applied_commands_total", "commands", "Commands applied by this node, as leader or follower."),
  ELECTIONS(Type.COUNTER, "kvd_elections_total", "elections", "Elections this node has begun as a candidate, by shard.", "shard"),
  LEADER_CHANGES(Type.COUNTER, "kvd_leader_changes_total", "changes", "Changes of leader this node has seen, by shard.", "shard"),
  LEADER_HANDOVERS(Type.COUNTER, "kvd_leader_handovers_total", "handovers",
      "Leaderships this node has begun to hand to another, by why (operator, placement, stopping, disk, pause, fenced) and how it ended (taken, kept).",
      "reason", "outcome"),
  LEADER_HANDOVER_DURATION(Type.HISTOGRAM, "kvd_leader_handover_duration_seconds", "seconds",
      "From the beginning of a handover until the next leader was known here."),
  PAUSES(Type.HISTOGRAM, "kvd_pause_duration_seconds", "seconds",
      "Times for which the whole process stood still, a fifth of raft.election-timeout or longer."),
  LOG_WRITE_WAIT(Type.GAUGE, "kvd_log_write_wait_millis", "milliseconds",
      "How long the write of the log that is under way has taken so far; 0 when none is."),
  LOG_LINES_DROPPED(Type.COUNTER, "kvd_log_lines_dropped_total", "lines",
      "Log lines dropped because whoever takes them was too slow or could not write them."),
  QUEUE_BYTES(Type.GAUGE, "kvd_queue_bytes", "bytes", "What waits in a queue, summed over the queues of that name.", "queue"),
  QUEUE_LIMIT_BYTES(Type.GAUGE, "kvd_queue_limit_bytes", "bytes",
      "The bound of those queues, summed the same way; at it requests are refused.", "queue"),
  REMEMBERED_CLIENTS(Type.GAUGE, "kvd_remembered_clients", "clients",
      "Clients a shard remembers, so that what they send again takes effect once.", "shard"),
  CONNECTIONS(Type.GAUGE, "kvd_connections", "connections", "Open connections, by who is at the other end: client or peer.", "kind"),
  REPLICAS_LED(Type.GAUGE, "kvd_replicas_led", "replicas", "Replicas of this node that lead their shard."),
  COMPACTED_REVISION(Type.GAUGE, "kvd_compacted_revision", "revisions", "The oldest revision of a shard that can be read; 0 while all can.",
      "shard"),
  DELETED_KEYS(Type.GAUGE, "kvd_deleted_keys", "keys", "Deleted keys of a shard that are remembered, as a past revision may show them.", "shard"),
  COMPACTIONS(Type.COUNTER, "kvd_compactions_total", "compactions",
      "Compactions of a shard this node has begun as its leader, by why: asked (kvctl compact) or kept (history.keep-age, history.keep-events).",
      "reason"),
  RECLAIMS(Type.COUNTER, "kvd_history_reclaims_total", "reclaims", "Ranges of dropped history whose files this node has given back."),
  WATCHES(Type.GAUGE, "kvd_watches", "watches", "Watches that stand at this node."),
  WATCHES_BEHIND(Type.GAUGE, "kvd_watches_behind", "watches",
      "Those of them that have not been handed everything yet: their readers are slow, or they began in the past."),
  WATCH_EVENTS(Type.COUNTER, "kvd_watch_events_total", "events", "Events handed to watches: one for each that was told of it."),
  WATCH_PAGES(Type.COUNTER, "kvd_watch_pages_total", "pages", "Pages of events read from the disk for watches that were far behind."),
  LEASES(Type.GAUGE, "kvd_leases", "leases", "Leases whose home this node leads, those of puts with a TTL included."),
  LEASES_ENDING(Type.GAUGE, "kvd_leases_ending", "leases", "Those of them whose end has begun, and that have keys left in some shard, or may have."),
  LEASE_RENEWALS(Type.COUNTER, "kvd_lease_renewals_total", "renewals", "Renewals of leases that this node has acknowledged."),
  LEASE_END_DELAY(Type.HISTOGRAM, "kvd_lease_end_delay_seconds", "seconds",
      "Of leases that nobody revoked: from when their time was over, by this node's clock, until their last key was gone."),
  DISK_FREE_BYTES(Type.GAUGE, "kvd_disk_free_bytes", "bytes", "Room on the file system that holds the data directory."),
  DISK_FREE_BYTES_MIN(Type.GAUGE, "kvd_disk_free_min_bytes", "bytes", "With less room what grows is refused (storage.free-space-min)."),
  DISK_LOW(Type.GAUGE, "kvd_disk_low", "0 or 1", "Whether what grows is refused because this node's disk is nearly full."),
  LOG_BYTES(Type.GAUGE, "kvd_log_bytes", "bytes", "Segments of the log on disk, spare ones included."),
  ENGINE_BYTES(Type.GAUGE, "kvd_engine_bytes", "bytes", "Files of the store engine on disk."),
  ENGINE_LATE_FILES(Type.GAUGE, "kvd_engine_late_files", "files",
      "Files to be merged beyond those with which a merge begins, of the family with most, as of the last flush; with 40 writes are slowed down."),
  ENGINE_MERGE_LIMIT(Type.GAUGE, "kvd_engine_merge_limit_bytes", "bytes", "Most that merges of files are charged with in a second for what they read; it doubles with each two late files from 17 on."),
  SUSPECT_REPLICAS(Type.GAUGE, "kvd_suspect_replicas", "replicas",
      "Replicas whose log was damaged and mended, and that may lack entries they have acknowledged: they do not vote before they are brought up."),
  FENCED_REPLICAS(Type.GAUGE, "kvd_fenced_replicas", "replicas",
      "Replicas whose data was not what a majority of their shard has: they show nothing and do not lead until they are rebuilt from the others."),
  DIVERGED_SHARDS(Type.GAUGE, "kvd_diverged_shards", "shards",
      "Shards led here whose replicas differ and no majority says which is right: nothing is fenced, somebody should look."),
  HASH_COMPARISONS(Type.COUNTER, "kvd_hash_comparisons_total", "comparisons",
      "Comparisons of what replicas hold, of shards led here, that a majority of the voters took part in."),
  HASH_DIVERGENCES(Type.COUNTER, "kvd_hash_divergences_total", "divergences",
      "Differences found, by what came of them: fenced (this node's replica was the one that differs), undecided (no majority; counted by the leader).",
      "outcome"),
  SCRUBS(Type.COUNTER, "kvd_scrubs_total", "passes", "Passes over the keys of a replica, to see whether they are what was written."),
  SCRUBS_WRONG(Type.COUNTER, "kvd_scrubs_wrong_total", "passes", "Those that found that they are not."),
  JVM_HEAP_USED(Type.GAUGE, "kvd_jvm_heap_used_bytes", "bytes", "Heap in use, garbage not yet collected included."),
  JVM_HEAP_MAX(Type.GAUGE, "kvd_jvm_heap_max_bytes", "bytes", "Largest heap the JVM may take (-Xmx)."),
  JVM_DIRECT_USED(Type.GAUGE, "kvd_jvm_direct_used_bytes", "bytes", "Memory outside the heap held by buffers of Java and of Netty."),
  JVM_THREADS(Type.GAUGE, "kvd_jvm_threads", "threads", "Live platform threads."),
  JVM_GC_COLLECTIONS(Type.COUNTER, "kvd_jvm_gc_collections_total", "collections", "Garbage collections, by collector.", "collector"),
  JVM_GC_SECONDS(Type.COUNTER, "kvd_jvm_gc_seconds_total", "seconds", "Time spent in garbage collections, by collector.", "collector"),
  PROCESS_CPU_SECONDS(Type.COUNTER, "process_cpu_seconds_total", "seconds", "Processor time of the process, all threads."),
  PROCESS_RESIDENT_BYTES(Type.GAUGE, "process_resident_memory_bytes", "bytes", "Physical memory of the process; 0 where unknown."),
  PROCESS_START_SECONDS(Type.GAUGE, "process_start_time_seconds", "seconds", "When the process started, in seconds since 1970.");

  /** As Prometheus calls it. A histogram also shows NAME_max, the largest value of the last two minutes. */
  public enum Type {
    COUNTER, GAUGE, HISTOGRAM;

    public String exposed() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Type type;
  private final String exposedName;
  private final String unit;
  private final String meaning;
  private final List<String> labels;

  MeterName(Type type, String exposedName, String unit, String meaning, String... labels) {
    this.type = type;
    this.exposedName = exposedName;
    this.unit = unit;
    this.meaning = meaning;
    this.labels = List.of(labels);
  }

  public Type type() {
    return type;
  }

  /** As on the metrics page. */
  public String exposedName() {
    return exposedName;
  }

  public String unit() {
    return unit;
  }

  public String meaning() {
    return meaning;
  }

  public List<String> labels() {
    return labels;
  }

  /** As Micrometer wants it: without the suffixes that its Prometheus naming adds to counters and timers. */
  String registeredName() {
    String name = exposedName;
    if (type == Type.COUNTER) {
      name = name.substring(0, name.length() - "_total".length());
    }
    if (type == Type.HISTOGRAM && name.endsWith("_seconds")) {
      name = name.substring(0, name.length() - "_seconds".length());
    }
    return name.replace('_', '.');
  }
}
