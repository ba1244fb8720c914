package io.cairn.server.frontend;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.RequestHandler;
import io.cairn.protocol.link.ServerChannel;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.Request;
import io.cairn.server.config.Limits;
import io.cairn.server.metrics.RequestOp;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.outcome.RefusedConnections;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardMap;
import io.cairn.server.watch.WatchRoom;
import io.netty.buffer.ByteBuf;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The clients' port: takes requests apart, admits them, and gives each to its service. */
public final class ClientService implements RequestHandler {
  /** No request may wait longer, whatever it says. */
  private static final long REMAINING_MILLIS_MAX = TimeUnit.HOURS.toMillis(1);

  private final Call.Desk desk;
  private final Admission admission;
  private final WriteService writes;
  private final GetService gets;
  private final RangeService ranges;
  private final HashService hashes;
  private final TransferService transfers;
  private final StatusService status;
  private final MemberService members;
  private final HistoryService history;
  private final KeyHistoryService keyHistory;
  private final WatchService watches;
  private final WatchRoom watchRoom;
  private final LeaseService leases;
  private final LockService locks;
  private final RequestChecks checks;
  private final RefusedConnections refusals;
  private final long outboundBytesMax;
  /** In the order they were opened: what is done to all of them is done in the same order in every run. */
  private final Set<ServerChannel> channels = Collections.synchronizedSet(new LinkedHashSet<>());
  private volatile boolean stopping;

  public ClientService(Call.Desk desk, Supplier<ShardMap> map, Replicas replicas, Revisions revisions, EventLoop scanLoop, Limits limits,
      StatusService status, MemberService members, HistoryService history, FeatureLevels levels, WatchRoom watchRoom, LeaseService leases, LockService locks) {
    this.checks = new RequestChecks(limits);
    this.desk = desk;
    this.admission = desk.admission();
    this.writes = new WriteService(checks, map, replicas, levels, limits, leases);
    this.leases = leases;
    this.locks = locks;
    this.gets = new GetService(checks, map, replicas);
    var turns = new ScanTurns(scanLoop, admission);
    this.ranges = new RangeService(checks, map, replicas, revisions, turns, limits);
    this.keyHistory = new KeyHistoryService(checks, map, replicas, scanLoop, limits);
    this.hashes = new HashService(checks, map, replicas, turns, limits);
    this.transfers = new TransferService(map, replicas);
    this.status = status;
    this.members = members;
    this.history = history;
    this.watches = new WatchService(checks, map, replicas, revisions, turns, limits.watches().chunkBytes(), watchRoom,
        desk.meters());
    this.watchRoom = watchRoom;
    this.refusals = new RefusedConnections(desk.clock(), "client");
    this.outboundBytesMax = limits.connectionOutboundBytes();
  }

  /** What is in flight: requests that are not answered yet, and the pages that they may hold. From any thread. */
  public long inflightBytes() {
    return admission.requestBytes() + admission.pageBytes();
  }

  /** Bytes of requests that are not answered yet. From any thread. */
  public long requestBytes() {
    return admission.requestBytes();
  }

  /** Bytes of pages that reads of many keys may hold. From any thread. */
  public long pageBytes() {
    return admission.pageBytes();
  }

  public long pageBytesMax() {
    return admission.pageBytesMax();
  }

  /** Bytes of answers that readers have not taken. From any thread. */
  public long outboundBytes() {
    return admission.outboundBytes();
  }

  /** From now on every request is refused; what is in flight is still answered. */
  public void stop() {
    stopping = true;
    for (ServerChannel channel : channels.toArray(new ServerChannel[0])) {
      channel.loop().run(() -> channel.goAway("this node is stopping"));
    }
    watchRoom.stop();
  }

  public void close() {
    for (ServerChannel channel : channels.toArray(new ServerChannel[0])) {
      channel.loop().run(() -> {
        // At once: when close() has been heard of, nothing more is read for a range.
        ((ClientConnection) channel.attachment()).closed();
        channel.close();
      });
    }
  }

  @Override
  public void opened(ServerChannel channel, Hello hello) {
    var connection = new ClientConnection(channel, admission, outboundBytesMax);
    connection.watchWith(watches.connection(connection));
    channel.attach(connection);
    channels.add(channel);
  }

