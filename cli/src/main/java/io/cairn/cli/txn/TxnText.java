package io.cairn.cli.txn;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.KeyRange;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A transaction as text, taken line by line:
 *
 * <pre>
 *  if                              conditions follow; all must hold
 *    value color = blue            also version, created, modified, lease (hexadecimal); relations = != &lt; &lt;= &gt; &gt;=
 *    missing order/7               or exists
 *    count --prefix users/ &lt; 100
 *  then                            what is done if they do; a text that begins with an operation begins here
 *    put color red --prev         --lease ID puts it under a lease
 *    add visits 1
 *    begin                         a transaction within it, up to end
 *      if
 *        exists x
 *      then
 *        del x
 *    end
 *  else                            what is done otherwise
 *    get color
 * </pre>
 *
 * A text is cut at its lines; a word with spaces stands in quotation marks, with {@code \n \t \r \\ \" \xNN} in it. In place of a key
 * many conditions and operations take {@code --prefix P} or {@code --range START END}. A comment goes from {@code #} to the line's end.
 */
public final class TxnText {

  /** What the lines that come are. */
  public enum Section { IF, THEN, ELSE }

  private static final class Open {
    private final int beganAt;
    private final List<Compare> conditions = new ArrayList<>();
    private final List<TxnOp> then = new ArrayList<>();
    private final List<TxnOp> otherwise = new ArrayList<>();
    private Section section = Section.THEN;

    Open(int beganAt) {
      this.beganAt = beganAt;
    }

    boolean isEmpty() {
      return conditions.isEmpty() && then.isEmpty() && otherwise.isEmpty();
    }

    Txn txn() {
      return new Txn(conditions, then, otherwise);
    }
  }

  private final Deque<Open> open = new ArrayDeque<>();

  public TxnText() {
    open.push(new Open(0));
  }

  /** Where the next line goes. */
  public Section section() {
    return open.peek().section;
  }

  /** Goes on with another section of the transaction that is open. */
  public void section(Section next) {
    open.peek().section = next;
  }

  /** Whether a transaction within the first one is open. */
  public boolean isNested() {
    return open.size() > 1;
  }

  /** Takes a line; one that is refused changes nothing. @param number of the line, from 1 */
  public void line(int number, String text) throws TextFault {
    var words = new Words(number, text);
    if (words.isEmpty()) {
      return;
    }
    String verb = words.keyword("a condition, an operation, or one of if, then, else, begin, end");
    switch (verb) {
      case "if" -> begin(words, Section.IF);
      case "then" -> begin(words, Section.THEN);
      case "else" -> begin(words, Section.ELSE);
      case "begin" -> {
        words.end(verb);
        if (open.peek().section == Section.IF) {
          throw words.fault("a transaction within it stands behind then or else");
        }
        open.push(new Open(number));
      }
      case "end" -> end(words);
      default -> {
        if (open.peek().section == Section.IF) {
          open.peek().conditions.add(condition(verb, words));
        } else {
          (open.peek().section == Section.THEN ? open.peek().then : open.peek().otherwise).add(operation(verb, words));
        }
      }
    }
  }

  /** What was read. @throws TextFault when a {@code begin} has no {@code end}, or nothing was read */
  public Txn txn() throws TextFault {
    if (open.size() > 1) {
      throw new TextFault(open.peek().beganAt, 1, "this begin has no end");
    }
    if (open.peek().isEmpty()) {
      throw new TextFault(1, 1, "the transaction is empty; kvctl txn --help shows one");
    }
    return open.peek().txn();
  }

  private void begin(Words words, Section section) throws TextFault {
    words.end(section.name().toLowerCase(java.util.Locale.ROOT));
    Open txn = open.peek();
    boolean back = section == Section.IF && !txn.isEmpty() || section == Section.THEN && (!txn.then.isEmpty() || !txn.otherwise.isEmpty())
        || section == Section.ELSE && !txn.otherwise.isEmpty();
    if (back) {
      throw words.fault("the sections come once each, in the order if, then, else");
    }
    txn.section = section;
  }

  private void end(Words words) throws TextFault {
    words.end("end");
    if (open.size() == 1) {
      throw words.fault("there is no begin for this end");
    }
    Txn inner = open.pop().txn();
    Open outer = open.peek();
    (outer.section == Section.THEN ? outer.then : outer.otherwise).add(TxnOp.txn(inner));
  }

  private static Compare condition(String verb, Words words) throws TextFault {
    Compare condition = switch (verb) {
      case "value" -> {
        KeyRange many = many(words);
        Compare.OnValue on = many != null ? Compare.value(many) : Compare.value(words.bytes("a key"));
        yield on.is(relation(words), words.bytes("a value"));
      }
      case "version" -> {
        KeyRange many = many(words);
        yield number(many != null ? Compare.version(many) : Compare.version(words.bytes("a key")), words);
      }
      case "created" -> {
        KeyRange many = many(words);
        yield number(many != null ? Compare.createRevision(many) : Compare.createRevision(words.bytes("a key")), words);
      }
      case "modified" -> {
        KeyRange many = many(words);
        yield number(many != null ? Compare.modRevision(many) : Compare.modRevision(words.bytes("a key")), words);
      }
      case "lease" -> {
        KeyRange many = many(words);
        Compare.OnNumber on = many != null ? Compare.lease(many) : Compare.lease(words.bytes("a key"));
        Compare.Relation relation = relation(words);
        yield on.is(relation, words.lease(0));
      }
      case "count" -> number(Compare.count(range(words)), words);
      case "exists" -> {
        KeyRange many = many(words);
        yield many != null ? Compare.exists(many) : Compare.exists(words.bytes("a key"));
      }
      case "missing" -> {
        KeyRange many = many(words);
        yield many != null ? Compare.missing(many) : Compare.missing(words.bytes("a key"));
      }
      default -> throw words.fault("'" + verb + "' is no condition; there are value, version, created, modified, lease, count, exists and "
          + "missing, and operations stand behind then or else");
    };
    words.end(verb);
    return condition;
  }

  private static Compare number(Compare.OnNumber on, Words words) throws TextFault {
    Compare.Relation relation = relation(words);
    long number = words.number("what it is compared with");
    if (number < 0) {
      throw words.fault("a key's numbers are not negative");
    }
    return on.is(relation, number);
  }

  private static Compare.Relation relation(Words words) throws TextFault {
    return switch (words.keyword("a relation, one of = != < <= > >=,")) {
      case "=", "==" -> Compare.Relation.EQUAL;
      case "!=" -> Compare.Relation.NOT_EQUAL;
      case "<" -> Compare.Relation.LESS;
      case "<=" -> Compare.Relation.LESS_OR_EQUAL;
      case ">" -> Compare.Relation.GREATER;
      case ">=" -> Compare.Relation.GREATER_OR_EQUAL;
      default -> throw words.fault("a relation is expected here, one of = != < <= > >=");
    };
  }

  private static TxnOp operation(String verb, Words words) throws TextFault {
    TxnOp operation = switch (verb) {
      case "put" -> put(words);
      case "get" -> TxnOp.get(words.bytes("a key"));
      case "del" -> delete(words);
      case "range" -> ranged(words);
      case "count" -> TxnOp.count(range(words));
      case "add" -> {
        ByteSeq key = words.bytes("a key");
        yield TxnOp.add(key, words.number("what is added"));
      }
      default -> throw words.fault("'" + verb + "' is no operation; there are put, get, del, range, count and add, and conditions stand "
          + "behind if");
    };
    words.end(verb);
    return operation;
  }

  private static TxnOp put(Words words) throws TextFault {
    TxnOp.Put before = options(words, TxnOp.put("", ""));
    ByteSeq key = words.bytes("a key");
    ByteSeq value = words.bytes("a value");
    return options(words, new TxnOp.Put(key, value, before.previous(), before.lease()));
  }

  private static TxnOp.Put options(Words words, TxnOp.Put put) throws TextFault {
    TxnOp.Put now = put;
    while (true) {
      if (words.option("--prev")) {
        now = now.withPrevious();
      } else if (words.option("--lease")) {
        now = now.withLease(words.lease(1));
      } else {
        return now;
      }
    }
  }

  private static TxnOp delete(Words words) throws TextFault {
    boolean before = words.option("--prev");
    KeyRange many = many(words);
    if (many != null) {
      TxnOp.DeleteRange delete = TxnOp.deleteRange(many);
      return before || words.option("--prev") ? delete.withPrevious() : delete;
    }
    TxnOp.Delete delete = TxnOp.delete(words.bytes("a key, --prefix or --range"));
    return before || words.option("--prev") ? delete.withPrevious() : delete;
  }

  private static TxnOp ranged(Words words) throws TextFault {
    TxnOp.Range range = TxnOp.range(range(words));
    while (words.hasNext()) {
      if (words.option("--limit")) {
        long limit = words.number("a limit");
        if (limit < 0) {
          throw words.fault("a limit is not negative; 0 is none");
        }
        range = range.withLimit(limit);
      } else if (words.option("--keys-only")) {
        range = range.withKeysOnly();
      } else if (words.option("--reverse")) {
        range = range.reversed();
      } else {
        break;
      }
    }
    return range;
  }

  private static KeyRange range(Words words) throws TextFault {
    KeyRange many = many(words);
    if (many == null) {
      words.bytes("--prefix P or --range START END");
      throw words.fault("--prefix P or --range START END is expected here");
    }
    return many;
  }

  /** Null when a single key follows. */
  private static KeyRange many(Words words) throws TextFault {
    if (words.option("--prefix")) {
      return KeyRange.prefix(words.bytes("a prefix"));
    }
    if (words.option("--range")) {
      ByteSeq start = words.bytes("the first key of the range");
      return KeyRange.of(start, words.bytes("the first key behind the range"));
    }
    return null;
  }
}
