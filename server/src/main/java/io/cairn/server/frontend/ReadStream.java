package io.cairn.server.frontend;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.Consistency;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.Staleness;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.ReadRequest;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.storage.mvcc.CompactedException;
import io.cairn.storage.mvcc.ShardStore;
import java.util.ArrayList;
import java.util.List;

/**
 * A read of many keys on its way out, page by page, shard by shard, all at one revision. The next page is read when the connection
 * has taken what was sent, so a slow reader holds one page and no more, and in turn with all others ({@link ScanTurns}). Belongs to
 * the connection's loop; pages are read on the scan loop.
 *
 * <p>Which revision: the one asked for; or of one shard that at which its leader resolves it, of several one from the oracle, at
 * which each is then resolved. A serializable read takes the newest that this node's replicas show and says up to where all of
 * them are complete.
 */
final class ReadStream implements AnswerStream, ScanTurns.Turn {

  /** Where pages come from. */
  record Sources(Replicas replicas, Revisions revisions, ScanTurns turns) {}

  private final Call call;
  private final ReadTerms terms;
  private final List<ShardDescriptor> shards;
  private final Pages pages;
  private final Sources sources;
  private int at;
  private long revision;
  /** What each shard must be resolved at before it is read. */
  private long context;
  /** What the answer says: a revision at which every shard read is resolved, not below what the client has seen. */
  private long shown;
  /** Of a serializable read. */
  private Staleness staleness;
  private boolean waitingForReader;
  /** The page that is asked for, until it is taken in. Read on the scan loop once the turn has come. */
  private PageWanted wanted;
  private EventLoop.Timer deadline;
  /** Read as a hint on the scan loop, which need not read pages that nobody waits for. */
  private volatile boolean ended;

  /** @param shards in the order in which they are read; at least one */
  ReadStream(Call call, ReadTerms terms, List<ShardDescriptor> shards, Pages pages, Sources sources) {
    this.call = call;
    this.terms = terms;
    this.shards = shards;
    this.pages = pages;
    this.sources = sources;
    this.revision = terms.revision();
    this.context = terms.context();
    this.shown = context;
  }

  void start() {
    if (!call.connection().opened(call.requestId(), this)) {
      call.refused(AnswerStream.idInUse(call));
      return;
    }
    // Whatever it waits for (the oracle, a quorum, its reader), it ends by its deadline.
    deadline = loop().schedule(call.remainingNanos(), () -> refuse(Refusal.deadline("before the range was read")));
    if (terms.consistency() == Consistency.LINEARIZABLE) {
      startConfirmed();
    } else {
      startLocal();
    }
  }

  private void startConfirmed() {
    if (revision > 0 || shards.size() == 1) {
      enterShard();
      return;
    }
    sources.revisions.take(new Revisions.Take(0, loop()) {
      @Override
      protected void granted(long first, long last) {
        // What was handed out last is not below anything that any client has seen.
        revision = last;
        context = Math.max(context, last);
        shown = context;
        enterShard();
      }
    });
  }

  private void startLocal() {
    var replicas = new ArrayList<Replica>(shards.size());
    for (ShardDescriptor shard : shards) {
      Replica replica = sources.replicas.get(shard.id());
      if (replica == null) {
        refuse(Refusal.notLeader(shard.id(), ""));
        return;
      }
      replicas.add(replica);
    }
    LocalSurvey.of(replicas, loop(), this::surveyed);
  }

  private void surveyed(LocalSurvey local) {
    if (ended) {
      return;
    }
    if (local == null) {
      refuse(Refusal.of(ErrorCode.SHUTTING_DOWN, "this node is stopping; ask another one"));
    } else if (terms.consistency() == Consistency.SERIALIZABLE) {
      staleness = local.staleness();
      shown = local.resolved();
      revision = revision > 0 ? revision : local.newest();
      enterShard();
    } else if (revision == 0 && local.resolved() >= context && local.resolved() >= local.compacted()) {
      revision = local.resolved();
      context = revision;
      shown = revision;
      enterShard();
    } else {
      startConfirmed();
    }
  }

