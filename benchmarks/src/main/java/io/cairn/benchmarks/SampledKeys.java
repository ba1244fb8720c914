package io.cairn.benchmarks;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetOptions;
import io.cairn.client.GetResult;
import io.cairn.client.KvClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.IntFunction;

/**
 * Some of many keys, asked for again and again until they are gone. A watch of all of them would tell more, and would itself be a good part
 * of the load on a machine that also runs the nodes.
 */
final class SampledKeys {
  private final KvClient client;
  private final List<ByteSeq> there = new ArrayList<>();

  /** @param size of the sample, at most {@code count}; its keys are an odd number apart, so that they are of every prefix in turn */
  SampledKeys(KvClient client, int count, int size, IntFunction<ByteSeq> key) {
    this.client = client;
    int apart = count / size - 1 | 1;
    for (int i = 0; i < size; i++) {
      there.add(key.apply(i * apart));
    }
  }

  boolean isEmpty() {
    return there.isEmpty();
  }

  /** Asks for every key that was there when it was last asked for; returns how many have gone since. Linearizable reads, all at once. */
  int ask() throws InterruptedException, ExecutionException {
    Map<ByteSeq, CompletableFuture<GetResult>> asked = new LinkedHashMap<>();
    there.forEach(key -> asked.put(key, client.async().get(key, GetOptions.DEFAULT).toCompletableFuture()));
    int before = there.size();
    there.clear();
    for (Map.Entry<ByteSeq, CompletableFuture<GetResult>> each : asked.entrySet()) {
      if (each.getValue().get().found().isPresent()) {
        there.add(each.getKey());
      }
    }
    return before - there.size();
  }
}
