package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.raw.RawConnection;
import io.cairn.jepsen.raw.RawWrites;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Response;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 2, "Retried writes take effect once", as a raw connection sees it: the same bytes, sent again. */
final class ExactlyOnceTest {

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();

  @Test
  @DisplayName("A-11 one request's bytes sent again at once: one write, and its answer twice")
  void bytesSentAgainAtOnceTakeEffectOnce() throws IOException {
    byte[] bytes = RawRetries.bytes(new RawWrites().put("a/at-once", "v", 0));
    Response first;
    try (RawConnection connection = RawConnection.client(cluster.leaderOf("a/at-once").addresses().client())) {
      connection.send(bytes);
      connection.send(bytes);
      first = connection.response();
      Response second = connection.response();
      if (first.getWrite().getRepeatedAnswer()) {
        Response swapped = first;
        first = second;
        second = swapped;
      }
      RawRetries.firstAnswer(first);
      RawRetries.assertRepeats(second, first);
    }
    RawRetries.assertPut(cluster, "a/at-once", first.getRevision(), 1);
  }

  @Test
  @DisplayName("A-11 a hundred writes in flight, each sent three times in a row on two connections: each takes effect once")
  void manySentThreeTimesTakeEffectOnce() throws IOException {
    int writes = 100;
    var client = new RawWrites();
    KvdNode leader = cluster.leaderOf("a/many");
    try (RawConnection one = RawConnection.client(leader.addresses().client());
        RawConnection other = RawConnection.client(leader.addresses().client())) {
      for (int i = 0; i < writes; i++) {
        Command.Builder command = client.command(0).setLowestOpen(1)
            .setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("a/many")).setValue(ByteString.copyFromUtf8("v" + i)));
        byte[] bytes = RawConnection.frame(FrameKind.REQUEST, i, RawWrites.request(command));
        one.send(bytes);
        other.send(bytes);
        one.send(bytes);
      }
      var revisions = new long[writes];
      int firsts = 0;
      for (int i = 0; i < 3 * writes; i++) {
        var frame = (i < 2 * writes ? one : other).next().orElseThrow();
        Response answer = Response.parseFrom(frame.body());
        int write = (int) frame.requestId();
        assertThat(answer.hasWrite()).as("%s", answer).isTrue();
        firsts += answer.getWrite().getRepeatedAnswer() ? 0 : 1;
        assertThat(revisions[write] == 0 || revisions[write] == answer.getRevision()).as("one revision for write %d", write).isTrue();
        revisions[write] = answer.getRevision();
      }
      assertThat(firsts).as("first answers").isEqualTo(writes);
    }
    try (var kv = cluster.client()) {
      assertThat(kv.get("a/many").found().orElseThrow().version()).isEqualTo(writes);
    }
  }

  @Test
  @DisplayName("A-11 the same bytes to the next leader, after the first was killed: the first one's answer")
  void bytesSentAgainAfterAChangeOfLeaderTakeEffectOnce() {
    var client = new RawWrites();
    byte[] older = RawRetries.bytes(client.put("k/moved", "old", 0));
    RawRetries.firstAnswer(RawRetries.sendToLeader(cluster, older));
    byte[] bytes = RawRetries.bytes(RawWrites.request(client.command(0)
        .setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("k/moved")).setValue(ByteString.copyFromUtf8("new")).setPrevious(true))));
    Response first = RawRetries.firstAnswer(RawRetries.sendToLeader(cluster, bytes));
    assertThat(first.getWrite().getPrevious().getValue().toStringUtf8()).isEqualTo("old");
    KvdNode killed = cluster.leaderOf("k/moved");
    killed.kill();
    RawRetries.assertRepeats(RawRetries.sendToLeader(cluster, bytes), first);
    RawRetries.assertPut(cluster, "k/moved", first.getRevision(), 2);
    killed.start();
    cluster.awaitReady();
    RawRetries.assertRepeats(RawRetries.sendToLeader(cluster, bytes), first);
    assertThat(RawRetries.sendToLeader(cluster, older).getError().getCode()).as("of a sequence that its client has closed")
        .isEqualTo(ErrorCode.SEQUENCE_CLOSED);
  }

  @Test
  @DisplayName("A-11 the same bytes after every node was killed and started again: the first one's answer")
  void bytesSentAgainAfterARestartOfAllTakeEffectOnce() {
    byte[] bytes = RawRetries.bytes(new RawWrites().put("z/restarted", "v", 0));
    Response first = RawRetries.firstAnswer(RawRetries.sendToLeader(cluster, bytes));
    var nothing = new RawWrites();
    byte[] delete = RawRetries.bytes(RawWrites.request(nothing.command(0).setDeleteRange(DeleteRange.newBuilder()
        .setStart(ByteString.copyFromUtf8("z/none/")).setEnd(ByteString.copyFromUtf8("z/none0")))));
    Response deletedNothing = RawRetries.sendToLeader(cluster, delete);
    assertThat(deletedNothing.getWrite().getChanged()).isZero();
    cluster.nodes().forEach(KvdNode::kill);
    cluster.nodes().forEach(KvdNode::start);
    cluster.awaitReady();
    RawRetries.assertRepeats(RawRetries.sendToLeader(cluster, bytes), first);
    RawRetries.assertRepeats(RawRetries.sendToLeader(cluster, delete), deletedNothing);
    RawRetries.assertPut(cluster, "z/restarted", first.getRevision(), 1);
  }
}
