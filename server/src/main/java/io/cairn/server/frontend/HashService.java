package io.cairn.server.frontend;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.HashAnswer;
import io.cairn.protocol.wire.HashRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.server.config.Limits;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.ReadRequest;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardMap;
import io.cairn.storage.mvcc.CompactedException;
import io.cairn.storage.mvcc.RevisionHash;
import io.cairn.storage.mvcc.ShardStore;
import java.util.function.Supplier;

/**
 * What this node's replica of a shard shows at one revision, as a hash to compare with other replicas'. Made on the scan loop in
 * slices, in turn with the pages of ranges; after each slice a part of the answer says that it goes on.
 */
final class HashService {
  private final RequestChecks checks;
  private final Supplier<ShardMap> map;
  private final Replicas replicas;
  private final ScanTurns turns;
  private final long sliceBytes;

  HashService(RequestChecks checks, Supplier<ShardMap> map, Replicas replicas, ScanTurns turns, Limits limits) {
    this.checks = checks;
    this.map = map;
    this.replicas = replicas;
    this.turns = turns;
    this.sliceBytes = limits.rangeChunkBytes();
  }

  void serve(Call call, Request request) {
    HashRequest hash = request.getHash();
    Replica replica = replicas.get(hash.getShard());
    Refusal refusal = checks.revision(hash.getRevision(), request.getSeen());
    if (refusal == null && hash.getRevision() == 0) {
      refusal = Refusal.of(ErrorCode.BAD_REQUEST, "a hash is made at a revision; name one that an answer has shown");
    }
    if (refusal == null && replica == null) {
      refusal = RequestChecks.noReplica(hash.getShard(), map.get());
    }
    refusal = refusal != null ? refusal : call.enterScan();
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    var stream = new HashStream(call, replica, hash.getRevision());
    if (!call.connection().opened(call.requestId(), stream)) {
      call.refused(AnswerStream.idInUse(call));
      return;
    }
    stream.start(Math.max(hash.getRevision(), request.getSeen()));
  }

  private final class HashStream implements AnswerStream, ScanTurns.Turn {
    private final Call call;
    private final Replica replica;
    private final long revision;
    private EventLoop.Timer deadline;
    /** Of the scan loop, from slice to slice. */
    private RevisionHash hash;
    private volatile boolean ended;

    HashStream(Call call, Replica replica, long revision) {
      this.call = call;
      this.replica = replica;
      this.revision = revision;
      this.hash = new RevisionHash(revision);
    }

    void start(long context) {
      deadline = loop().schedule(call.remainingNanos(), () -> refuse(Refusal.deadline("before the hash was made; allow more time")));
      var read = new ReadRequest(context, call.deadline(), outcome -> loop().run(() -> confirmed(outcome)));
      replica.loop().run(() -> replica.readAtLeast(read));
    }

    private EventLoop loop() {
      return call.connection().channel().loop();
    }

    private void confirmed(Outcome<Long> outcome) {
      if (ended) {
        return;
      }
      switch (outcome) {
        case Outcome.Done<Long> _ -> nextSlice();
        case Outcome.Refused<Long>(var refusal) -> refuse(refusal);
        case Outcome.Unknown<Long>(var message) -> refuse(Refusal.of(ErrorCode.NO_QUORUM, message));
      }
    }

    private void nextSlice() {
      if (ended) {
        return;
      }
      turns.ask(this);
    }

    @Override
    public void come() {
      slice();
      turns.done();
    }

    /** On the scan loop. */
    private void slice() {
      if (ended) {
        return;
      }
      try {
        ShardStore store = replica.store();
        boolean done = hash.advance(store, sliceBytes);
        if (store != replica.store()) {
          // A snapshot took its place, and the old store may have been deleted under the slice.
          hash = new RevisionHash(revision);
          loop().run(this::nextSlice);
          return;
        }
        HashAnswer.Builder answer = HashAnswer.newBuilder().setKeys(hash.keys()).setBytes(hash.bytes()).setCompacted(hash.compacted());
        if (done) {
          answer.setHash(hash.hash());
        }
        loop().run(() -> sliced(answer, done));
      } catch (CompactedException e) {
        loop().run(() -> refuse(Refusal.of(ErrorCode.COMPACTED, e.getMessage()).withRevision(e.oldest())));
      }
    }

    private void sliced(HashAnswer.Builder answer, boolean done) {
      if (ended) {
        return;
      }
      Response response = Response.newBuilder().setRevision(revision).setHash(answer).build();
      if (done) {
        end();
        call.done(response);
      } else {
        call.part(response);
        nextSlice();
      }
    }

    private void refuse(Refusal refusal) {
      if (!ended) {
        end();
        call.refused(refusal);
      }
    }

    private void end() {
      ended = true;
      if (deadline != null) {
        deadline.cancel();
      }
      turns.giveUp(this);
      call.connection().ended(call.requestId());
    }

    @Override
    public void cancel() {
      end();
      call.abandoned();
    }

    /** Its parts are small, and it does not wait for its reader. */
    @Override
    public void goOn() {}
  }
}
