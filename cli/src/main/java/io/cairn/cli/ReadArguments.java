package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.Consistency;
import io.cairn.client.Staleness;
import java.util.Base64;
import java.util.Optional;
import picocli.CommandLine.Option;
import tools.jackson.core.JsonGenerator;

/** What all reads have in common: how fresh, and where an earlier one left off. */
final class ReadArguments {

  private ReadArguments() {}

  /** The option that says how fresh a read is to be. */
  static final class Freshness {
    @Option(names = "--consistency", paramLabel = "C", defaultValue = "linearizable", converter = ConsistencyText.class,
        completionCandidates = ConsistencyText.Candidates.class, description = {
        "linearizable (or l, the default): every acknowledged write.",
        "serializable (or s): what the replica that answers has, at once; -w json shows the revision and how long ago it heard its leader.",
        "at-least=REV: not older than that revision; waits until a replica has it."})
    private Consistency consistency;

    Consistency consistency() {
      return consistency;
    }
  }

  /** A token as one word of the shell. */
  static String text(ByteSeq token) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token.toByteArray());
  }

  static ByteSeq token(String text) {
    try {
      ByteSeq token = ByteSeq.of(Base64.getUrlDecoder().decode(text));
      if (!token.isEmpty()) {
        return token;
      }
    } catch (IllegalArgumentException e) {
      // Said below, as for a token of nothing.
    }
    throw new BadInput("--resume: '" + text + "' is no token; it was cut or made up");
  }

  static void json(JsonGenerator json, Optional<Staleness> staleness) {
    staleness.ifPresent(age -> {
      json.writeName("leaderHeardMillisAgo");
      age.sinceLeader().ifPresentOrElse(since -> json.writeNumber(since.toMillis()), json::writeNull);
    });
  }

  static void json(JsonGenerator json, boolean more, Optional<ByteSeq> resume) {
    json.writeBooleanProperty("more", more);
    resume.filter(token -> more).ifPresent(token -> json.writeStringProperty("resume", text(token)));
  }
}
