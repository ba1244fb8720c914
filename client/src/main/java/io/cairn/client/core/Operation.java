package io.cairn.client.core;

import io.cairn.client.ByteSeq;
import io.cairn.client.ClusterMap;
import io.cairn.client.DeleteRangeResult;
import io.cairn.client.DeleteResult;
import io.cairn.client.GetResult;
import io.cairn.client.KeyRange;
import io.cairn.client.NodeStatus;
import io.cairn.client.PutResult;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import java.util.Optional;

/** Everything a client can ask of a cluster, with the type of the answer. */
public sealed interface Operation<T> {

  /** What it holds in memory until it ends, about: the client admits calls by the sum. */
  default long bytes() {
    return FIXED_BYTES;
  }

  /** What a call holds beside its keys and values. Measured as a put's objects under compressed oops, rounded up. */
  int FIXED_BYTES = 512;

  record Put(ByteSeq key, ByteSeq value, boolean previous) implements Operation<PutResult> {
    @Override
    public long bytes() {
      return FIXED_BYTES + key.size() + value.size();
    }
  }

  record Delete(ByteSeq key, boolean previous) implements Operation<DeleteResult> {
    @Override
    public long bytes() {
      return FIXED_BYTES + key.size();
    }
  }

  record DeleteRange(KeyRange range, boolean parts) implements Operation<DeleteRangeResult> {}

  record Get(ByteSeq key, long revision, Optional<String> node) implements Operation<GetResult> {
    @Override
    public long bytes() {
      return FIXED_BYTES + key.size();
    }
  }

  record Range(KeyRange range, long revision, long limit, RangeOptions.Show show, Optional<String> node)
      implements Operation<RangeResult> {}

  record Map() implements Operation<ClusterMap> {}

  record Status(String node) implements Operation<NodeStatus> {}
}
