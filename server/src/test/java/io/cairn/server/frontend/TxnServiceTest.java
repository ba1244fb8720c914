package io.cairn.server.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.Add;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Compare;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnOp;
import io.cairn.protocol.wire.TxnRange;
import io.cairn.server.testing.Commands;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a node takes of transactions, and what it says of those that it does not take. */
class TxnServiceTest {
  private final ClientFixture node = new ClientFixture();
  private long sequence;

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static TxnOp put(String key, String value) {
    return TxnOp.newBuilder().setPut(Put.newBuilder().setKey(bytes(key)).setValue(bytes(value))).build();
  }

  private static TxnOp nested(Txn.Builder txn) {
    return TxnOp.newBuilder().setTxn(txn).build();
  }

  private Request.Builder request(Command.Builder command) {
    long number = ++sequence;
    return Request.newBuilder().setRemainingMillis(5_000).setCommand(command.setClientHigh(5).setClientLow(6).setSequence(number)
        .setLowestOpen(number).setKeyspace(1).build().toByteString());
  }

  private Response txn(Txn.Builder txn) {
    return node.answer(request(Command.newBuilder().setTxn(txn)));
  }

  private Error refused(Txn.Builder txn) {
    Response answer = txn(txn);
    assertThat(answer.hasError()).as("%s", answer).isTrue();
    assertThat(answer.getError().getKind()).isEqualTo(ErrorKind.REFUSED);
    return answer.getError();
  }

  private boolean has(String key) {
    return node.answer(Request.newBuilder().setRemainingMillis(5_000).setGet(GetRequest.newBuilder().setKey(bytes(key)))).getGet().hasFound();
  }

  @Test
  void aTransactionIsDoneAndAnsweredOperationByOperation() {
    Response answer = txn(Txn.newBuilder()
        .addCompares(Compare.newBuilder().setKey(bytes("a")).setRelation(Compare.Relation.EQUAL).setExists(false))
        .addThen(put("a", "1"))
        .addThen(TxnOp.newBuilder().setAdd(Add.newBuilder().setKey(bytes("n")).setDelta(3)).build().toBuilder()
            .setAdd(Add.newBuilder().setKey(bytes("an")).setDelta(3)))
        .addThen(TxnOp.newBuilder().setRange(TxnRange.newBuilder().setStart(bytes("a")).setEnd(bytes("b")))));
    assertThat(answer.getWrite().getTxn().getSucceeded()).isTrue();
    assertThat(answer.getWrite().getChanged()).isEqualTo(2);
    assertThat(answer.getWrite().getTxn().getAnswers(1).getSum()).isEqualTo(3);
    assertThat(answer.getWrite().getTxn().getAnswers(2).getKvsList()).allSatisfy(kv -> assertThat(kv.getModRevision()).isEqualTo(answer.getRevision()));
    assertThat(node.service.inflightBytes()).isZero();
  }

  @Test
  void keysOfTwoShardsAreRefusedWithBothAndTheRule() {
    Error error = refused(Txn.newBuilder().addThen(put("a", "1")).addThen(nested(Txn.newBuilder().addOtherwise(put("z", "1")))));
    assertThat(error.getCode()).isEqualTo(ErrorCode.TXN_CROSSES_SHARDS);
    assertThat(error.getMessage()).contains("shards 1, 2").contains("'{...}'");
    Error range = refused(Txn.newBuilder().addThen(put("a", "1")).addCompares(
        Compare.newBuilder().setKey(bytes("a")).setEndOpen(true).setRelation(Compare.Relation.LESS).setCount(5)));
    assertThat(range.getCode()).isEqualTo(ErrorCode.TXN_CROSSES_SHARDS);
    assertThat(has("a")).isFalse();
  }

  @Test
  void aKeyWrittenTwiceIsRefusedUnlessItCannotBe() {
    assertThat(refused(Txn.newBuilder().addThen(put("a", "1")).addThen(nested(Txn.newBuilder().addOtherwise(put("a", "2"))))).getCode())
        .isEqualTo(ErrorCode.TXN_WRITES_TWICE);
    assertThat(refused(Txn.newBuilder().addThen(put("a", "1"))
        .addThen(TxnOp.newBuilder().setDeleteRange(DeleteRange.newBuilder().setStart(bytes("a")).setEnd(bytes("b"))))).getMessage()).contains("'a'");
    Response either = txn(Txn.newBuilder().addThen(nested(Txn.newBuilder().addThen(put("a", "1"))
        .addOtherwise(TxnOp.newBuilder().setDelete(Delete.newBuilder().setKey(bytes("a")))))));
    assertThat(either.hasError()).as("%s", either).isFalse();
  }

