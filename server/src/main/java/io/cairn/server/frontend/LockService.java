package io.cairn.server.frontend;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.LockAnswer;
import io.cairn.protocol.wire.LockEnter;
import io.cairn.protocol.wire.LockWait;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.server.metrics.RequestOp;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.shard.ShardMap;
import io.cairn.storage.mvcc.WriteResult;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** What clients ask about locks: checked, put where it is a put, then handed to whoever keeps the queues. */
public final class LockService {
  /** Longer than anybody waits, and no overflow. */
  private static final long WAIT_MILLIS_MAX = TimeUnit.DAYS.toMillis(3_650);

  /**
   * Whoever waits for a place.
   *
   * @param key of the place, as it is stored
   * @param token of the place; 0 where the place was only just put
   * @param kind what is to be done
   * @param until when the place is left, on the node's monotonic clock
   * @param deadline when the request must be answered
   */
  public record Waiting(ByteString key, long token, Kind kind, long until, long deadline) {

    /** What is to be done with a place. */
    public enum Kind {
      /** Tell how it stands. */
      ENTER,
      /** Tell that it is granted, or leave it. */
      TRY,
      /** Leave it. */
      WITHDRAW,
      /** Tell when it is granted, and leave it when the time is over. */
      WAIT
    }

    boolean isOfPut() {
      return kind != Kind.WAIT;
    }
  }

  /** Hears of a place. From the replica's loop; the end comes once. */
  public interface Told {
    /** It goes on waiting. */
    void part(LockAnswer answer);

    void done(LockAnswer answer, long revision);

    /** Nothing was found out; asked again it may be. */
    void failed(Refusal refusal);
  }

  /** Where queues are kept. */
  public interface Route {
    /** On the loop of the replica that leads the lock's shard. */
    void wait(Replica replica, Waiting waiting, Told told);

    /** Nobody hears any more. On the same loop. */
    void left(Replica replica, Waiting waiting);

    /** The queue of a user's key, or null when it can be no place. */
    ByteString queue(ByteString key);
  }

  private final Route route;
  private final Supplier<ShardMap> map;
  private final Replicas replicas;

  public LockService(Route route, Supplier<ShardMap> map, Replicas replicas) {
    this.route = route;
    this.map = map;
    this.replicas = replicas;
  }

  /** Takes a place: a write as any other, and then a look at the queue. */
  void enter(Call call, Request request, WriteService writes) {
    LockEnter enter = request.getLockEnter();
    Waiting.Kind kind = enter.getWithdraw() ? Waiting.Kind.WITHDRAW : enter.getTry() ? Waiting.Kind.TRY : Waiting.Kind.ENTER;
    writes.serve(call, request, enter.getCommand(), new WriteService.Use() {
      @Override
      public Refusal refusal(Command command) {
        call.countAs(RequestOp.LOCK);
        return entering(command);
      }

      @Override
      public void ended(Command command, Outcome<WriteResult.Done> outcome) {
        switch (outcome) {
          case Outcome.Done<WriteResult.Done>(var done) -> {
            ByteString key = ByteString.copyFrom(Keyspace.stored(command.getKeyspace(), command.getPut().getKey()));
            begin(call, new Waiting(key, 0, kind, call.deadline(), call.deadline()), answer -> answer.setRevision(
                Math.max(answer.getRevision(), done.revision())));
          }
          case Outcome.Refused<WriteResult.Done>(var refusal) -> call.refused(refusal);
          case Outcome.Unknown<WriteResult.Done>(var message) -> call.unknown(message);
        }
      }
    });
  }

  private Refusal entering(Command command) {
    if (command.getOpCase() != Command.OpCase.PUT || command.getPut().getLease() == 0) {
      return Refusal.of(ErrorCode.BAD_REQUEST, "a place in a lock's queue is taken by a put under a lease");
    }
    return placeRefusal(command.getPut().getKey());
  }

