package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.RefusedException;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line: options that hold for every verb, and how each ending becomes a line and a status. */
@Command(
    name = "kvctl",
    description = "Reads and writes a Cairn cluster, and looks at it.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  kvctl put greeting hello",
      "  kvctl get greeting",
      "  kvctl put config < config.json",
      "  kvctl range --prefix 'users/' --limit 10 -w table",
      "  kvctl range --prefix '' --count-only",
      "  kvctl load records.tsv",
      "  kvctl ls users/",
      "  kvctl --endpoints db1:7001,db2:7001 status",
      "",
      "Exit status: 0 done, 1 no such key or condition not met, 2 refused, 3 outcome unknown or deadline, 4 bad input,",
      "5 cannot connect. Errors are one line on stderr. KVCTL_DEBUG=1 writes a log to stderr."
    })
public final class Kvctl implements Callable<Integer> {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** The three nodes of config/three-node. */
  private static final String DEFAULT_ENDPOINTS = "127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003";

  /** What the JVM makes of an argument's bytes that are not UTF-8: other bytes than were meant would be stored, without a word. */
  private static final char REPLACEMENT = '\uFFFD';

  static final List<Class<?>> VERBS = List.of(
      PutVerb.class, GetVerb.class, DelVerb.class, TxnVerb.class, RangeVerb.class, LsVerb.class, LoadVerb.class, StatusVerb.class, ShardsVerb.class,
      NodesVerb.class, MemberVerb.class, TransferVerb.class, HistoryVerb.class, CompactVerb.class, WatchVerb.class,
      EnvVerb.class, LeaseVerb.class, LockVerb.class, ElectVerb.class, ServiceVerb.class, WhoVerb.class, CompletionVerb.class, VersionVerb.class);

  @Option(names = "--endpoints", paramLabel = "H:P,...", scope = ScopeType.INHERIT,
      description = {
        "Where to find the cluster; some of its nodes are enough.", "Otherwise KVCTL_ENDPOINTS, otherwise " + DEFAULT_ENDPOINTS + "."})
  private String endpoints;

  @Option(names = "--timeout", paramLabel = "TIME", scope = ScopeType.INHERIT, converter = DurationText.class,
      description = "How long a request may take, with all its retries, as in 500ms, 5s, 2m. Default: 5s; with load 60s.")
  private Duration timeout;

  @Option(names = "--node", paramLabel = "NAME", scope = ScopeType.INHERIT,
      description = "The node that answers a read, instead of the one that is best.")
  private String node;

  @Option(names = {"-w", "--write-out"}, paramLabel = "FORMAT", scope = ScopeType.INHERIT, defaultValue = "simple",
      description = "simple (default), json, table, or raw: the bytes alone.")
  private Format format;

  @Option(names = {"-h", "--help"}, usageHelp = true, scope = ScopeType.INHERIT, description = "Shows this help.")
  private boolean help;

  private final Map<String, String> environment;
  private final InputStream in;
  private final OutputStream out;

  private final PrintWriter err;

  /** What stands behind {@code --}, of a verb that runs a command. */
  private final List<String> command;

  Kvctl(Map<String, String> environment, InputStream in, OutputStream out, PrintWriter err, List<String> command) {
    this.command = command;
    this.environment = environment;
    this.in = in;
    this.out = out;
    this.err = err;
  }

