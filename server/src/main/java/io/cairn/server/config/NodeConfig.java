package io.cairn.server.config;

/**
 * Everything a node is told at its start. Whoever holds one holds a good one: the records it is made of refuse what is wrong, in
 * the words of {@link ConfigKeys}. Made by {@link ConfigLoader}.
 *
 * @param cluster which nodes there are and which one this is
 * @param addresses where it listens
 * @param storage the data directory and the log
 * @param engine the store engine's memory
 * @param retriedClientsMax how many clients each shard remembers, so that what they send again takes effect once
 * @param history how long past revisions are kept
 * @param raft the times of elections and heartbeats
 * @param netLoops threads for connections; 0: as many as the machine suggests
 * @param limits every bound of every queue
 * @param logging what is logged and where
 * @param shutdownGraceNanos how long an orderly end may take before what is left is cut off
 */
public record NodeConfig(
    ClusterConfig cluster,
    AddressConfig addresses,
    StorageConfig storage,
    EngineConfig engine,
    long retriedClientsMax,
    HistoryConfig history,
    RaftConfig raft,
    long netLoops,
    Limits limits,
    LoggingConfig logging,
    long shutdownGraceNanos) {

  public NodeConfig {
    new Mistakes()
        .bound(ConfigKeys.RETRIES_CLIENTS, retriedClientsMax)
        .bound(ConfigKeys.NET_LOOPS, netLoops)
        .bound(ConfigKeys.SHUTDOWN_GRACE, shutdownGraceNanos)
        .throwIfAny();
  }
}
