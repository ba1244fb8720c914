package io.cairn.simulator.architecture;

import java.util.List;

/** The modules, the package each lives in, and whose classes it may use: the arrows of docs/architecture.md. */
enum Module {
  PLATFORM("platform", "platform", List.of()),
  PROTOCOL("protocol", "protocol", List.of("platform")),
  RAFT_CORE("raft-core", "raft", List.of()),
  STORAGE("storage", "storage", List.of("platform", "raft")),
  SERVER("server", "server", List.of("storage", "raft", "protocol", "platform")),
  CLIENT("client", "client", List.of("protocol", "platform")),
  RESILIENCE("resilience", "resilience", List.of("client")),
  /** Stands on the client, which brings its frames along: in its rehearsal it answers itself. */
  CLI("cli", "cli", List.of("client", "protocol")),
  BENCHMARKS("benchmarks", "benchmarks", List.of("client")),
  /** Stands on the client, which brings its frames along: a raw connection sends what no client would. */
  JEPSEN("jepsen-like-tests", "jepsen", List.of("client", "protocol")),
  SIMULATOR("simulator", "simulator", List.of("server", "client", "storage", "raft", "protocol", "platform"));

  final String folder;
  /** Below the base package {@code io.cairn}. */
  final String room;
  /** Rooms it may use besides its own. */
  final List<String> uses;

  Module(String folder, String room, List<String> uses) {
    this.folder = folder;
    this.room = room;
    this.uses = uses;
  }
}