  private Refusal placeRefusal(ByteString key) {
    return route.queue(key) != null ? null : Refusal.of(ErrorCode.BAD_REQUEST, "'" + WriteService.printable(key)
        + "' can be no place in a lock's queue; its queue is what stands before its last '/', and has a {tag}, as in {orders}/lock/17");
  }

  /** Waits for a place that was taken before. */
  void await(Call call, Request request, RequestChecks checks) {
    LockWait wait = request.getLockWait();
    Refusal refusal = checks.keyspaceKnown(RequestChecks.keyspace(request.getKeyspace()));
    refusal = refusal != null ? refusal : checks.key(wait.getKey());
    refusal = refusal != null ? refusal : placeRefusal(wait.getKey());
    if (refusal == null && wait.getToken() <= 0) {
      refusal = Refusal.of(ErrorCode.BAD_REQUEST, "the token is " + wait.getToken() + "; it is what the answer to the entering said");
    }
    if (refusal != null) {
      call.refused(refusal);
      return;
    }
    long millis = wait.getWaitMillis() < 0 ? WAIT_MILLIS_MAX : Math.min(wait.getWaitMillis(), WAIT_MILLIS_MAX);
    long until = call.deadline() - call.remainingNanos() + TimeUnit.MILLISECONDS.toNanos(millis);
    ByteString key = ByteString.copyFrom(Keyspace.stored(RequestChecks.keyspace(request.getKeyspace()), wait.getKey()));
    begin(call, new Waiting(key, wait.getToken(), Waiting.Kind.WAIT, until, call.deadline()), answer -> answer);
  }

  private void begin(Call call, Waiting waiting, UnaryOperator<Response.Builder> shown) {
    ShardDescriptor shard = map.get().locate(waiting.key().toByteArray());
    Replica replica = replicas.get(shard.id());
    if (replica == null) {
      call.refused(Refusal.notLeader(shard.id(), ""));
      return;
    }
    var stream = new WaitStream(call, replica, waiting, shown);
    call.connection().channel().loop().run(() -> {
      if (call.connection().gone()) {
        stream.cancel();
      } else if (call.connection().opened(call.requestId(), stream)) {
        replica.loop().run(() -> route.wait(replica, waiting, stream));
      } else {
        call.refused(AnswerStream.idInUse(call));
      }
    });
  }

  /** The call of somebody who waits: when it goes, the place is kept for a while. */
  private final class WaitStream implements AnswerStream, Told {
    private final Call call;
    private final Replica replica;
    private final Waiting waiting;
    private final UnaryOperator<Response.Builder> shown;
    private boolean ended;

    WaitStream(Call call, Replica replica, Waiting waiting, UnaryOperator<Response.Builder> shown) {
      this.call = call;
      this.replica = replica;
      this.waiting = waiting;
      this.shown = shown;
    }

    @Override
    public void cancel() {
      if (!ended) {
        ended = true;
        call.abandoned();
        replica.loop().execute(() -> route.left(replica, waiting));
      }
    }

    @Override
    public void goOn() {}

    @Override
    public void part(LockAnswer answer) {
      call.connection().channel().loop().run(() -> {
        if (!ended) {
          call.part(Response.newBuilder().setLock(answer).build());
        }
      });
    }

    @Override
    public void done(LockAnswer answer, long revision) {
      end(() -> call.done(shown.apply(Response.newBuilder().setRevision(revision)).setLock(answer).build()));
    }

    @Override
    public void failed(Refusal refusal) {
      // The put of one that enters is done: what is refused is not certain to have had no effect.
      end(() -> {
        if (waiting.isOfPut()) {
          call.unknown("the place is taken, and how it stands is not known: " + refusal.message());
        } else {
          call.refused(refusal);
        }
      });
    }

    private void end(Runnable answer) {
      call.connection().channel().loop().run(() -> {
        if (!ended) {
          ended = true;
          call.connection().ended(call.requestId());
          answer.run();
        }
      });
    }
  }
}
