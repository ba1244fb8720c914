package io.cairn.server.main;

import io.cairn.server.config.ConfigException;
import io.cairn.server.config.ConfigLoader;
import io.cairn.server.config.ConfigMistake;
import io.cairn.server.config.NodeConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The command {@code kvd}: understands what was typed, and leaves running to {@link NodeProcess}. */
public final class Kvd {
  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;
  private final NodeFactory nodes;

  Kvd(Map<String, String> environment, PrintStream out, PrintStream err, NodeFactory nodes) {
    this.environment = environment;
    this.out = out;
    this.err = err;
    this.nodes = nodes;
  }

  public static void main(String[] arguments) {
    ExitStatus status = new Kvd(System.getenv(), System.out, System.err, LocalNode::create).run(List.of(arguments));
    System.exit(status.code());
  }

  /** Does what was typed; returns when the node has ended. */
  ExitStatus run(List<String> arguments) {
    if (!arguments.isEmpty() && arguments.getFirst().equals("log")) {
      return new LogCommand(out, err).run(arguments.subList(1, arguments.size()));
    }
    CommandLine line = CommandLine.parse(arguments);
    switch (line.action()) {
      case HELP -> {
        out.print(Help.text());
        return ExitStatus.OK;
      }
      case VERSION -> {
        out.println("kvd " + Version.current() + " (Java " + Runtime.version() + ")");
        return ExitStatus.OK;
      }
      case CHECK_CONFIG, RUN -> { }
    }
    NodeConfig config;
    try {
      config = configuration(line);
    } catch (ConfigException e) {
      report(line, e.mistakes());
      return ExitStatus.BAD_CONFIGURATION;
    } catch (IOException e) {
      err.println("kvd: " + e.getMessage());
      return ExitStatus.BAD_CONFIGURATION;
    }
    if (!line.mistakes().isEmpty()) {
      report(line, List.of());
      return ExitStatus.BAD_CONFIGURATION;
    }
    if (line.action() == CommandLine.Action.CHECK_CONFIG) {
      config.cluster().cutBack().forEach(out::println);
      out.println("the configuration of node " + config.cluster().nodeName() + " of cluster " + config.cluster().id() + " is good");
      return ExitStatus.OK;
    }
    return new NodeProcess(config, nodes, err).run();
  }

  private NodeConfig configuration(CommandLine line) throws IOException {
    String yaml = line.file() == null ? null : text(line.file());
    return ConfigLoader.load(line.file(), yaml, environment, line.flags());
  }

  private static String text(String file) throws IOException {
    try {
      return Files.readString(Path.of(file));
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + file + "; --config names the configuration, as in config/three-node/n1.yaml", e);
    } catch (MalformedInputException e) {
      throw new IOException(file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new IOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private void report(CommandLine line, List<ConfigMistake> mistakes) {
    int count = line.mistakes().size() + mistakes.size();
    String where = line.file() == null ? "the configuration (no --config FILE is given)" : line.file();
    err.println("kvd: " + where + " cannot be used; " + count + (count == 1 ? " mistake:" : " mistakes:"));
    line.mistakes().forEach(mistake -> err.println("  " + mistake));
    mistakes.forEach(mistake -> err.println("  " + mistake));
  }
}
