package io.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RehearsalTest {

  @Test
  @DisplayName("each line of the rehearsal ends as it would with a cluster: what it leaves to the class cache is what commands need")
  void eachLineEndsAsItWould() throws Exception {
    var err = new StringWriter();

    assertThat(Rehearsal.run(new PrintWriter(err, true))).as("%s", err).isEmpty();
    for (Class<?> verb : Kvctl.VERBS) {
      String name = verb.getAnnotation(picocli.CommandLine.Command.class).name();
      assertThat(Rehearsal.LINES).as("a line for %s", name).anyMatch(line -> line.startsWith(name));
    }
  }
}