  public static void main(String[] args) {
    Map<String, String> environment = System.getenv();
    if (environment.getOrDefault("KVCTL_DEBUG", "").isEmpty()) {
      quiet();
    }
    OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16);
    int status = run(args, environment, System.in, out, stderr());
    // Without a look at the other threads: they hold nothing that matters any more, and waiting for them costs time.
    Runtime.getRuntime().halt(status);
  }

  /** No logging at all, nor recording: finding and starting a back end for it would take longer than a get. */
  static void quiet() {
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    System.setProperty("slf4j.provider", QuietLogging.class.getName());
    // Events of Netty's buffers for a flight recorder, of which a command has none: their machinery takes 50 ms to set up.
    System.setProperty("io.netty.jfr.enabled", "false");
  }

  /** All of kvctl but the end of the process. Returns the exit status. */
  static int run(String[] args, Map<String, String> environment, InputStream in, OutputStream out, PrintWriter err) {
    for (String arg : args) {
      if (arg.indexOf(REPLACEMENT) >= 0) {
        return fail(err, ExitStatus.BAD_INPUT, "an argument is not UTF-8 (or holds U+FFFD): '" + Escaped.text(ByteSeq.utf8(arg))
            + "'; a value of any bytes is taken from stdin");
      }
    }
    CommandTail tail = CommandTail.of(args);
    CommandLine line = new CommandLine(new Kvctl(environment, in, out, err, tail.command()));
    addVerbs(line, Arrays.asList(tail.before()));
    line
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpWidth(120)
        .setExpandAtFiles(false)
        .setOut(new PrintWriter(out, false, StandardCharsets.UTF_8))
        .setErr(err)
        .setParameterExceptionHandler((e, given) -> fail(err, ExitStatus.BAD_INPUT,
            e.getMessage() + " (try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help')"))
        .setExecutionExceptionHandler((e, command, parsed) -> failed(e, err));
    int status = line.execute(tail.before());
    line.getOut().flush();
    try {
      out.flush();
    } catch (IOException e) {
      return failed(e, err);
    }
    return status;
  }

  static boolean isVerb(String word) {
    return VERBS.stream().anyMatch(verb -> verb.getAnnotation(Command.class).name().equals(word));
  }

  /** Those that the line mentions, or all when it mentions none: reading the annotations of all would double the time to start. */
  private static void addVerbs(CommandLine line, List<String> args) {
    List<Class<?>> mentioned = VERBS.stream().filter(verb -> args.contains(verb.getAnnotation(Command.class).name())).toList();
    boolean all = mentioned.isEmpty() || args.contains("--help") || args.contains("-h");
    (all ? VERBS : mentioned).forEach(line::addSubcommand);
  }

  /** With every verb, to be looked at and not to be run. */
  static CommandLine whole() {
    CommandLine line = new CommandLine(new Kvctl(Map.of(), InputStream.nullInputStream(), OutputStream.nullOutputStream(),
        new PrintWriter(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), List.of()));
    VERBS.forEach(line::addSubcommand);
    return line;
  }

  private static int failed(Exception e, PrintWriter err) {
    if (e instanceof KvException kv) {
      String kind = kv instanceof RefusedException refused ? "refused (" + refused.code() + "): " : "outcome unknown: ";
      String border = kv instanceof RefusedException refused && refused.border().isPresent()
          ? " (the next shard begins at " + Escaped.text(refused.border().get()) + ")" : "";
      String message = kv.getMessage().endsWith(".") ? kv.getMessage() : kv.getMessage() + border + ".";
      return fail(err, ExitStatus.of(kv), kind + message + " " + kv.advice());
    } else if (e instanceof BadInput) {
      return fail(err, ExitStatus.BAD_INPUT, e.getMessage());
    } else if (e instanceof IOException || e instanceof UncheckedIOException) {
      boolean readerLeft = String.valueOf(e.getMessage()).contains("Broken pipe");
      return readerLeft ? ExitStatus.DONE : fail(err, ExitStatus.REFUSED, "the output cannot be written: " + e.getMessage());
    }
    return fail(err, ExitStatus.REFUSED, "a fault of kvctl itself: " + e);
  }

  /** Exactly one line, whatever stands in the message. */
  private static int fail(PrintWriter err, int status, String message) {
    err.println("kvctl: " + message.replaceAll("\\s*\\R\\s*", " "));
    err.flush();
    return status;
  }

  /** Without a verb there is nothing to do. */
  @Override
  public Integer call() {
    throw new BadInput(
        "a command is missing: put, get, del, txn, range, ls, load, status, shards, nodes, member, transfer, history, compact,"
            + " watch, env, lease, lock, elect, service, who, completion or version (try 'kvctl --help')");
  }

  KvClient connect() {
    return connect(TIMEOUT);
  }

  /** @param otherwise the deadline of a call when the line names none */
  KvClient connect(Duration otherwise) {
    String text = endpoints != null ? endpoints : environment.getOrDefault("KVCTL_ENDPOINTS", "");
    String[] addresses = (text.isBlank() ? DEFAULT_ENDPOINTS : text).split(",");
    try {
      return KvClient.builder().endpoints(addresses).deadline(timeout != null ? timeout : otherwise).build();
    } catch (IllegalArgumentException e) {
      throw new BadInput("--endpoints: " + e.getMessage());
    }
  }

  /** What the line names, otherwise {@code usual}. */
  Duration timeoutOr(Duration usual) {
    return timeout != null ? timeout : usual;
  }

  Optional<String> node() {
    return Optional.ofNullable(node);
  }

  int noSuchKey(String key) {
    return fail(err, ExitStatus.NOT_MET, "no such key: " + Escaped.text(ByteSeq.utf8(key)));
  }

  /** What was asked for was done, and does not hold. */
  int notMet(String message) {
    return fail(err, ExitStatus.NOT_MET, message);
  }

  /** Something that is not among what is shown, which another program may read. */
  void say(String message) {
    err.println("kvctl: " + message);
    err.flush();
  }

  /** It was not done by the deadline. */
  int late(String message) {
    return fail(err, ExitStatus.UNKNOWN, message);
  }

  int refused(String message) {
    return fail(err, ExitStatus.REFUSED, message);
  }

  /** A limit left something out. Not among what is shown, which another program may read. */
  void sayMore(Optional<ByteSeq> resume) {
    resume.ifPresent(token -> {
      err.println("kvctl: there is more; go on with --resume " + ReadArguments.text(token));
      err.flush();
    });
  }

  /** For verbs that change something. */
  void refuseNode() {
    if (node != null) {
      throw new BadInput("--node names the node that answers a read; a write is answered by the leader of its shard");
    }
  }

  List<String> command() {
    return command;
  }

  Format format() {
    return format;
  }

  Output output() {
    return new Output(out);
  }

  InputStream in() {
    return in;
  }

  PrintWriter err() {
    return err;
  }

  /** Asks a person for a line. Not among what is shown, which another program may read. */
  void prompt(String text) {
    err.print(text);
    err.flush();
  }

  /** Whether a person types what stdin holds. */
  boolean isStdinTerminal() {
    return in == System.in && isTerminal(0);
  }

  /** Whether a person watches stderr on something that can draw a line over another. */
  boolean isTerminal() {
    return err instanceof Terminal && !"dumb".equals(environment.get("TERM"));
  }

  /** A writer to a terminal. */
  private static final class Terminal extends PrintWriter {
    Terminal(OutputStream out) {
      super(out, true, StandardCharsets.UTF_8);
    }
  }

  /** System.console() tells of stdin and stdout together, and a load has its stdin from a pipe. */
  private static PrintWriter stderr() {
    if (isTerminal(2)) {
      return new Terminal(System.err);
    }
    return new PrintWriter(System.err, true, StandardCharsets.UTF_8);
  }

  private static boolean isTerminal(int descriptor) {
    try {
      String device = Path.of("/proc/self/fd/" + descriptor).toRealPath().toString();
      return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
    } catch (IOException e) {
      return false; // No such file: a pipe, which has no path, or no /proc.
    }
  }
}
