package io.cairn.cli.completion;

import io.cairn.cli.completion.Commands.Option;
import io.cairn.cli.completion.Commands.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Completion for bash 3.2 and later. */
public final class BashScript {

  private BashScript() {}

  private static final String HEAD = """
      # Completion of kvctl for bash, made by 'kvctl completion bash'. To have it now: source <(kvctl completion bash); for good, write it to
      # ~/.local/share/bash-completion/completions/kvctl.
      """;

  /** Bash splits words at '=' and ':', so that --option=value comes as three words. */
  private static final String WALK = """

      _kvctl() {
        local at=kvctl option= word cur=${COMP_WORDS[COMP_CWORD]}
        local -i i=1
        COMPREPLY=()
        while ((i < COMP_CWORD)); do
          word=${COMP_WORDS[i]}
          option=
          if [[ $word == -- ]] && _kvctl_runs "$at"; then
            if ((i + 1 == COMP_CWORD)); then _kvctl_offer command; else _kvctl_offer file; fi
            return
          elif _kvctl_takes_value "$at $word"; then
            option=$word
            [[ ${COMP_WORDS[i + 1]} == = ]] && ((++i))
            ((++i))
          elif _kvctl_is_command "$at $word"; then
            at="$at $word"
          fi
          ((++i))
        done
        [[ $cur == = ]] && cur=
        if [[ -n $option ]] && ((i > COMP_CWORD)); then
          _kvctl_values "$at $option"
        elif [[ $cur == -* ]]; then
          _kvctl_options "$at"
        else
          _kvctl_operands "$at"
        fi
      }

      # Those of the words, files or commands that begin as the word at the cursor does.
      _kvctl_offer() {
        local IFS=$' \\t\\n'
        case $1 in
          words) COMPREPLY=($(compgen -W "$2" -- "$cur")) ;;
          file) compopt -o filenames 2>/dev/null; IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$cur")) ;;
          command) COMPREPLY=($(compgen -c -- "$cur")) ;;
        esac
      }

      complete -F _kvctl kvctl
      """;

  public static String of(Commands root) {
    var script = new StringBuilder(HEAD);
    test(script, "_kvctl_is_command", root.all().skip(1).map(Commands::path).toList());
    test(script, "_kvctl_takes_value", root.valueOptions(option -> true));
    test(script, "_kvctl_runs", root.all().filter(Commands::runs).map(Commands::path).toList());

    Map<String, String> values = new LinkedHashMap<>();
    root.all().forEach(command -> command.options().stream().filter(Option::takesValue).forEach(option -> option.names().forEach(name -> {
      String offer = offer(option.values());
      if (!offer.isEmpty()) {
        values.merge(offer, quoted(command.path() + " " + name), (a, b) -> a + "|" + b);
      }
    })));
    choice(script, "_kvctl_values", values);

    Map<String, String> options = new LinkedHashMap<>();
    root.all().forEach(command -> options.merge("_kvctl_offer words " + quoted(
        command.options().stream().flatMap(option -> option.names().stream()).collect(Collectors.joining(" "))), quoted(command.path()), (a, b) -> a + "|" + b));
    choice(script, "_kvctl_options", options);

    Map<String, String> operands = new LinkedHashMap<>();
    root.all().forEach(command -> {
      String names = command.below().stream().map(Commands::name).collect(Collectors.joining(" "));
      String offer = names.isEmpty() ? offer(command.operands()) : "_kvctl_offer words " + quoted(names);
      if (!offer.isEmpty()) {
        operands.merge(offer, quoted(command.path()), (a, b) -> a + "|" + b);
      }
    });
    choice(script, "_kvctl_operands", operands);
    return script.append(WALK).toString();
  }

  private static String offer(Values values) {
    return !values.words().isEmpty() ? "_kvctl_offer words " + quoted(String.join(" ", values.words())) : values.files() ? "_kvctl_offer file" : "";
  }

  static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  /** A function that tells whether its argument is one of these. */
  static void test(StringBuilder script, String name, List<String> words) {
    script.append('\n').append(name).append("() {\n  case $1 in\n    ")
        .append(words.stream().map(BashScript::quoted).collect(Collectors.joining("|\\\n    "))).append(") return 0 ;;\n  esac\n  return 1\n}\n");
  }

  /** A function that does what belongs to its argument. @param cases what is done, with the pattern when it is */
  static void choice(StringBuilder script, String name, Map<String, String> cases) {
    script.append('\n').append(name).append("() {\n  case $1 in\n");
    cases.forEach((done, pattern) -> script.append("    ").append(pattern).append(") ").append(done).append(" ;;\n"));
    script.append("  esac\n}\n");
  }
}
