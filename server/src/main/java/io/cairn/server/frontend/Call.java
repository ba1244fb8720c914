package io.cairn.server.frontend;

import io.cairn.platform.Clock;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.Response;
import io.cairn.server.metrics.NodeMeters;
import io.cairn.server.metrics.RequestOp;
import io.cairn.server.metrics.RequestOutcome;
import io.cairn.server.outcome.FailStop;
import io.cairn.server.outcome.Refusal;
import java.util.function.Consumer;

/**
 * One request on its way through the node: where its answer goes, until when, and what room it holds. Answered exactly once,
 * from any loop; the answer leaves on the connection's.
 */
public final class Call {

  /** What all calls of a node share. */
  public record Desk(Admission admission, NodeMeters meters, Clock clock, FailStop failStop) {}

  private final Desk desk;
  private final ClientConnection connection;
  private final long requestId;
  private final long began;
  private final long deadline;
  private int cost;
  private boolean holdsPage;
  private RequestOp op;
  private boolean ended;
  /** What follows its answer under the same id; null for nothing. */
  private Consumer<Response> next;
  /** Bytes of ranges that its parts may hold in all, and do. */
  private long granted = Long.MAX_VALUE;
  private long spent;

  Call(Desk desk, ClientConnection connection, long requestId, RequestOp op, long began, long deadline, int cost) {
    this.desk = desk;
    this.connection = connection;
    this.requestId = requestId;
    this.op = op;
    this.began = began;
    this.deadline = deadline;
    this.cost = cost;
  }

  /** Counts it under what it turned out to be. */
  void countAs(RequestOp what) {
    op = what;
  }

  /** Takes more room, for an answer that may be far larger than its question; null when it is granted. On the connection's loop. */
  Refusal charge(int bytes) {
    Refusal refusal = desk.admission.enter(connection, bytes);
    if (refusal == null) {
      cost += bytes;
    }
    return refusal;
  }

  /** Takes the room of one page, for a read of many keys; null when it is granted. On the connection's loop. */
  Refusal enterScan() {
    Refusal refusal = desk.admission.enterScan(connection);
    holdsPage = refusal == null;
    return refusal;
  }

  /** Whether an answer that may be large can be given, or why not. */
  Refusal enterAnswer() {
    return desk.admission.enterAnswer();
  }

  ClientConnection connection() {
    return connection;
  }

  long requestId() {
    return requestId;
  }

  /** On the node's monotonic clock. */
  long deadline() {
    return deadline;
  }

  /** Nanoseconds until the deadline, 0 when it has passed. */
  long remainingNanos() {
    return Math.max(0, deadline - desk.clock.nanoTime());
  }

  boolean expired() {
    return desk.clock.nanoTime() - deadline >= 0;
  }

  void done(Response response) {
    if (next != null) {
      part(response);
      settled();
      next.accept(response);
    } else {
      end(response, RequestOutcome.DONE);
    }
  }

  /** Its answer is not the end: {@code then} goes on under its id, when it has been sent. Parts wait for credit. */
  void goesOn(long credit, Consumer<Response> then) {
    next = then;
    granted = credit;
  }

  /** The reader takes so many bytes in all. */
  void grant(long total) {
    granted = Math.max(granted, total);
  }

  long granted() {
    return granted;
  }

  long spent() {
    return spent;
  }

  /** Whether the next part of a large answer must wait for its reader. */
  boolean mustWait() {
    return connection.full() || spent >= granted;
  }

  void refused(Refusal refusal) {
    desk.meters.refused(refusal.code());
    end(Answers.refused(refusal), RequestOutcome.REFUSED);
  }

  /** Ends with an answer that another room, or another node, has made. */
  void answer(Response response) {
    if (!response.hasError()) {
      end(response, RequestOutcome.DONE);
    } else if (response.getError().getKind() == ErrorKind.UNKNOWN) {
      end(response, RequestOutcome.UNKNOWN);
    } else {
      desk.meters.refused(response.getError().getCode());
      end(response, RequestOutcome.REFUSED);
    }
  }

  void unknown(String message) {
    end(Answers.unknown(message), RequestOutcome.UNKNOWN);
  }

  /** Its request is served, and what goes on under its id is no longer this call's: it gives its room back. On the connection's loop. */
  void settled() {
    if (!ended) {
      leave();
      desk.meters.request(op, RequestOutcome.DONE, desk.clock.nanoTime() - began);
    }
  }

  /** Sends a part of the answer; on the connection's loop. */
  void part(Response response) {
    spent += response.getRange().getSerializedSize();
    connection.respond(requestId, response, true);
  }

  /** Ends without an answer: nobody waits for it any more. On the connection's loop. */
  void abandoned() {
    if (!ended) {
      leave();
    }
  }

  private void leave() {
    ended = true;
    desk.admission.leave(connection, cost);
    if (holdsPage) {
      desk.admission.leaveScan(connection);
    }
  }

  /** No answer is ever too large by the bounds of what is stored; were one, the client hears of it and the node goes on. */
  private Response fitting(Response response) {
    int bytes = response.getSerializedSize();
    return connection.channel().fits(bytes) ? response : Answers.refused(Refusal.of(ErrorCode.BAD_REQUEST,
        "the answer has " + bytes + " bytes, more than a frame of this connection; ask for less"));
  }

  private void end(Response response, RequestOutcome outcome) {
    connection.channel().loop().run(() -> {
      if (ended) {
        return;
      }
      leave();
      desk.meters.request(op, outcome, desk.clock.nanoTime() - began);
      if (!desk.failStop.isBroken()) {
        connection.respond(requestId, fitting(response), false);
      }
    });
  }
}
