package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetOptions;
import io.cairn.client.KeyValue;
import io.cairn.client.KvClient;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.raw.RawConnection;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Sends a request's bytes, the same each time, to whoever leads; and says what an answer to a repeated write must be. */
final class RawRetries {
  private static final Duration MOST = Duration.ofSeconds(30);

  private RawRetries() {}

  static byte[] bytes(Request request) {
    return RawConnection.frame(FrameKind.REQUEST, 77, request);
  }

  /** Sends the bytes to one node after the other until one answers as a leader does; nothing but NOT_LEADER is tried again. */
  static Response sendToLeader(LocalCluster cluster, byte[] bytes) {
    return Await.until("a leader answers", MOST, () -> {
      for (KvdNode node : cluster.nodes()) {
        Optional<Response> answer = node.isAwake() ? send(node, bytes) : Optional.empty();
        if (answer.isPresent()) {
          return answer;
        }
      }
      return Optional.empty();
    }, cluster::logs);
  }

  /** The node's answer; empty when it is not the leader or does not listen. */
  static Optional<Response> send(KvdNode node, byte[] bytes) {
    try (RawConnection connection = RawConnection.client(node.addresses().client())) {
      connection.send(bytes);
      Response answer = connection.response();
      Error error = answer.getError();
      boolean elsewhere = error.getCode() == ErrorCode.NOT_LEADER;
      return elsewhere ? Optional.empty() : Optional.of(answer);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static Response firstAnswer(Response answer) {
    assertThat(answer.hasWrite()).as("done: %s", answer).isTrue();
    assertThat(answer.getWrite().getRepeatedAnswer()).as("the first answer").isFalse();
    assertThat(answer.getWrite().getChanged()).isEqualTo(1);
    assertThat(answer.getRevision()).isGreaterThan(1);
    return answer;
  }

  /** The same answer once more, marked as that. */
  static void assertRepeats(Response repeated, Response first) {
    assertThat(repeated.hasWrite()).as("done: %s", repeated).isTrue();
    assertThat(repeated.getWrite().getRepeatedAnswer()).as("marked as repeated: %s", repeated).isTrue();
    assertThat(repeated.getRevision()).isEqualTo(first.getRevision());
    assertThat(repeated.getWrite().getChanged()).isEqualTo(first.getWrite().getChanged());
    assertThat(repeated.getWrite().getPrevious()).isEqualTo(first.getWrite().getPrevious());
    assertThat(repeated.getWrite().getTxn()).isEqualTo(first.getWrite().getTxn());
    assertThat(repeated.getWrite().getLease()).isEqualTo(first.getWrite().getLease());
  }

  /** On every node that is awake the key stands at the write's revision, and was put so many times. */
  static void assertPut(LocalCluster cluster, String key, long revision, long version) {
    try (KvClient client = cluster.client(MOST)) {
      for (KvdNode node : cluster.nodes()) {
        if (node.isAwake()) {
          KeyValue found = client.get(ByteSeq.utf8(key), GetOptions.DEFAULT.withNode(node.name())).found().orElseThrow();
          assertThat(found.modRevision()).as("revision of %s on %s", key, node).isEqualTo(revision);
          assertThat(found.version()).as("version of %s on %s", key, node).isEqualTo(version);
        }
      }
    }
  }
}
