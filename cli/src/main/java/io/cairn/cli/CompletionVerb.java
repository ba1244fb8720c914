package io.cairn.cli;

import io.cairn.cli.completion.BashScript;
import io.cairn.cli.completion.Commands;
import io.cairn.cli.completion.FishScript;
import io.cairn.cli.completion.ZshScript;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "completion", description = {"Prints a script that has a shell complete kvctl's commands, options and values.", "Its first lines say where it goes."},
    footer = {"", "Examples:", "  source <(kvctl completion bash)", "  source <(kvctl completion zsh)", "  kvctl completion fish | source"})
final class CompletionVerb implements Callable<Integer> {

  enum Shell { bash, zsh, fish }

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "SHELL", description = "bash, zsh or fish.")
  private Shell shell;

  @Override
  public Integer call() throws IOException {
    root.output().text(script(shell));
    return ExitStatus.DONE;
  }

  static String script(Shell shell) {
    Commands commands = Commands.of(Kvctl.whole(), CommandTail::runs);
    return switch (shell) {
      case bash -> BashScript.of(commands);
      case zsh -> ZshScript.of(commands);
      case fish -> FishScript.of(commands);
    };
  }
}
