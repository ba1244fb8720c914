package io.cairn.server.peer;

import com.google.protobuf.UnsafeByteOperations;
import io.cairn.protocol.wire.RaftEnvelope;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.message.RaftMessage;
import io.cairn.server.shard.ShardDescriptor;
import java.util.ArrayList;
import java.util.List;

/** Raft's messages to the wire and back: one switch each way. */
public final class RaftCodec {

  private RaftCodec() {}

  public static RaftEnvelope encode(ShardDescriptor shard, RaftMessage message) {
    RaftEnvelope.Builder envelope = RaftEnvelope.newBuilder()
        .setShard(shard.id())
        .setRangeEpoch(shard.rangeEpoch())
        .setMembershipEpoch(shard.membershipEpoch())
        .setFrom(message.from().value())
        .setTo(message.to().value())
        .setTerm(message.term());
    switch (message) {
      case RaftMessage.RequestPreVote m -> envelope.setPreVote(
          RaftEnvelope.PreVote.newBuilder().setLastTerm(m.last().term()).setLastIndex(m.last().index()));
      case RaftMessage.PreVoteResponse m -> envelope.setPreVoteReply(RaftEnvelope.VoteReply.newBuilder().setGranted(m.granted()));
      case RaftMessage.RequestVote m -> envelope.setVote(RaftEnvelope.Vote.newBuilder()
          .setLastTerm(m.last().term()).setLastIndex(m.last().index()).setTransfer(m.transfer()));
      case RaftMessage.VoteResponse m -> envelope.setVoteReply(RaftEnvelope.VoteReply.newBuilder().setGranted(m.granted()));
      case RaftMessage.AppendEntries m -> envelope.setAppend(append(m));
      case RaftMessage.AppendEntriesResponse m -> envelope.setAppendReply(RaftEnvelope.AppendReply.newBuilder()
          .setAccepted(m.accepted()).setMatch(m.match()).setHintTerm(m.hint().term()).setHintIndex(m.hint().index())
          .setRefused(m.refused()));
      case RaftMessage.Heartbeat m -> envelope.setBeat(RaftEnvelope.Beat.newBuilder().setCommit(m.commit()).setRound(m.round()));
      case RaftMessage.HeartbeatResponse m -> envelope.setBeatReply(
          RaftEnvelope.BeatReply.newBuilder().setRound(m.round()).setLast(m.last()));
      case RaftMessage.ReadIndexRequest m -> envelope.setReadIndex(
          RaftEnvelope.ReadIndex.newBuilder().setRead(m.read()).setContext(m.context()));
      case RaftMessage.ReadIndexResponse m -> envelope.setReadIndexReply(RaftEnvelope.ReadIndexReply.newBuilder()
          .setRead(m.read()).setIndex(m.index()).setAnswer(m.answer()).setOk(m.ok()));
      case RaftMessage.TimeoutNow m -> envelope.setTimeoutNow(RaftEnvelope.Timeout.newBuilder().setRound(m.round()));
      case RaftMessage.ReplicaRemoved _ -> envelope.setRemoved(RaftEnvelope.Removed.getDefaultInstance());
      case RaftMessage.ShowLog m -> envelope.setShowLog(RaftEnvelope.ShowLog.newBuilder().setQuestion(m.question())
          .setLastTerm(m.last().term()).setLastIndex(m.last().index()));
      case RaftMessage.LogShown m -> envelope.setLogShown(RaftEnvelope.LogShown.newBuilder().setQuestion(m.question())
          .setLastTerm(m.last().term()).setLastIndex(m.last().index()).setMembers(m.members()).setLeads(m.leads()));
      case RaftMessage.Quiesce m -> envelope.setQuiesce(
          RaftEnvelope.Quiesce.newBuilder().setLastTerm(m.last().term()).setLastIndex(m.last().index()));
    }
    return envelope.build();
  }

  private static RaftEnvelope.Append append(RaftMessage.AppendEntries message) {
    RaftEnvelope.Append.Builder append = RaftEnvelope.Append.newBuilder()
        .setPreviousTerm(message.previous().term())
        .setPreviousIndex(message.previous().index())
        .setCommit(message.commit());
    for (Entry entry : message.entries()) {
      // Payloads are never written to after the entry was made, so the message may share them.
      append.addEntries(RaftEnvelope.LogEntry.newBuilder().setTerm(entry.term()).setKind(entry.kind().code())
          .setPayload(UnsafeByteOperations.unsafeWrap(entry.payload())));
    }
    return append.build();
  }