  @Override
  public void cancel() {
    end();
    call.abandoned();
  }

  @Override
  public void goOn() {
    if (waitingForReader) {
      waitingForReader = false;
      nextPage();
    }
  }

  @Override
  public void grant(long total) {
    call.grant(total);
    goOn();
  }

  private EventLoop loop() {
    return call.connection().channel().loop();
  }

  private void enterShard() {
    if (ended) {
      return;
    }
    ShardDescriptor shard = shards.get(at);
    pages.enter(shard);
    Replica replica = sources.replicas.get(shard.id());
    if (replica == null) {
      refuse(Refusal.notLeader(shard.id(), ""));
    } else if (terms.consistency() == Consistency.SERIALIZABLE) {
      nextPage();
    } else {
      confirm(replica);
    }
  }

  private void confirm(Replica replica) {
    var read = new ReadRequest(context, call.deadline(), outcome -> loop().run(() -> confirmed(outcome)));
    boolean newest = revision == 0;
    replica.loop().run(() -> {
      if (terms.consistency() == Consistency.AT_LEAST && !newest) {
        replica.readAtLeast(read);
      } else {
        replica.read(read);
      }
    });
  }

  private void confirmed(Outcome<Long> outcome) {
    if (ended) {
      return;
    }
    switch (outcome) {
      case Outcome.Done<Long>(var resolved) -> {
        if (revision == 0) {
          revision = resolved;
          shown = resolved;
        }
        nextPage();
      }
      case Outcome.Refused<Long>(var refusal) -> refuse(refusal);
      case Outcome.Unknown<Long>(var message) -> refuse(Refusal.of(ErrorCode.NO_QUORUM, message));
    }
  }

  private void nextPage() {
    if (ended) {
      return;
    }
    if (call.expired()) {
      refuse(Refusal.deadline("while the range was read"));
      return;
    }
    if (call.mustWait()) {
      waitingForReader = true;
      return;
    }
    wanted = new PageWanted(sources.replicas.get(shards.get(at).id()), pages.next(revision));
    sources.turns.ask(this);
  }

  private record PageWanted(Replica replica, Pages.Read read) {}

  @Override
  public void come() {
    Runnable goOn = ended || call.expired() ? this::nextPage : read(wanted);
    loop().run(() -> {
      wanted = null;
      goOn.run();
      sources.turns.done();
    });
  }

  /** On the scan loop. Returns what is to be done on the stream's. */
  private Runnable read(PageWanted page) {
    try {
      ShardStore store = page.replica.store();
      Pages.Page read = page.read.of(store);
      // Else a snapshot took its place, and the old store may have been deleted under the page: what was read says nothing.
      return store == page.replica.store() ? () -> pageRead(read) : this::nextPage;
    } catch (CompactedException e) {
      return () -> refuse(Refusal.of(ErrorCode.COMPACTED, e.getMessage()).withRevision(e.oldest()));
    }
  }

  private void pageRead(Pages.Page page) {
    if (ended) {
      return;
    }
    Pages.Next next = page.take();
    while (pages.chunks() > 1) {
      call.part(response(false, false));
    }
    switch (next) {
      case SAME_SHARD -> {
        // Also an empty one: it tells the client that the read goes on.
        call.part(response(false, false));
        nextPage();
      }
      case NEXT_SHARD -> {
        if (at + 1 == shards.size()) {
          finish(false);
          return;
        }
        if (pages.chunks() > 0) {
          call.part(response(false, false));
        }
        at++;
        enterShard();
      }
      case FULL -> finish(true);
    }
  }

  private void finish(boolean more) {
    end();
    call.done(response(true, more));
  }

  private Response response(boolean last, boolean more) {
    Response.Builder response = Response.newBuilder().setRevision(shown);
    if (staleness != null) {
      response.setStaleness(staleness);
    }
    pages.fill(response, revision, last, more);
    return response.build();
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
    if (wanted != null) {
      sources.turns.giveUp(this);
    }
    call.connection().ended(call.requestId());
  }
}
