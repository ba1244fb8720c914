package io.cairn.server.main;

import io.cairn.platform.JdkFiles;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.directory.StoppedDirectory;
import io.cairn.storage.log.LogFilter;
import io.cairn.storage.log.LogInspection;
import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * {@code kvd log dump DIR} and {@code kvd log verify DIR}: look at the log of a node that does not run, and change nothing. What is
 * found goes to standard output, why nothing could be looked at to standard error.
 */
final class LogCommand {
  static final String USAGE = """
      usage: kvd log verify DIR
             kvd log dump DIR [--shard N] [--from INDEX]

      Both look at the log in DIR, a node's data directory (its storage.dir), while the node does not run. They write nothing.

      verify  checks every checksum and all that must fit together; tells each problem with file and byte and what it means.
      dump    prints every record, a line each: where it stands, its write number, shard and replica; entries as term/index.
        --shard N      that shard alone
        --from INDEX   no entries below INDEX

      exit status: 0 when all is in order, 9 when there are problems; the rest as kvd --help says.
      """;

  /** How often it is looked at whether anybody still reads; a look is a flush. */
  private static final int LINES_PER_LOOK = 1000;

  private final PrintStream out;
  private final PrintStream err;
  private boolean verify;
  private String directory;
  private OptionalInt shard = OptionalInt.empty();
  private long from;
  private long printed;
  private final List<String> mistakes = new ArrayList<>();

  LogCommand(PrintStream out, PrintStream err) {
    this.out = new PrintStream(new BufferedOutputStream(out, 1 << 16), false, out.charset());
    this.err = err;
  }

  /** @param arguments those behind {@code log} */
  ExitStatus run(List<String> arguments) {
    try {
      return understood(arguments);
    } finally {
      out.flush();
    }
  }

  private ExitStatus understood(List<String> arguments) {
    if (arguments.contains("--help") || arguments.contains("-h")) {
      out.print(USAGE);
      return ExitStatus.OK;
    }
    parse(arguments);
    if (!mistakes.isEmpty()) {
      mistakes.forEach(mistake -> err.println("kvd log: " + plain(mistake)));
      err.println("kvd log --help shows what may be given");
      return ExitStatus.BAD_CONFIGURATION;
    }
    try (StoppedDirectory stopped = StoppedDirectory.open(new JdkFiles(), directory)) {
      ExitStatus status = look(stopped);
      stopped.requireUntaken();
      return status;
    } catch (StorageFailure failure) {
      err.println("kvd log: " + plain(failure.getMessage()));
      return ExitStatus.of(failure);
    }
  }

  private void parse(List<String> arguments) {
    String verb = arguments.isEmpty() ? "" : arguments.getFirst();
    verify = verb.equals("verify");
    if (!verify && !verb.equals("dump")) {
      mistakes.add((verb.isEmpty() ? "'dump' or 'verify' must follow" : "'" + verb + "' is neither 'dump' nor 'verify'")
          + ", as in kvd log verify /var/lib/cairn");
      return;
    }
    for (int i = 1; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      int equals = argument.indexOf('=');
      String name = argument.startsWith("--") && equals > 0 ? argument.substring(0, equals) : argument;
      if (!verify && (name.equals("--shard") || name.equals("--from"))) {
        boolean inside = equals > 0;
        if (!inside && i + 1 == arguments.size()) {
          mistakes.add(name + " needs a number, as in " + name + " 1");
          continue;
        }
        number(name, inside ? argument.substring(equals + 1) : arguments.get(++i));
      } else if (argument.startsWith("-")) {
        mistakes.add("'" + argument + "' is not understood" + (verify ? "; verify takes a directory alone"
            : "; dump takes a directory, --shard N and --from INDEX"));
      } else if (directory != null) {
        mistakes.add("two directories are given, " + directory + " and " + argument + "; give one");
      } else {
        directory = argument.length() > 1 && argument.endsWith("/") ? argument.substring(0, argument.length() - 1) : argument;
      }
    }
    if (directory == null) {
      mistakes.add("no directory is given; it is the node's storage.dir, as in kvd log " + verb + " /var/lib/cairn");
    }
  }

  private void number(String name, String text) {
    try {
      long value = Long.parseLong(text);
      if (value >= 0 && (name.equals("--from") || value <= Integer.MAX_VALUE)) {
        shard = name.equals("--shard") ? OptionalInt.of((int) value) : shard;
        from = name.equals("--from") ? value : from;
        return;
      }
    } catch (NumberFormatException noNumber) {
      // Told below.
    }
    mistakes.add(name + " takes a number from 0 on, was '" + text + "'");
  }

  private ExitStatus look(StoppedDirectory stopped) {
    Consumer<String> lines = line -> {
      out.println(plain(line));
      if (++printed % LINES_PER_LOOK == 0 && out.checkError()) {
        throw new ReaderGone();
      }
    };
    try {
      long problems = 0;
      if (stopped.identityProblem() != null) {
        problems++;
        lines.accept("PROBLEM: " + stopped.identityProblem() + "; whose this directory is cannot be told, and no node starts on it");
      }
      LogInspection.Report report = verify
          ? LogInspection.verify(new JdkFiles(), stopped.logDirectory(), stopped.clusterId(), lines)
          : LogInspection.dump(new JdkFiles(), stopped.logDirectory(), stopped.clusterId(), new LogFilter(shard, from), lines);
      problems += report.problems();
      if (verify || problems > 0) {
        lines.accept(count(report.segments(), "segment") + ", " + count(report.batches(), "batch") + ", " + count(report.entries(), "entry") + ": " + (problems == 0 ? "no problem" : count(problems, "problem")));
      }
      return problems == 0 ? ExitStatus.OK : ExitStatus.DAMAGED;
    } catch (ReaderGone enough) {
      return ExitStatus.OK;
    }
  }

  private static String count(long number, String what) {
    String more = what.endsWith("y") ? what.substring(0, what.length() - 1) + "ies" : what.endsWith("h") ? what + "es" : what + "s";
    return number + " " + (number == 1 ? what : more);
  }

  /** Names in a folder may hold anything: no control character reaches a terminal. */
  private static String plain(String line) {
    return line.codePoints().noneMatch(Character::isISOControl) ? line
        : line.codePoints().collect(StringBuilder::new, (text, c) -> {
          if (Character.isISOControl(c)) {
            text.append(String.format(Locale.ROOT, "\\x%02x", c));
          } else {
            text.appendCodePoint(c);
          }
        }, StringBuilder::append).toString();
  }

  /** Whoever read the output, as {@code head} does, has closed it. */
  private static final class ReaderGone extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