  /**
   * @return the message, or null for a kind this version does not know
   * @throws IllegalArgumentException when a field is out of its range
   */
  public static RaftMessage decode(RaftEnvelope envelope) {
    var from = new ReplicaId(envelope.getFrom());
    var to = new ReplicaId(envelope.getTo());
    long term = envelope.getTerm();
    return switch (envelope.getMessageCase()) {
      case PRE_VOTE -> new RaftMessage.RequestPreVote(from, to, term,
          new EntryId(envelope.getPreVote().getLastTerm(), envelope.getPreVote().getLastIndex()));
      case PRE_VOTE_REPLY -> new RaftMessage.PreVoteResponse(from, to, term, envelope.getPreVoteReply().getGranted());
      case VOTE -> new RaftMessage.RequestVote(from, to, term,
          new EntryId(envelope.getVote().getLastTerm(), envelope.getVote().getLastIndex()), envelope.getVote().getTransfer());
      case VOTE_REPLY -> new RaftMessage.VoteResponse(from, to, term, envelope.getVoteReply().getGranted());
      case APPEND -> decodeAppend(from, to, term, envelope.getAppend());
      case APPEND_REPLY -> {
        RaftEnvelope.AppendReply reply = envelope.getAppendReply();
        yield new RaftMessage.AppendEntriesResponse(from, to, term, reply.getAccepted(), reply.getMatch(),
            new EntryId(reply.getHintTerm(), reply.getHintIndex()), reply.getRefused());
      }
      case BEAT -> new RaftMessage.Heartbeat(from, to, term, envelope.getBeat().getCommit(), envelope.getBeat().getRound());
      case BEAT_REPLY -> new RaftMessage.HeartbeatResponse(from, to, term, envelope.getBeatReply().getRound(),
          envelope.getBeatReply().getLast());
      case READ_INDEX -> new RaftMessage.ReadIndexRequest(from, to, term, envelope.getReadIndex().getRead(),
          envelope.getReadIndex().getContext());
      case READ_INDEX_REPLY -> {
        RaftEnvelope.ReadIndexReply reply = envelope.getReadIndexReply();
        yield new RaftMessage.ReadIndexResponse(from, to, term, reply.getRead(), reply.getIndex(), reply.getAnswer(), reply.getOk());
      }
      case TIMEOUT_NOW -> new RaftMessage.TimeoutNow(from, to, term, envelope.getTimeoutNow().getRound());
      case REMOVED -> new RaftMessage.ReplicaRemoved(from, to, term);
      case SHOW_LOG -> new RaftMessage.ShowLog(from, to, term, envelope.getShowLog().getQuestion(),
          new EntryId(envelope.getShowLog().getLastTerm(), envelope.getShowLog().getLastIndex()));
      case LOG_SHOWN -> {
        RaftEnvelope.LogShown shown = envelope.getLogShown();
        yield new RaftMessage.LogShown(from, to, term, shown.getQuestion(), new EntryId(shown.getLastTerm(), shown.getLastIndex()),
            shown.getMembers(), shown.getLeads());
      }
      case QUIESCE -> new RaftMessage.Quiesce(from, to, term,
          new EntryId(envelope.getQuiesce().getLastTerm(), envelope.getQuiesce().getLastIndex()));
      case MESSAGE_NOT_SET -> null;
    };
  }

  private static RaftMessage decodeAppend(ReplicaId from, ReplicaId to, long term, RaftEnvelope.Append append) {
    long index = append.getPreviousIndex();
    List<Entry> entries = new ArrayList<>(append.getEntriesCount());
    for (RaftEnvelope.LogEntry entry : append.getEntriesList()) {
      index++;
      EntryKind kind = EntryKind.of(entry.getKind());
      byte[] payload = entry.getPayload().toByteArray();
      if (kind == EntryKind.MEMBERSHIP) {
        MembershipCodec.decode(payload); // Raft takes it for good once the entry is in its log.
      }
      entries.add(new Entry(entry.getTerm(), index, kind, payload));
    }
    return new RaftMessage.AppendEntries(from, to, term, new EntryId(append.getPreviousTerm(), append.getPreviousIndex()), entries,
        append.getCommit());
  }
}
