package io.cairn.server.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import org.junit.jupiter.api.Test;

class LogGrammarTest {

  @Test
  void identityEventAndDetailsAreToldApart() {
    LogGrammar parts = LogGrammar.parse("shard=7 replica=2 t5 leader [f:101 l:120] became leader; votes=3/5 dir=\"/a b\" x=");

    assertThat(parts.identity()).containsExactly(entry("shard", "7"), entry("replica", "2"));
    assertThat(parts.event()).isEqualTo("t5 leader [f:101 l:120] became leader");
    assertThat(parts.details()).containsExactly(entry("votes", "3/5"), entry("dir", "/a b"), entry("x", ""));
  }

  @Test
  void aMessageOfAnotherFormIsAnEventWithoutMore() {
    for (String message : new String[] {"plain words", "a; b", "x = 1; y", "", "; ", "ends with; ", "k=v"}) {
      LogGrammar parts = LogGrammar.parse(message);
      assertThat(parts.details()).as(message).isEmpty();
    }
    assertThat(LogGrammar.parse("a; b").event()).isEqualTo("a; b");
    assertThat(LogGrammar.parse("k=v").identity()).containsExactly(entry("k", "v"));
  }
}
