package io.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.cli.CompletionVerb.Shell;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Completion as the shells do it: each loads its script and is asked what it offers, for every command there is, with nothing typed and with a {@code -}.
 * A shell that is not installed is skipped; {@code .ci/run} installs them.
 */
class CompletionTest {
  private static final int MOST_SECONDS = 60;

  /** Shows what bash offers for each line of stdin, behind the line itself. Words are cut as bash cuts them. */
  private static final String ASK_BASH = """
      COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
      . "$1"
      while IFS= read -r line; do
        read -ra COMP_WORDS <<<"${line//=/ = }"
        [[ $line == *[\\ =] ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _kvctl
        printf '## %s\\n' "$line"
        ((${#COMPREPLY[@]} == 0)) || printf '%s\\n' "${COMPREPLY[@]}"
      done
      """;

  private static final String ASK_FISH = """
      source $argv[1]
      while read -l line
        echo "## $line"
        complete -C "$line" | string replace -r '\\t.*' ''
      end
      """;

  /** Completion of zsh works at a terminal alone: a second zsh has one, is typed one key, and asks itself for every line of the file. */
  private static final String ASK_ZSH = """
      zmodload zsh/zpty
      zpty asked "zsh -f -i"
      zpty -w asked "source $2 $1 $3 $4"
      while zpty -r asked line; do :; done
      """;

  private static final String ASKED_ZSH = """
      PS1=
      autoload -U compinit && compinit -D -u
      source $1
      offered=$3
      compadd() {
        local -a found
        if (( ${argv[(I)-[ADO]]} )); then
          builtin compadd "$@"
        else
          builtin compadd -O found "$@"
          (( $#found )) && print -rl -- $found >>$offered
          builtin compadd "$@"
        fi
      }
      zle -C offer list-choices _main_complete
      zstyle ':completion:*' menu no
      LISTMAX=100000
      ask() {
        local line
        for line in "${(@f)lines}"; do
          print -r -- "## $line" >>$offered
          BUFFER=$line
          CURSOR=${#BUFFER}
          zle offer
        done
        exit
      }
      zle -N ask
      lines=$(<$2)
      zle-line-init() { ask }
      zle -N zle-line-init
      """;

  @TempDir
  private Path folder;

  /** What is to be offered for a line; the shells are asked all of them at once. */
  private final Map<String, Set<String>> expected = new LinkedHashMap<>();

  @BeforeEach
  void expectEveryCommand() throws IOException {
    expect(Kvctl.whole(), "kvctl");
    expected.put("kvctl put --lease 7 --", options("put"));
    expected.put("kvctl get k --consistency ", Set.of("linearizable", "serializable", "at-least="));
    expected.put("kvctl get --write-out ", Set.of("simple", "json", "table", "raw"));
    expected.put("kvctl -w json lease ", new TreeSet<>(Kvctl.whole().getSubcommands().get("lease").getSubcommands().keySet()));
    expected.put("kvctl get --write-out=j", Set.of("json"));
    expected.put("kvctl completion ", Set.of("bash", "zsh", "fish"));
    expected.put("kvctl get ", Set.of());
    Files.writeString(folder.resolve("records.tsv"), "");
  }

  private static Set<String> options(String verb) {
    return names(Kvctl.whole().getSubcommands().get(verb)).stream().filter(name -> name.startsWith("--")).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> names(CommandLine line) {
    var names = new TreeSet<String>();
    line.getCommandSpec().options().forEach(option -> names.addAll(List.of(option.names())));
    return names;
  }

  private void expect(CommandLine line, String path) {
    expected.put(path + " -", names(line));
    if (!line.getSubcommands().isEmpty()) {
      expected.put(path + " ", new TreeSet<>(line.getSubcommands().keySet()));
    }
    line.getSubcommands().forEach((name, below) -> expect(below, path + " " + name));
  }

  private Path script(Shell shell) throws IOException {
    return Files.writeString(folder.resolve("kvctl." + shell), CompletionVerb.script(shell));
  }

  /** Runs a shell on a script of this test. */
  private String run(String input, String... command) throws IOException, InterruptedException {
    assumeTrue(Stream.of(System.getenv("PATH").split(File.pathSeparator)).anyMatch(each -> Files.isExecutable(Path.of(each, command[0]))),
        command[0] + " is not installed");
    Path in = Files.writeString(folder.resolve("in.txt"), input);
    Path out = folder.resolve("out.txt");
    var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectInput(in.toFile()).redirectOutput(out.toFile()).redirectErrorStream(true);
    builder.environment().put("HOME", folder.toString());
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)).as("%s has ended", Arrays.toString(command)).isTrue();
      return Files.readString(out);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private String lines() {
    return String.join("\n", expected.keySet()) + "\n";
  }

