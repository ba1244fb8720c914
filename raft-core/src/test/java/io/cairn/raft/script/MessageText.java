package io.cairn.raft.script;

import io.cairn.raft.log.Entry;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.AppendEntries;
import io.cairn.raft.message.RaftMessage.AppendEntriesResponse;
import io.cairn.raft.message.RaftMessage.Heartbeat;
import io.cairn.raft.message.RaftMessage.HeartbeatResponse;
import io.cairn.raft.message.RaftMessage.LogShown;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.Quiesce;
import io.cairn.raft.message.RaftMessage.ReadIndexRequest;
import io.cairn.raft.message.RaftMessage.ReadIndexResponse;
import io.cairn.raft.message.RaftMessage.ReplicaRemoved;
import io.cairn.raft.message.RaftMessage.RequestPreVote;
import io.cairn.raft.message.RaftMessage.RequestVote;
import io.cairn.raft.message.RaftMessage.ShowLog;
import io.cairn.raft.message.RaftMessage.TimeoutNow;
import io.cairn.raft.message.RaftMessage.VoteResponse;
import java.util.List;

/** A message on one line. */
final class MessageText {

  private MessageText() {}

  static String of(RaftMessage message) {
    String what = switch (message) {
      case RequestPreVote m -> "RequestPreVote last=" + m.last();
      case PreVoteResponse m -> "PreVoteResponse " + (m.granted() ? "granted" : "refused");
      case RequestVote m -> "RequestVote last=" + m.last() + (m.transfer() ? " transfer" : "");
      case VoteResponse m -> "VoteResponse " + (m.granted() ? "granted" : "refused");
      case AppendEntries m -> "AppendEntries after " + m.previous() + " " + of(m.entries()) + " commit=" + m.commit();
      case AppendEntriesResponse m -> m.accepted() ? "AppendEntriesResponse match=" + m.match()
          : "AppendEntriesResponse refused at " + m.refused() + ", may agree at " + m.hint();
      case Heartbeat m -> "Heartbeat round=" + m.round() + " commit=" + m.commit();
      case HeartbeatResponse m -> "HeartbeatResponse round=" + m.round() + " last=" + m.last();
      case ReadIndexRequest m -> "ReadIndexRequest read=" + m.read();
      case ReadIndexResponse m -> "ReadIndexResponse read=" + m.read() + (m.ok() ? " index=" + m.index() : " refused");
      case TimeoutNow m -> "TimeoutNow round=" + m.round();
      case ReplicaRemoved _ -> "ReplicaRemoved";
      case ShowLog m -> "ShowLog question=" + m.question() + " last=" + m.last();
      case LogShown m -> "LogShown question=" + m.question() + " last=" + m.last() + " members=" + m.members()
          + (m.leads() ? " leads" : "");
      case Quiesce m -> "Quiesce at " + m.last();
    };
    return "  " + message.from() + "->" + message.to() + " t" + message.term() + " " + what;
  }

  static String of(List<Entry> entries) {
    var text = new StringBuilder("[");
    for (Entry entry : entries) {
      text.append(text.length() > 1 ? " " : "").append(entry.id());
    }
    return text.append("]").toString();
  }
}