  @Override
  public void frame(ServerChannel channel, FrameKind kind, int flags, long requestId, ByteBuf body) throws FrameException {
    if (kind != FrameKind.REQUEST) {
      throw new FrameException(FrameException.Fault.UNEXPECTED, "a frame of kind " + kind + " is not for a client's port");
    }
    var connection = (ClientConnection) channel.attachment();
    int cost = Admission.cost(body.readableBytes());
    Refusal refusal = stopping ? Refusal.of(ErrorCode.SHUTTING_DOWN, "this node is stopping; ask another one")
        : admission.enter(connection, cost);
    if (refusal != null) {
      desk.meters().refused(refusal.code());
      channel.respond(requestId, Answers.refused(refusal), false);
      return;
    }
    Request request;
    try {
      request = Frame.parse(Request.parser(), body);
    } catch (FrameException e) {
      admission.leave(connection, cost);
      throw e;
    }
    serve(connection, requestId, request, cost);
  }

  private void serve(ClientConnection connection, long requestId, Request request, int cost) {
    long now = desk.clock().nanoTime();
    long remaining = Math.min(Integer.toUnsignedLong(request.getRemainingMillis()), REMAINING_MILLIS_MAX);
    var call = new Call(desk, connection, requestId, op(request), now, now + TimeUnit.MILLISECONDS.toNanos(remaining), cost);
    if (remaining == 0) {
      call.refused(Refusal.of(ErrorCode.DEADLINE, "the request has no time left: remaining_millis is 0"));
      return;
    }
    switch (request.getBodyCase()) {
      case COMMAND -> writes.serve(call, request);
      case GET -> gets.serve(call, request);
      case RANGE -> ranges.serve(call, request);
      case CHILDREN -> ranges.children(call, request);
      case HASH -> hashes.serve(call, request);
      case TRANSFER -> transfers.serve(call, request.getTransfer());
      case SHARD_MAP -> status.shardMap(call);
      case STATUS -> status.status(call);
      case MEMBER -> members.serve(call, request.getMember());
      case HISTORY -> history.serve(call, request.getHistory());
      case KEY_HISTORY -> keyHistory.serve(call, request);
      case WATCH -> watches.serve(call, request);
      case WATCH_CONTROL -> watches.control(call, request);
      case WATCH_LIST -> watches.list(call, request);
      case LEASE_KEEP_ALIVE, LEASE_TIME_TO_LIVE, LEASE_LIST -> leases.serve(call, request);
      case LOCK_ENTER -> locks.enter(call, request, writes);
      case LOCK_WAIT -> locks.await(call, request, checks);
      case BODY_NOT_SET -> call.refused(Refusal.of(ErrorCode.BAD_REQUEST, "the request is of a kind that this version does not know"));
    }
  }

  /** Under what the request is counted; a write is told apart once its command is decoded. */
  private static RequestOp op(Request request) {
    return switch (request.getBodyCase()) {
      case COMMAND -> RequestOp.PUT;
      case GET -> RequestOp.GET;
      case RANGE -> RequestOp.RANGE;
      case CHILDREN -> RequestOp.CHILDREN;
      case HASH -> RequestOp.HASH;
      case TRANSFER -> RequestOp.TRANSFER;
      case SHARD_MAP -> RequestOp.SHARD_MAP;
      case MEMBER -> RequestOp.MEMBER;
      case HISTORY, KEY_HISTORY -> RequestOp.HISTORY;
      case WATCH -> RequestOp.WATCH;
      case WATCH_CONTROL -> RequestOp.WATCH_CONTROL;
      case LEASE_KEEP_ALIVE, LEASE_TIME_TO_LIVE, LEASE_LIST -> RequestOp.LEASE;
      case LOCK_ENTER, LOCK_WAIT -> RequestOp.LOCK;
      case STATUS, WATCH_LIST, BODY_NOT_SET -> RequestOp.STATUS;
    };
  }

  @Override
  public void cancelled(ServerChannel channel, long requestId) {
    ((ClientConnection) channel.attachment()).cancel(requestId);
  }

  @Override
  public void writable(ServerChannel channel) {
    ((ClientConnection) channel.attachment()).writable();
  }

  @Override
  public void closed(ServerChannel channel, Throwable cause) {
    channels.remove(channel);
    ((ClientConnection) channel.attachment()).closed();
  }

  @Override
  public void refused(String remote, HandshakeRefused refusal) {
    refusals.refused(remote, refusal);
  }
}
