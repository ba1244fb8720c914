package io.cairn.client.core;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvException;
import io.cairn.client.PutResult;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import io.cairn.client.GetResult;
import io.cairn.client.KeyRange;
import io.cairn.client.fake.FakeCluster;
import io.cairn.client.fake.FakeNode;
import io.cairn.client.fake.PipeTransport;
import io.cairn.client.fake.VirtualLoop;
import io.cairn.platform.JdkRandomSource;
import io.cairn.protocol.transport.HostPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A client's core and a fake cluster in virtual time. */
final class Simulation {

  static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(5);

  final VirtualLoop loop;
  final PipeTransport transport;
  final FakeCluster cluster;
  final ClientCore core;

  Simulation(String... splits) {
    this(settings -> settings, splits);
  }

  Simulation(java.util.function.UnaryOperator<ClientSettings> change, String... splits) {
    this(new VirtualLoop(), change, splits);
  }

  Simulation(VirtualLoop loop, java.util.function.UnaryOperator<ClientSettings> change, String... splits) {
    this.loop = loop;
    transport = new PipeTransport(loop);
    cluster = new FakeCluster(splits);
    try {
      cluster.start(transport, 3, 7001);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    List<HostPort> endpoints = new ArrayList<>();
    for (String endpoint : cluster.endpoints()) {
      endpoints.add(HostPort.parse(endpoint));
    }
    core = new ClientCore(loop, loop, transport, new JdkRandomSource(7), change.apply(ClientSettings.of(endpoints)));
  }

  FakeNode node(int number) {
    return cluster.node("n" + number);
  }

  Ended<PutResult> put(String key, String value) {
    return start(new Operation.Put(ByteSeq.utf8(key), ByteSeq.utf8(value), false));
  }

  Ended<GetResult> get(String key) {
    return start(new Operation.Get(ByteSeq.utf8(key), 0, Optional.empty()));
  }

  Ended<RangeResult> range(KeyRange range, long limit) {
    return range(range, RangeOptions.DEFAULT.withLimit(limit));
  }

  Ended<RangeResult> range(KeyRange range, RangeOptions options) {
    return start(new Operation.Range(range, options));
  }

  <T> Ended<T> start(Operation<T> operation) {
    Ended<T> ended = new Ended<>();
    ended.pending = core.start(operation, DEADLINE_NANOS, ended);
    return ended;
  }

  /** Turns time until the call has ended, which it must within its deadline. */
  <T> Ended<T> await(Ended<T> call) {
    long start = loop.nanoTime();
    if (!loop.runUntil(() -> call.times > 0, DEADLINE_NANOS)) {
      throw new AssertionError("the call outlived its deadline");
    }
    call.tookNanos = loop.nanoTime() - start;
    return call;
  }

  <T> T done(Ended<T> call) {
    await(call);
    if (call.why != null) {
      throw new AssertionError("the call failed", call.why);
    }
    return call.result;
  }

  /** How a call ended. */
  final class Ended<T> implements Completion<T> {
    T result;
    KvException why;
    int times;
    long tookNanos;
    ClientCore.Pending pending;

    @Override
    public void done(T answer) {
      times++;
      result = answer;
    }

    @Override
    public void failed(KvException cause) {
      times++;
      why = cause;
    }
  }
}
