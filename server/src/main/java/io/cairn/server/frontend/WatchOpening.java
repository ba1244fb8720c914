package io.cairn.server.frontend;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.RangeRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.WatchRequest;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.ReadRequest;
import io.cairn.server.replica.Replica;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.watch.WatchRoom;
import io.cairn.server.watch.WatchStart;
import io.cairn.server.watch.WatchTerms;
import io.cairn.storage.mvcc.KeyBounds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A watch until it stands. Each shard of its range must be resolved just before the place where it begins, and have applied everything up
 * to there on this node: so a replica that lags waits, instead of telling what is old (W-05), and a revision that was never handed out is
 * refused. Belongs to the connection's loop; ends by the request's deadline.
 */
final class WatchOpening implements AnswerStream {

  /** Where revisions come from, and where watches go. */
  record Sources(ReadStream.Sources reads, WatchRoom room, int chunkBytes) {}

  private final Call call;
  private final Request request;
  private final WatchTerms terms;
  private final List<ShardDescriptor> shards;
  private final Sources sources;
  private final List<Long> resolved;
  private int open;
  /** The first revision wanted; 0 until it is known. */
  private long next;
  private EventLoop.Timer deadline;
  private boolean ended;

  WatchOpening(Call call, Request request, WatchTerms terms, List<ShardDescriptor> shards, Sources sources) {
    this.call = call;
    this.request = request;
    this.terms = terms;
    this.shards = shards;
    this.sources = sources;
    this.resolved = new ArrayList<>(Collections.nCopies(shards.size(), 0L));
  }

  void start() {
    if (request.getWatch().getFromCase() == WatchRequest.FromCase.INITIAL_STATE) {
      startState();
      return;
    }
    if (!call.connection().opened(call.requestId(), this)) {
      call.refused(AnswerStream.idInUse(call));
      return;
    }
    deadline = loop().schedule(call.remainingNanos(), () -> refuse(Refusal.deadline("before the watch was established")));
    if (request.getWatch().getFromCase() == WatchRequest.FromCase.FROM_REVISION) {
      next = request.getWatch().getFromRevision();
      resolveAll(next - 1);
    } else if (shards.size() == 1) {
      resolveAll(request.getSeen());
    } else {
      sources.reads.revisions().take(new Revisions.Take(0, loop()) {
        @Override
        protected void granted(long first, long last) {
          next = Math.max(last, request.getSeen()) + 1;
          resolveAll(next - 1);
        }
      });
    }
  }

  /** The state is read, and sent, as a range at one revision; where that ends the watch begins. */
  private void startState() {
    Refusal refusal = call.enterScan();
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    WatchRequest.InitialState state = request.getWatch().getInitialState();
    byte[] start = state.getBehind().isEmpty() ? terms.start()
        : Bounds.later(terms.start(), KeyBounds.successor(Keyspace.stored(RequestChecks.keyspace(request.getKeyspace()), state.getBehind())));
    var pages = new RangePages(RangeRequest.getDefaultInstance(), start, terms.end(), sources.chunkBytes);
    call.goesOn(request.getWatch().getCreditBytes(), last -> {
      next = last.getRange().getRevision() + 1;
      begin(Collections.nCopies(shards.size(), next - 1), true);
    });
    new ReadStream(call, ReadTerms.of(request, state.getRevision()), shards, pages, sources.reads).start();
  }

  private EventLoop loop() {
    return call.connection().channel().loop();
  }

  private void resolveAll(long context) {
    if (ended) {
      return;
    }
    open = shards.size();
    for (int i = 0; i < shards.size(); i++) {
      Replica replica = sources.reads.replicas().get(shards.get(i).id());
      if (replica == null) {
        refuse(Refusal.notLeader(shards.get(i).id(), ""));
        return;
      }
      int at = i;
      var read = new ReadRequest(context, call.deadline(), outcome -> loop().run(() -> resolved(at, outcome)));
      replica.loop().run(() -> replica.read(read));
    }
  }

  private void resolved(int at, Outcome<Long> outcome) {
    if (ended) {
      return;
    }
    switch (outcome) {
      case Outcome.Done<Long>(var revision) -> {
        resolved.set(at, revision);
        if (--open == 0) {
          end();
          call.settled();
          next = next > 0 ? next : resolved.getFirst() + 1;
          begin(List.copyOf(resolved), false);
        }
      }
      case Outcome.Refused<Long>(var refusal) -> refuse(refusal);
      case Outcome.Unknown<Long>(var message) -> refuse(Refusal.of(ErrorCode.NO_QUORUM, message));
    }
  }

  private void begin(List<Long> resolvedAt, boolean synced) {
    long credit = synced ? call.granted() : request.getWatch().getCreditBytes();
    boolean named = request.getWatch().getFromCase() == WatchRequest.FromCase.FROM_REVISION;
    sources.room.begin(new WatchStart(call.connection().watches().lane(), call.requestId(), terms, shards, resolvedAt, next, named, credit,
        call.spent(), synced));
  }

  @Override
  public void cancel() {
    end();
    call.abandoned();
  }

  @Override
  public void goOn() {}

  private void refuse(Refusal refusal) {
    if (!ended) {
      end();
      call.refused(refusal);
    }
  }

  private void end() {
    ended = true;
    deadline.cancel();
    call.connection().ended(call.requestId());
  }
}
