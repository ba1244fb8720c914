package io.cairn.cli.completion;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A command and what can be typed behind it.
 *
 * @param path as it is typed, as in {@code kvctl lease grant}
 * @param below its subcommands
 * @param operands what its operands may be
 * @param runs whether another command may stand behind {@code --}
 */
public record Commands(String path, String description, List<Commands> below, List<Option> options, Values operands, boolean runs) {

  /** @param names all of them, as in {@code -w} and {@code --write-out} */
  public record Option(List<String> names, String description, boolean takesValue, Values values) {}

  /** What a value may be: one of these words, or a file, or neither is known. */
  public record Values(List<String> words, boolean files) {
    static final Values UNKNOWN = new Values(List.of(), false);
  }

  /** @param runs whether the verb of that name runs a command */
  public static Commands of(CommandLine line, Predicate<String> runs) {
    return of(line.getCommandSpec(), line.getCommandSpec().name(), runs);
  }

  private static Commands of(CommandSpec spec, String path, Predicate<String> runs) {
    List<Commands> below = new ArrayList<>();
    spec.subcommands().forEach((name, line) -> below.add(of(line.getCommandSpec(), path + " " + name, runs)));
    List<Option> options = spec.options().stream().filter(option -> !option.hidden()).map(option ->
        new Option(Arrays.asList(option.names()), sentence(option.description()), option.arity().max() > 0, values(option))).toList();
    Values operands = spec.positionalParameters().isEmpty() ? Values.UNKNOWN : values(spec.positionalParameters().get(0));
    return new Commands(path, sentence(spec.usageMessage().description()), below, options, operands, runs.test(spec.name()));
  }

  private static Values values(ArgSpec argument) {
    boolean isFile = argument.type() == Path.class || argument.type() == File.class || argument.paramLabel().startsWith("FILE");
    List<String> words = new ArrayList<>();
    if (argument.completionCandidates() != null) {
      argument.completionCandidates().forEach(words::add);
    }
    return new Values(words, isFile);
  }

  /** The first sentence, on one line: a list of candidates has no room for more. */
  private static String sentence(String[] description) {
    String text = String.join(" ", description).strip();
    int end = text.indexOf(". ");
    return (end < 0 ? text : text.substring(0, end + 1)).replaceAll("[\\s]+", " ").replaceAll("\\.$", "");
  }

  /** The last word of the path. */
  String name() {
    return path.substring(path.lastIndexOf(' ') + 1);
  }

  /** This one and all below it. */
  Stream<Commands> all() {
    return Stream.concat(Stream.of(this), below.stream().flatMap(Commands::all));
  }

  /** Each command with each name of its options that take a value, as in {@code kvctl get --node}. */
  List<String> valueOptions(Predicate<Option> which) {
    return all().flatMap(command -> command.options.stream().filter(Option::takesValue).filter(which)
        .flatMap(option -> option.names().stream().map(name -> command.path + " " + name))).toList();
  }
}
