package io.cairn.cli.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.KeyRange;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Transactions as people write them down. */
class TxnTextTest {

  private static Txn parse(String text) throws TextFault {
    var parser = new TxnText();
    int number = 1;
    for (String line : text.split("\n", -1)) {
      parser.line(number++, line);
    }
    return parser.txn();
  }

  @Test
  void everyConditionAndOperationIsUnderstood() throws TextFault {
    Txn txn = parse("""
        # a comment
        if
          value color = blue          # and one behind
          value --prefix c != "a b"
          version color >= 2
          created color < 9
          modified --range a z <= 12
          lease color = 6f0a
          exists color
          missing --prefix x/
          count --prefix users/ < 100
        then
          put color red --prev
          put --prev "a key" "two\\nlines \\x00\\"\\\\"
          put a b --lease 6f0a
          put --lease 10 --prev c d
          get color
          del old
          del --prefix tmp/ --prev
          range --range a z --limit 3 --keys-only --reverse
          count --prefix users/
          add visits -1
          begin
            if
              exists x
            then
              del x --prev
          end
        else
          get color
        """);
    assertThat(txn.conditions()).containsExactly(
        Compare.value("color").equalTo("blue"), Compare.value(KeyRange.prefix("c")).notEqualTo("a b"), Compare.version("color").atLeast(2),
        Compare.createRevision("color").lessThan(9), Compare.modRevision(KeyRange.of("a", "z")).atMost(12), Compare.lease("color").equalTo(0x6f0a),
        Compare.exists("color"), Compare.missing(KeyRange.prefix("x/")), Compare.count(KeyRange.prefix("users/")).lessThan(100));
    assertThat(txn.then()).containsExactly(
        TxnOp.put("color", "red").withPrevious(),
        TxnOp.put(ByteSeq.utf8("a key"), ByteSeq.of("two\nlines \0\"\\".getBytes())).withPrevious(),
        TxnOp.put("a", "b").withLease(0x6f0a), TxnOp.put("c", "d").withLease(0x10).withPrevious(),
        TxnOp.get("color"), TxnOp.delete("old"), TxnOp.deleteRange(KeyRange.prefix("tmp/")).withPrevious(),
        TxnOp.range(KeyRange.of("a", "z")).withLimit(3).withKeysOnly().reversed(), TxnOp.count(KeyRange.prefix("users/")),
        TxnOp.add("visits", -1), TxnOp.txn(Txn.ifAll(Compare.exists("x")).then(TxnOp.delete("x").withPrevious())));
    assertThat(txn.otherwise()).containsExactly(TxnOp.get("color"));
  }

  @Test
  void aTextMayBeginWithAnOperation() throws TextFault {
    assertThat(parse("put a 1")).isEqualTo(Txn.of(TxnOp.put("a", "1")));
    assertThat(parse("put \"--prev\" \"#\"")).isEqualTo(Txn.of(TxnOp.put("--prev", "#")));
    assertThat(parse("then\nelse\n get a")).isEqualTo(Txn.ifAll().otherwise(TxnOp.get("a")));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
    "puts a b|1|1|'puts' is no operation",
    "put a|1|6|a value is missing at the end of the line",
    "put a b c|1|9|'c' is too much for put",
    "put a \"b|1|7|the quotation mark is not closed",
    "put a \"b\"c|1|10|a space is missing behind the quotation mark",
    "put a \"b\\q\"|1|9|a backslash begins one of",
    "put a \"\\xg1\"|1|8|\\x has two hexadecimal digits",
    "add a b|1|7|what is added is expected here, a whole number; 'b' is none",
    "if~ value a|2|9|a relation, one of = != < <= > >=, is missing",
    "if~  value a <> b|2|11|a relation is expected here",
    "if~ version a = -1|2|14|a key's numbers are not negative",
    "if~put a b|2|1|'put' is no condition",
    "then~ value a = b|2|2|'value' is no operation",
    "if~ begin|2|2|a transaction within it stands behind then or else",
    "end|1|1|there is no begin for this end",
    "begin~ put a 1|1|1|this begin has no end",
    "put a 1~if|2|1|the sections come once each",
    "count a|1|7|--prefix P or --range START END is expected here",
    "range --prefix a --limit -1|1|26|a limit is not negative",
    "# nothing|1|1|the transaction is empty"})
  void whatCannotBeMeantIsNamedWithItsPlace(String text, int line, int column, String message) {
    assertThatThrownBy(() -> parse(text.replace("~", "\n"))).isInstanceOfSatisfying(TextFault.class, fault -> {
      assertThat(fault).hasMessageContaining(message);
      assertThat(fault.line() + ":" + fault.column()).isEqualTo(line + ":" + column);
    });
  }

  @Test
  void aLineThatIsRefusedChangesNothing() throws TextFault {
    var text = new TxnText();
    text.line(1, "put a 1");
    assertThatThrownBy(() -> text.line(2, "put b")).isInstanceOf(TextFault.class);
    assertThat(text.txn()).isEqualTo(Txn.of(TxnOp.put("a", "1")));
  }
}
