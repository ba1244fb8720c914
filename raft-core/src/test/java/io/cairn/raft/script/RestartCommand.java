package io.cairn.raft.script;

import io.cairn.raft.DiskState;
import java.util.List;
import java.util.Locale;

/** {@code restart N [suspect|lost]}: it starts from its disk, which may have lost what was promised. */
final class RestartCommand implements ScriptCommand {

  @Override
  public String name() {
    return "restart";
  }

  @Override
  public void run(ScriptedCluster cluster, List<String> words) {
    cluster.replica(words.get(1)).start(words.size() > 2 ? DiskState.valueOf(words.get(2).toUpperCase(Locale.ROOT)) : DiskState.INTACT);
  }
}
