package io.cairn.cli.completion;

import io.cairn.cli.completion.Commands.Option;
import io.cairn.cli.completion.Commands.Values;
import java.util.List;
import java.util.stream.Collectors;

/** Completion for fish 3 and later, with a word about each candidate. */
public final class FishScript {

  private FishScript() {}

  private static final String HEAD = """
      # Completion of kvctl for fish, made by 'kvctl completion fish'. To have it now: kvctl completion fish | source; for good, write it to
      # ~/.config/fish/completions/kvctl.fish.
      """;

  private static final String WALK = """

      # The command that the words before the cursor are, or what stands behind its --.
      function __kvctl_walk
        set -l words (commandline -opc)
        set -e words[1]
        set -l at kvctl
        set -l skip no
        while set -q words[1]
          set -l word $words[1]
          set -e words[1]
          if test $skip = yes
            set skip no
          else if test "$word" = -- && contains -- "$at" $__kvctl_running
            printf '%s\\n' -- $words
            return
          else if contains -- "$at $word" $__kvctl_taking
            set skip yes
          else if contains -- "$at $word" $__kvctl_commands
            set at "$at $word"
          end
        end
        echo $at
      end

      function __kvctl_at
        test "$(__kvctl_walk)" = "$argv[1]"
      end

      function __kvctl_behind
        set -l walked (__kvctl_walk)
        test "$walked[1]" = --
      end

      # What the command behind -- can go on with.
      function __kvctl_behind_words
        set -l walked (__kvctl_walk)
        set -e walked[1]
        complete -C (string join ' ' -- (string escape -- $walked) (commandline -ct))
      end

      complete -c kvctl -e
      complete -c kvctl -f
      complete -c kvctl -n __kvctl_behind -a '(__kvctl_behind_words)'
      """;

  public static String of(Commands root) {
    var script = new StringBuilder(HEAD);
    list(script, "__kvctl_commands", root.all().skip(1).map(Commands::path).toList());
    list(script, "__kvctl_taking", root.valueOptions(option -> true));
    list(script, "__kvctl_running", root.all().filter(Commands::runs).map(Commands::path).toList());
    script.append(WALK);
    root.all().forEach(command -> {
      script.append('\n');
      String where = "complete -c kvctl -n " + quoted("__kvctl_at " + quoted(command.path()));
      command.below().forEach(below -> script.append(where).append(" -a ").append(quoted(below.name())).append(" -d ")
          .append(quoted(below.description())).append('\n'));
      if (command.below().isEmpty()) {
        operands(script, where, command.operands());
      }
      command.options().forEach(option -> option(script, where, option));
    });
    return script.toString();
  }

  private static void operands(StringBuilder script, String where, Values operands) {
    if (!operands.words().isEmpty()) {
      script.append(where).append(" -a ").append(quoted(String.join(" ", operands.words()))).append('\n');
    } else if (operands.files()) {
      script.append(where).append(" -F\n");
    }
  }

  private static void option(StringBuilder script, String where, Option option) {
    script.append(where);
    for (String name : option.names()) {
      script.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
    }
    if (option.takesValue()) {
      script.append(option.values().files() ? " -r -F" : " -x");
      if (!option.values().words().isEmpty()) {
        script.append(" -a ").append(quoted(String.join(" ", option.values().words())));
      }
    }
    script.append(" -d ").append(quoted(option.description())).append('\n');
  }

  private static void list(StringBuilder script, String name, List<String> words) {
    script.append("\nset -g ").append(name).append(words.stream().map(word -> " \\\n  " + quoted(word)).collect(Collectors.joining())).append('\n');
  }

  /** Between single quotes fish reads a backslash and a quote behind a backslash. */
  static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
