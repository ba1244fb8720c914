package io.cairn.cli.txn;

import io.cairn.client.ByteSeq;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The words of one line, taken one after another. */
final class Words {

  /** @param quoted whether it stood in quotes: then it is never an option or a comment */
  private record Word(String text, ByteSeq bytes, int column, boolean quoted) {}

  private final int line;
  private final List<Word> words = new ArrayList<>();
  private final int endColumn;
  private int next;

  Words(int line, String text) throws TextFault {
    this.line = line;
    this.endColumn = text.length() + 1;
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (Character.isWhitespace(c)) {
        at++;
      } else if (c == '#') {
        break;
      } else if (c == '"') {
        at = quoted(text, at);
      } else {
        at = plain(text, at);
      }
    }
  }

  private int plain(String text, int from) {
    int to = from;
    while (to < text.length() && !Character.isWhitespace(text.charAt(to))) {
      to++;
    }
    String word = text.substring(from, to);
    words.add(new Word(word, ByteSeq.utf8(word), from + 1, false));
    return to;
  }

  private int quoted(String text, int from) throws TextFault {
    var bytes = new ByteArrayOutputStream();
    int at = from + 1;
    while (at < text.length() && text.charAt(at) != '"') {
      if (text.charAt(at) == '\\') {
        at = escape(text, at, bytes);
      } else {
        int point = text.codePointAt(at);
        bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
        at += Character.charCount(point);
      }
    }
    if (at == text.length()) {
      throw new TextFault(line, from + 1, "the quotation mark is not closed on its line; a line end inside is written \\n");
    }
    if (at + 1 < text.length() && !Character.isWhitespace(text.charAt(at + 1))) {
      throw new TextFault(line, at + 2, "a space is missing behind the quotation mark; one inside is written \\\"");
    }
    words.add(new Word(null, ByteSeq.of(bytes.toByteArray()), from + 1, true));
    return at + 1;
  }

  /** Returns where it goes on behind the escape. */
  private int escape(String text, int at, ByteArrayOutputStream bytes) throws TextFault {
    char letter = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
    switch (letter) {
      case 'n' -> bytes.write('\n');
      case 't' -> bytes.write('\t');
      case 'r' -> bytes.write('\r');
      case '\\', '"' -> bytes.write(letter);
      case 'x' -> {
        int high = at + 2 < text.length() ? Character.digit(text.charAt(at + 2), 16) : -1;
        int low = at + 3 < text.length() ? Character.digit(text.charAt(at + 3), 16) : -1;
        if (high < 0 || low < 0) {
          throw new TextFault(line, at + 1, "\\x has two hexadecimal digits behind it");
        }
        bytes.write(high << 4 | low);
        return at + 4;
      }
      default -> throw new TextFault(line, at + 1, "a backslash begins one of \\n \\t \\r \\\\ \\\" \\xNN");
    }
    return at + 2;
  }

  boolean isEmpty() {
    return words.isEmpty();
  }

  boolean hasNext() {
    return next < words.size();
  }

  /** The next word as it stands there, whatever is meant by it. @param what for the message when there is none */
  ByteSeq bytes(String what) throws TextFault {
    return take(what).bytes();
  }

  /** A word of the language. */
  String keyword(String what) throws TextFault {
    Word word = take(what);
    if (word.quoted()) {
      throw new TextFault(line, word.column(), what + " is expected here, without quotation marks");
    }
    return word.text();
  }

  long number(String what) throws TextFault {
    Word word = take(what);
    String text = word.bytes().utf8();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new TextFault(line, word.column(), what + " is expected here, a whole number; '" + text + "' is none");
    }
  }

  /** As kvctl shows leases everywhere: a hexadecimal number. @param least 0 where it may be that there is none */
  long lease(int least) throws TextFault {
    Word word = take("a lease");
    String text = word.bytes().utf8();
    try {
      long id = Long.parseLong(text, 16);
      if (id >= least) {
        return id;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new TextFault(line, word.column(), "a lease is expected here, a hexadecimal number from " + least + " to 7fffffffffffffff; '" + text
        + "' is none");
  }

  private Word take(String what) throws TextFault {
    if (!hasNext()) {
      throw new TextFault(line, endColumn, what + " is missing at the end of the line");
    }
    return words.get(next++);
  }

  /** Takes the option when it stands next. */
  boolean option(String name) {
    boolean is = hasNext() && !words.get(next).quoted() && words.get(next).text().equals(name);
    next += is ? 1 : 0;
    return is;
  }

  /** @param verb what the line is about */
  void end(String verb) throws TextFault {
    if (hasNext()) {
      Word word = words.get(next);
      throw new TextFault(line, word.column(), "'" + word.bytes().utf8() + "' is too much for " + verb
          + "; what has spaces in it stands in quotation marks");
    }
  }

  /** About the word that was taken last. */
  TextFault fault(String message) {
    return new TextFault(line, words.get(Math.max(0, next - 1)).column(), message);
  }

  int line() {
    return line;
  }
}
