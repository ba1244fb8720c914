package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an operator types to change the nodes of the cluster that {@code bin/cluster} runs. */
final class ClusterScriptTest {
  private ReadmeScratch scratch;

  @BeforeEach
  void copy() throws IOException {
    scratch = ReadmeScratch.of(Path.of("").toAbsolutePath().getParent());
  }

  @AfterEach
  void wipe() {
    try {
      assertThat(scratch.run("bin/cluster wipe").status()).isZero();
    } finally {
      scratch.close();
    }
  }

  @Test
  @DisplayName("a fourth node comes, a killed one is replaced, the first leaves and comes back, and nothing is lost")
  void nodesComeAndGo() {
    scratch.succeeds("bin/cluster start");
    scratch.succeeds("bin/kvctl put greeting hello");

    assertThat(scratch.awaitSuccess("bin/cluster add 4").out()).contains("n4 is a learner of every shard",
        "bin/kvctl member promote n4 makes it a voter");
    scratch.awaitSuccess("bin/kvctl member promote n4"); // It may lag for a moment.
    scratch.succeeds("bin/cluster kill 2");
    assertThat(scratch.succeeds("bin/cluster replace 2").out()).contains("n2-2 has taken the place of n2 in every shard",
        "every shard answers linearizable reads on n2-2");
    scratch.succeeds("bin/kvctl member remove n1");
    scratch.awaitSuccess("bin/cluster status | grep '^n1  removed'");
    assertThat(scratch.run("bin/cluster replace 1").err()).contains("n1 was removed; bin/cluster add 1 makes a new one of it");
    assertThat(scratch.succeeds("bin/cluster add 1").out()).contains("n1-2 is a learner of every shard");
    assertThat(scratch.run("bin/cluster add 4").status()).as("there is one").isEqualTo(2);

    assertThat(standings()).isEqualTo("""
        1 n1 removed
        2 n2 removed
        3 n3 voter
        4 n4 voter
        5 n2-2 voter
        6 n1-2 learner
        """);
    scratch.succeeds("bin/cluster stop");
    scratch.succeeds("bin/cluster start");
    assertThat(scratch.succeeds("bin/cluster status").out().lines()).hasSize(4).allMatch(line -> line.contains("running"));
    assertThat(scratch.succeeds("bin/kvctl get greeting").out()).isEqualTo("hello\n");
  }

  private String standings() {
    return Pattern.compile("(?m)^(\\S+) +(\\S+) +(\\S+) .*$").matcher(scratch.succeeds("bin/kvctl member list").out())
        .replaceAll("$1 $2 $3").replaceFirst("ID NODE STANDING\n", "");
  }
}