  private static Map<String, Set<String>> offered(String output) {
    Map<String, Set<String>> offered = new LinkedHashMap<>();
    Set<String> open = new TreeSet<>();
    for (String line : output.lines().toList()) {
      if (line.startsWith("## ")) {
        open = new TreeSet<>();
        offered.put(line.substring(3), open);
      } else {
        open.add(line.strip());
      }
    }
    return offered;
  }

  private void judge(Map<String, Set<String>> offered) {
    var wrong = new ArrayList<String>();
    expected.forEach((line, words) -> {
      if (!words.equals(offered.get(line))) {
        wrong.add("for '" + line + "' " + words + ", offered " + offered.get(line));
      }
    });
    assertThat(wrong).isEmpty();
    assertThat(expected.size()).isGreaterThan(40);
  }

  @Test
  @DisplayName("bash offers every verb, option and word of a value, and files and commands where they belong")
  void bash() throws Exception {
    Path ask = Files.writeString(folder.resolve("ask.bash"), ASK_BASH);
    Map<String, Set<String>> offered = offered(run(lines() + "kvctl load rec\nkvctl load --report rec\nkvctl lock nightly -- kil\n",
        "bash", "--norc", ask.toString(), script(Shell.bash).toString()));

    judge(offered);
    assertThat(offered.get("kvctl load rec")).containsExactly("records.tsv");
    assertThat(offered.get("kvctl load --report rec")).containsExactly("records.tsv");
    assertThat(offered.get("kvctl lock nightly -- kil")).contains("kill");
  }

  @Test
  @DisplayName("fish offers the same")
  void fish() throws Exception {
    Path ask = Files.writeString(folder.resolve("ask.fish"), ASK_FISH);
    Map<String, Set<String>> offered = offered(run(lines() + "kvctl load rec\nkvctl load --report rec\nkvctl lock nightly -- kil\n",
        "fish", "--no-config", ask.toString(), script(Shell.fish).toString()));

    // Fish adds the value to an option that has its own behind a '=', and offers one name of an option for a lone dash when it has two.
    offered.replace("kvctl get --write-out=j", Set.of("--write-out=json"), Set.of("json"));
    judge(offered);
    assertThat(offered.get("kvctl load rec")).containsExactly("records.tsv");
    assertThat(offered.get("kvctl load --report rec")).containsExactly("records.tsv");
    assertThat(offered.get("kvctl lock nightly -- kil")).contains("kill");
  }

  @Test
  @DisplayName("zsh offers the same")
  void zsh() throws Exception {
    Path ask = Files.writeString(folder.resolve("ask.zsh"), ASK_ZSH);
    Path asked = Files.writeString(folder.resolve("asked.zsh"), ASKED_ZSH);
    Path lines = Files.writeString(folder.resolve("lines.txt"), lines() + "kvctl load rec\nkvctl load --report rec\nkvctl lock nightly -- kil\n");
    Path answers = folder.resolve("offered.txt");
    String said = run("", "zsh", "-f", ask.toString(), script(Shell.zsh).toString(), asked.toString(), lines.toString(), answers.toString());

    assertThat(answers).as(said).exists();
    Map<String, Set<String>> offered = offered(Files.readString(answers));
    judge(offered);
    assertThat(offered.get("kvctl load rec")).contains("records.tsv");
    assertThat(offered.get("kvctl load --report rec")).contains("records.tsv");
    assertThat(offered.get("kvctl lock nightly -- kil")).contains("kill");
  }
}
