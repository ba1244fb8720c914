package io.cairn.client.fake;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.ChildrenChunk;
import io.cairn.protocol.wire.ChildrenRequest;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.KeyValue;
import io.cairn.protocol.wire.RangeChunk;
import io.cairn.protocol.wire.RangeRequest;
import io.cairn.protocol.wire.Response;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Ranges and children as the server answers them, in small chunks. A token is {@code resume:} and the last key that was shown. */
final class FakeRanges {

  /** Keys of a chunk: few, so that small ranges come in several. */
  private static final int CHUNK_KEYS = 3;
  private static final ByteString TOKEN = ByteString.copyFromUtf8("resume:");

  private final TreeMap<ByteString, KeyValue> data;
  private final long revision;

  FakeRanges(TreeMap<ByteString, KeyValue> data, long revision) {
    this.data = data;
    this.revision = revision;
  }

  List<Response> range(RangeRequest request) {
    if (request.getRevision() > revision) {
      return List.of(FakeCluster.error(
          ErrorKind.REFUSED, ErrorCode.FUTURE_REVISION, "revision " + request.getRevision() + " is of the future"));
    }
    if (!request.getResume().isEmpty() && !request.getResume().startsWith(TOKEN)) {
      return List.of(FakeCluster.error(ErrorKind.REFUSED, ErrorCode.BAD_REQUEST, "the resume token is no good: it was cut or made up"));
    }
    NavigableMap<ByteString, KeyValue> found = request.getEndOpen()
        ? data.tailMap(request.getStart(), true) : data.subMap(request.getStart(), true, request.getEnd(), false);
    found = request.getReverse() ? found.descendingMap() : found;
    if (!request.getResume().isEmpty()) {
      found = found.tailMap(request.getResume().substring(TOKEN.size()), false);
    }
    return request.getCountOnly()
        ? List.of(chunk(RangeChunk.newBuilder().setCount(found.size())))
        : chunks(request, found);
  }

  private List<Response> chunks(RangeRequest request, NavigableMap<ByteString, KeyValue> found) {
    List<Response> chunks = new ArrayList<>();
    RangeChunk.Builder chunk = RangeChunk.newBuilder();
    ByteString last = null;
    long returned = 0;
    long bytes = 0;
    for (KeyValue kv : found.values()) {
      KeyValue shown = request.getKeysOnly() ? kv.toBuilder().clearValue().build() : kv;
      bytes += shown.getKey().size() + shown.getValue().size() + 1;
      boolean full = request.getLimit() > 0 && returned == request.getLimit()
          || request.getBytesLimit() > 0 && returned > 0 && bytes > request.getBytesLimit();
      if (full) {
        chunk.setMore(true).setResume(TOKEN.concat(last));
        break;
      }
      if (chunk.getKvsCount() == CHUNK_KEYS) {
        chunks.add(chunk(chunk));
        chunk = RangeChunk.newBuilder();
      }
      chunk.addKvs(shown);
      last = kv.getKey();
      returned++;
    }
    chunks.add(chunk(chunk.setCount(returned)));
    return chunks;
  }

  private Response chunk(RangeChunk.Builder chunk) {
    return Response.newBuilder().setRevision(revision).setRange(chunk.setRevision(revision)).build();
  }

  List<Response> children(ChildrenRequest request) {
    String prefix = request.getPrefix().toStringUtf8();
    String delimiter = request.getDelimiter().toStringUtf8();
    Map<String, Boolean> children = new LinkedHashMap<>();
    for (ByteString bytes : data.keySet()) {
      String key = bytes.toStringUtf8();
      if (key.startsWith(prefix)) {
        int at = key.indexOf(delimiter, prefix.length());
        children.put(at < 0 ? key : key.substring(0, at + delimiter.length()), at >= 0);
      }
    }
    String after = request.getResume().isEmpty() ? "" : request.getResume().substring(TOKEN.size()).toStringUtf8();
    List<Response> chunks = new ArrayList<>();
    ChildrenChunk.Builder last = ChildrenChunk.newBuilder();
    String shown = "";
    int returned = 0;
    for (Map.Entry<String, Boolean> child : children.entrySet()) {
      if (child.getKey().compareTo(after) <= 0 && !after.isEmpty()) {
        continue;
      }
      if (request.getLimit() > 0 && returned == request.getLimit()) {
        last.setMore(true).setResume(TOKEN.concat(ByteString.copyFromUtf8(shown)));
        break;
      }
      chunks.add(chunk(ChildrenChunk.newBuilder().addChildren(
          ChildrenChunk.Child.newBuilder().setName(ByteString.copyFromUtf8(child.getKey())).setBelow(child.getValue()))));
      shown = child.getKey();
      returned++;
    }
    chunks.add(chunk(last));
    return chunks;
  }

  private Response chunk(ChildrenChunk.Builder chunk) {
    return Response.newBuilder().setRevision(revision).setChildren(chunk.setRevision(revision)).build();
  }
}
