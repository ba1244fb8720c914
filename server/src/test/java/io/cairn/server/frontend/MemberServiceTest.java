package io.cairn.server.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.MemberRequest;
import io.cairn.protocol.wire.MemberRequest.Kind;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What of a change of members is bad input gets no further than this: what is in the log of shard 0 every node has to live with. */
class MemberServiceTest {
  private static final List<String> NAMES = List.of("", "-n4", "n 4", "n4\n", "n/4", "n\u00e4", "n".repeat(1_000));
  private static final List<String> ADDRESSES = List.of("", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:-1",
      "127.0.0.1:7001x", ":7001", "a b:7001", "a\nb:7001", "[[]]:7001", "[\u0001]:7001", "a".repeat(1_000) + ":7001", "0.0.0.0:7001",
      "[::]:7001");

  private final ClientFixture node = new ClientFixture();

  private static MemberRequest.Builder add() {
    return MemberRequest.newBuilder().setKind(Kind.ADD).setNode("n4").setPeerAddress("127.0.0.1:7104").setClientAddress("127.0.0.1:7004");
  }

  private static MemberRequest.Builder replace() {
    return add().setKind(Kind.REPLACE).setReplaced("n2");
  }

  private Response answer(MemberRequest.Builder request) {
    return node.answer(Request.newBuilder().setRemainingMillis(5_000).setMember(request));
  }

  private void refused(MemberRequest.Builder request) {
    Response answer = answer(request);
    assertThat(answer.getError().getCode()).as("%s", request).isEqualTo(ErrorCode.BAD_REQUEST);
    assertThat(answer.getError().getMessage()).isNotEmpty().hasSizeLessThan(500);
  }

  @Test
  @DisplayName("names and addresses that nobody could use are bad requests")
  void badNamesAndAddresses() {
    for (String name : NAMES) {
      refused(add().setNode(name));
      refused(replace().setNode(name));
      refused(replace().setReplaced(name));
      refused(MemberRequest.newBuilder().setKind(Kind.PROMOTE).setNode(name));
      refused(MemberRequest.newBuilder().setKind(Kind.REMOVE).setNode(name));
    }
    for (String address : ADDRESSES) {
      refused(add().setPeerAddress(address));
      refused(replace().setClientAddress(address));
    }
    refused(add().setKindValue(77));
  }

  @Test
  void whatCanBeIsHandedOn() {
    for (MemberRequest.Builder good : List.of(add(), replace(), MemberRequest.newBuilder().setKind(Kind.LIST),
        MemberRequest.newBuilder().setKind(Kind.PROMOTE).setNode("n4"), add().setPeerAddress("[::1]:7104").setNode("n".repeat(63)))) {
      assertThat(answer(good).hasError()).as("%s", good).isFalse();
    }
  }
}