  @Test
  void whatIsTooDeepTooMuchOrNoKeyIsRefusedWithTheBound() {
    Txn.Builder deep = Txn.newBuilder().addThen(put("a", "1"));
    for (int i = 0; i < TxnChecks.DEPTH_MAX; i++) {
      deep = Txn.newBuilder().addThen(nested(deep));
    }
    assertThat(refused(deep).getMessage()).contains("8 deep");
    Txn.Builder many = Txn.newBuilder();
    for (int i = 0; i < 1_025; i++) {
      many.addThen(put("a" + i, ""));
    }
    assertThat(refused(many).getMessage()).contains("1025").contains("1024").contains("limits.txn-operations");
    assertThat(refused(Txn.newBuilder().addThen(put("a", "x".repeat(530_000))).addThen(put("b", "x".repeat(530_000)))).getMessage())
        .contains("limits.batch-bytes");
    assertThat(refused(Txn.newBuilder().addThen(nested(Txn.newBuilder().addThen(put("", "1"))))).getCode()).isEqualTo(ErrorCode.KEY_EMPTY);
    assertThat(refused(Txn.newBuilder().addThen(TxnOp.getDefaultInstance())).getMessage()).contains("says nothing that this version knows");
    assertThat(refused(Txn.newBuilder().addCompares(Compare.newBuilder().setKey(bytes("a")).setExists(true).setRelation(Compare.Relation.LESS)))
        .getMessage()).contains("EQUAL only");
    assertThat(has("a")).isFalse();
  }

  @Test
  void aSumOfWhatIsNoNumberIsRefusedAndEverythingWithIt() {
    node.answer(request(Command.newBuilder().setPut(Put.newBuilder().setKey(bytes("text")).setValue(bytes("x")))));
    assertThat(refused(Txn.newBuilder().addThen(put("tea", "1")).addThen(TxnOp.newBuilder().setAdd(Add.newBuilder().setKey(bytes("text")))))
        .getCode()).isEqualTo(ErrorCode.NOT_A_NUMBER);
    assertThat(has("tea")).isFalse();
  }

  @Test
  @DisplayName("a transaction is not proposed while a node may not understand it, unless its shard has had one")
  void whatANodeMayNotUnderstandIsNotProposed() {
    node.behind = new FeatureLevels.Behind("n2", 2);
    Error older = refused(Txn.newBuilder().addThen(put("a", "1")));
    assertThat(older.getCode()).isEqualTo(ErrorCode.NOT_SUPPORTED);
    assertThat(older.getMessage()).contains("node n2 is at feature level 2").contains("level 3 of every node (this one is at 3)");
    assertThat(older.getRetryAfterMillis()).isZero();
    node.behind = new FeatureLevels.Behind("n2", 0);
    assertThat(refused(Txn.newBuilder().addThen(put("a", "1"))).getRetryAfterMillis()).as("it may be about to").isPositive();
    assertThat(has("a")).isFalse();
    assertThat(node.answer(request(Command.newBuilder().setPut(Put.newBuilder().setKey(bytes("a"))))).hasError()).as("a put").isFalse();
    node.behind = null;
    assertThat(txn(Txn.newBuilder().addThen(put("a", "1"))).hasError()).isFalse();
    node.behind = new FeatureLevels.Behind("n2", 0);
    assertThat(txn(Txn.newBuilder().addThen(put("a", "2"))).hasError()).as("the shard's log has one already").isFalse();
    assertThat(refused(Txn.newBuilder().addThen(put("z", "1"))).getCode()).as("another shard's has none").isEqualTo(ErrorCode.NOT_SUPPORTED);
  }

  @Test
  void commandsOfBothKindsShareABatch() {
    var first = node.ask(request(Command.newBuilder().setPut(Put.newBuilder().setKey(bytes("a")).setValue(bytes("1")))));
    var second = node.ask(request(Command.newBuilder().setAdd(Add.newBuilder().setKey(bytes("a")).setDelta(4))));
    var third = node.ask(Request.newBuilder().setRemainingMillis(5_000).setCommand(Commands.put(9, 1, "b", "x").build().toByteString()));
    node.loops.run();
    assertThat(first.last.hasError()).isFalse();
    assertThat(second.last.getWrite().getSum()).isEqualTo(5);
    assertThat(third.last.hasError()).isFalse();
  }
}
