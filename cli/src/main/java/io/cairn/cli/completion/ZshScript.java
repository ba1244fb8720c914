package io.cairn.cli.completion;

import io.cairn.cli.completion.Commands.Option;
import io.cairn.cli.completion.Commands.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Completion for zsh 5 and later, with a word about each candidate. */
public final class ZshScript {

  private ZshScript() {}

  private static final String HEAD = """
      #compdef kvctl
      # Completion of kvctl for zsh, made by 'kvctl completion zsh'. To have it now, after compinit: source <(kvctl completion zsh); for good, write
      # it to a file _kvctl in a folder of $fpath.
      """;

  private static final String WALK = """

      _kvctl() {
        local at=kvctl option= word cur=${words[CURRENT]}
        local -i i=2
        while ((i < CURRENT)); do
          word=${words[i]}
          option=
          if [[ $word == -- ]] && _kvctl_runs "$at"; then
            shift $i words
            ((CURRENT -= i))
            _normal
            return
          elif _kvctl_takes_value "$at $word"; then
            option=$word
            ((++i))
          elif _kvctl_is_command "$at $word"; then
            at="$at $word"
          fi
          ((++i))
        done
        if [[ -n $option ]] && ((i > CURRENT)); then
          _kvctl_values "$at $option"
        elif [[ $cur == --*=* ]]; then
          option=${cur%%=*}
          compset -P '*='
          _kvctl_values "$at $option"
        elif [[ $cur == -* ]]; then
          _kvctl_options "$at"
        else
          _kvctl_operands "$at"
        fi
      }

      # Candidates as NAME:WHAT IT IS.
      _kvctl_offer() {
        local -a found=("${@:2}")
        if [[ $1 == option ]]; then
          _describe -o option found
        else
          _describe "$1" found
        fi
      }

      if [[ ${funcstack[1]} == _kvctl ]]; then
        _kvctl "$@"
      else
        compdef _kvctl kvctl
      fi
      """;

  public static String of(Commands root) {
    var script = new StringBuilder(HEAD);
    BashScript.test(script, "_kvctl_is_command", root.all().skip(1).map(Commands::path).toList());
    BashScript.test(script, "_kvctl_takes_value", root.valueOptions(option -> true));
    BashScript.test(script, "_kvctl_runs", root.all().filter(Commands::runs).map(Commands::path).toList());

    Map<String, String> values = new LinkedHashMap<>();
    root.all().forEach(command -> command.options().stream().filter(Option::takesValue).forEach(option -> option.names().forEach(name -> {
      String offer = offer(option.values());
      if (!offer.isEmpty()) {
        values.merge(offer, BashScript.quoted(command.path() + " " + name), (a, b) -> a + "|" + b);
      }
    })));
    BashScript.choice(script, "_kvctl_values", values);

    Map<String, String> options = new LinkedHashMap<>();
    root.all().forEach(command -> options.merge(offer("option", command.options().stream().flatMap(ZshScript::named)),
        BashScript.quoted(command.path()), (a, b) -> a + "|" + b));
    BashScript.choice(script, "_kvctl_options", options);

    Map<String, String> operands = new LinkedHashMap<>();
    root.all().forEach(command -> {
      String offer = command.below().isEmpty() ? offer(command.operands())
          : offer("command", command.below().stream().map(below -> below.name() + ":" + below.description()));
      if (!offer.isEmpty()) {
        operands.merge(offer, BashScript.quoted(command.path()), (a, b) -> a + "|" + b);
      }
    });
    BashScript.choice(script, "_kvctl_operands", operands);
    return script.append(WALK).toString();
  }

  private static Stream<String> named(Option option) {
    return option.names().stream().map(name -> name + ":" + option.description());
  }

  private static String offer(Values values) {
    return !values.words().isEmpty() ? "_kvctl_offer value " + words(values.words().stream()) : values.files() ? "_files" : "";
  }

  private static String offer(String what, Stream<String> candidates) {
    return "_kvctl_offer " + what + " " + words(candidates);
  }

  private static String words(Stream<String> candidates) {
    List<String> quoted = candidates.map(BashScript::quoted).toList();
    return quoted.stream().collect(Collectors.joining(" \\\n      "));
  }
}
