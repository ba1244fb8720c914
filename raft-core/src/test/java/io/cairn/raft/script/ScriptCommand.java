package io.cairn.raft.script;

import io.cairn.raft.ReplicaId;
import java.util.List;

/** One command of the scripts' language. */
interface ScriptCommand {

  /** The word that a line begins with. */
  String name();

  void run(ScriptedCluster cluster, List<String> words);

  static List<ScriptCommand> all() {
    return List.of(new ReplicasCommand(), new TickCommand(), new RunCommand(), new CampaignCommand(), new ProposeCommand(),
        new DeliverCommand(), new SettleCommand(), new DropCommand(), new DuplicateCommand(), new ParkCommand(),
        new UnparkCommand(), new CutCommand(), new HealCommand(), new DiskCommand(), new PersistCommand(), new CrashCommand(),
        new RestartCommand(), new ReadCommand(), new CompactCommand(), new SnapshotCommand(), new PrintLogCommand(),
        new PrintStatusCommand(), new PrintLeaseCommand(), new PrintHeardCommand(),
        new ChangeCommand(), new PrintMembersCommand(), new SlowApplyCommand(), new DamageCommand(), new QuiesceCommand(),
        new WakeCommand(), new TransferCommand(), new VoteCommand(), new HandOverCommand(), new StallCommand(),
        new RankCommand(), new RetireCommand(), new SlowInstallCommand());
  }

  static ReplicaId replica(String word) {
    return new ReplicaId(Long.parseLong(word));
  }
}
