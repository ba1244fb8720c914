package io.cairn.simulator.cluster;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetResult;
import io.cairn.client.KeyRange;
import io.cairn.client.KvException;
import io.cairn.client.NodeStatus;
import io.cairn.client.PutResult;
import io.cairn.client.WatchOptions;
import io.cairn.client.core.ClientCore;
import io.cairn.client.core.ClientSettings;
import io.cairn.client.core.Completion;
import io.cairn.client.core.LeaseKeeper;
import io.cairn.client.core.LockAttempt;
import io.cairn.client.core.Operation;
import io.cairn.client.core.WatchCall;
import io.cairn.client.core.WatchSink;
import io.cairn.protocol.transport.HostPort;
import io.cairn.simulator.SimMachine;
import io.cairn.simulator.net.SimTransport;
import io.cairn.simulator.schedule.SimProcess;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * An application with the client library, on a machine of its own. Calls may be made from outside of a run and from within one;
 * they complete on the client's loop, with a {@link KvException} if they fail.
 */
public final class SimClient {
  private static final long DEADLINE_NANOS = 5_000_000_000L;

  private final SimMachine machine;
  private final ClientCore core;

  SimClient(SimMachine machine, List<HostPort> endpoints, long attemptNanos) {
    this.machine = machine;
    SimProcess process = machine.boot();
    SimTransport transport = machine.transport(1);
    this.core = new ClientCore(transport.loops().getFirst(), process.clock(), transport, process.random(),
        ClientSettings.of(endpoints).withAttempt(attemptNanos));
  }

  public SimMachine machine() {
    return machine;
  }

  public <T> CompletableFuture<T> start(Operation<T> operation, long timeoutNanos) {
    CompletableFuture<T> result = new CompletableFuture<>();
    core.start(operation, timeoutNanos, new Completion<>() {
      @Override
      public void done(T value) {
        result.complete(value);
      }

      @Override
      public void failed(KvException why) {
        result.completeExceptionally(why);
      }
    });
    return result;
  }

  /** A watch, to be begun; what it shows comes on the client's loop. */
  public WatchCall watch(KeyRange range, WatchOptions options, WatchSink sink) {
    return core.watch(range, options, sink);
  }

  /** What keeps leases of this client alive. */
  public LeaseKeeper leases() {
    return core.keeper();
  }

  /** An attempt to get a lock, to be begun; how it ends is heard on the client's loop. */
  public LockAttempt lock(LockAttempt.Wanted wanted, Completion<Optional<Long>> ended) {
    return new LockAttempt(core, wanted, ended);
  }

  public CompletableFuture<PutResult> put(String key, String value) {
    return put(key, value, DEADLINE_NANOS);
  }

  public CompletableFuture<PutResult> put(String key, String value, long timeoutNanos) {
    return start(new Operation.Put(ByteSeq.utf8(key), ByteSeq.utf8(value), false), timeoutNanos);
  }

  public CompletableFuture<GetResult> get(String key) {
    return get(key, DEADLINE_NANOS);
  }

  public CompletableFuture<GetResult> get(String key, long timeoutNanos) {
    return start(new Operation.Get(ByteSeq.utf8(key), 0, Optional.empty()), timeoutNanos);
  }

  /** Read by that node's replicas, linearizably all the same. */
  public CompletableFuture<GetResult> getFrom(String node, String key) {
    return start(new Operation.Get(ByteSeq.utf8(key), 0, Optional.of(node)), DEADLINE_NANOS);
  }

  public CompletableFuture<NodeStatus> status(String node) {
    return start(new Operation.Status(node), DEADLINE_NANOS);
  }

  public void close() {
    core.close();
  }
}
