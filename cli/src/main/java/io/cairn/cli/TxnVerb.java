package io.cairn.cli;

import io.cairn.cli.txn.TextFault;
import io.cairn.cli.txn.TxnText;
import io.cairn.client.KvClient;
import io.cairn.client.Txn;
import io.cairn.client.TxnResult;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "txn", description = {
    "Does several things at once, at one revision: all of 'then' if every condition holds, else all of 'else'.",
    "Shows what each operation came to. Status 1 when a condition did not hold."},
    footer = {
      "",
      "The text, line by line; every part may be missing, and a text may begin with an operation:",
      "  if",
      "    value KEY REL VALUE           REL is one of = != < <= > >=; of a missing key no value compares",
      "    version|created|modified KEY REL NUMBER",
      "    lease KEY REL ID              ID is hexadecimal, as everywhere; 0 is none",
      "    exists KEY",
      "    missing KEY",
      "    count RANGE REL NUMBER",
      "  then",
      "    put KEY VALUE [--prev]        --prev shows what was replaced or deleted",
      "        [--lease ID]              the key is deleted when this lease ends; no such lease refuses all of it",
      "    get KEY",
      "    del KEY [--prev]",
      "    del RANGE [--prev]",
      "    range RANGE [--limit N] [--keys-only] [--reverse]",
      "    count RANGE",
      "    add KEY NUMBER                adds to a whole number in decimal text; a missing key counts as 0",
      "    begin",
      "      ...                         a transaction within it, with if, then and else of its own",
      "    end",
      "  else",
      "    ...",
      "RANGE is --prefix P or --range START END; conditions take it in place of KEY and then must hold for each key in it.",
      "A word with spaces stands in \"quotation marks\", with \\n \\t \\r \\\\ \\\" \\xNN in it. # begins a comment.",
      "A person at a terminal is asked for conditions, then for what to do if they hold, then for what to do otherwise;",
      "an empty line goes on.",
      "",
      "All keys must lie in one shard; keys with a {tag} in common always do. Each key is written once.",
      "",
      "Examples:",
      "  kvctl txn swap.txn",
      "  echo 'add visits 1' | kvctl txn",
      "  printf 'if\\n missing lock\\nthen\\n put lock me\\nelse\\n get lock\\n' | kvctl txn -w json"})
final class TxnVerb implements Callable<Integer> {

  /** Above the largest that a server can be configured to take, with room for escapes. */
  private static final int TEXT_BYTES_MAX = 64 << 20;

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "FILE", arity = "0..1", description = "The text; without it, or with -, what stdin holds.")
  private String file;

  @Option(names = {"-i", "--interactive"}, description = "Asks, as at a terminal, though stdin is none.")
  private boolean interactive;

  @Override
  public Integer call() throws IOException {
    root.refuseNode();
    boolean stdin = file == null || file.equals("-");
    if (interactive && !stdin) {
      throw new BadInput("--interactive asks for the text, and FILE has it; give one of the two");
    }
    Txn txn = interactive || stdin && file == null && root.isStdinTerminal() ? asked() : text(stdin);
    try (KvClient client = root.connect()) {
      TxnResult result = client.txn(txn);
      new TxnOutput(root.output()).show(root.format(), result);
      return result.succeeded() ? ExitStatus.DONE : ExitStatus.NOT_MET;
    }
  }

  private Txn text(boolean stdin) throws IOException {
    String name = stdin ? "stdin" : file;
    String all = utf8(name, stdin ? read(root.in(), name) : readFile());
    var text = new TxnText();
    try {
      int number = 1;
      for (String line : all.split("\n", -1)) {
        text.line(number++, line);
      }
      return text.txn();
    } catch (TextFault fault) {
      throw new BadInput(name + ":" + fault.line() + ":" + fault.column() + ": " + fault.getMessage());
    }
  }

  private byte[] readFile() throws IOException {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      return read(in, file);
    } catch (NoSuchFileException e) {
      throw new BadInput("there is no file " + file);
    }
  }

  private static byte[] read(InputStream in, String name) {
    byte[] bytes;
    try {
      bytes = in.readNBytes(TEXT_BYTES_MAX + 1);
    } catch (IOException e) {
      throw new BadInput(name + " cannot be read: " + e.getMessage());
    }
    if (bytes.length > TEXT_BYTES_MAX) {
      throw new BadInput(name + " has more than " + TEXT_BYTES_MAX + " bytes; no server takes a transaction that large");
    }
    return bytes;
  }

  private static String utf8(String name, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new BadInput(name + " is not UTF-8; bytes that are not are written \\xNN in quotation marks");
    }
  }

  /** A line that cannot be meant is asked for again. */
  private Txn asked() throws IOException {
    var reader = new BufferedReader(new InputStreamReader(root.in(), StandardCharsets.UTF_8));
    var text = new TxnText();
    text.section(TxnText.Section.IF);
    int number = 0;
    while (true) {
      root.prompt(text.section().name().toLowerCase(Locale.ROOT) + (text.isNested() ? " (within)> " : "> "));
      String line = reader.readLine();
      if (line == null) {
        break;
      }
      number++;
      if (line.isBlank() && !text.isNested()) {
        if (text.section() == TxnText.Section.ELSE) {
          break;
        }
        text.section(text.section() == TxnText.Section.IF ? TxnText.Section.THEN : TxnText.Section.ELSE);
        continue;
      }
      try {
        text.line(number, line);
      } catch (TextFault fault) {
        root.say("column " + fault.column() + ": " + fault.getMessage());
      }
    }
    try {
      return text.txn();
    } catch (TextFault fault) {
      throw new BadInput("line " + fault.line() + ": " + fault.getMessage());
    }
  }
}
