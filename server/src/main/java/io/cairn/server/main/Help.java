package io.cairn.server.main;

import io.cairn.server.config.ConfigKey;
import io.cairn.server.config.ConfigKeys;

/** The text of {@code kvd --help}: every flag there is, from the one list of keys, and every exit status. */
final class Help {
  private static final int COLUMNS = 100;
  private static final String INDENT = "        ";

  private Help() {}

  static String text() {
    StringBuilder text = new StringBuilder();
    text.append("""
        kvd runs one node of a Cairn cluster.

        usage: kvd --config FILE [--KEY VALUE ...]
               kvd --config FILE --check-config
               kvd log verify DIR | kvd log dump DIR [--shard N] [--from INDEX]
               kvd --version | --help

        kvd log looks at the log of a node that does not run and changes nothing; DIR is its storage.dir. kvd log --help
        says more.

        Every key may stand in FILE (YAML), over it in the environment (storage.dir as KVD_STORAGE_DIR), over
        that as a flag (--storage.dir VALUE or --storage.dir=VALUE). KVD_OPTS is added to the JVM's options.

        keys:
        """);
    for (ConfigKey<?> key : ConfigKeys.ALL) {
      text.append("  --").append(key.name()).append(" (").append(key.type().unit()).append(")\n");
      wrap(text, key.doc());
      wrap(text, "default: " + key.defaultText() + "; bound: " + key.bound().text());
    }
    text.append("\nexit status:\n");
    for (ExitStatus status : ExitStatus.values()) {
      text.append("  ").append(status.code()).append("  ").append(status.meaning()).append('\n');
    }
    text.append("  128 + N  ended at once by a second signal N\n");
    return text.toString();
  }

  private static void wrap(StringBuilder text, String words) {
    int column = 0;
    for (String word : words.split(" ")) {
      if (column == 0 || column + 1 + word.length() > COLUMNS) {
        text.append(column == 0 ? "" : "\n").append(INDENT);
        column = INDENT.length();
      } else {
        text.append(' ');
        column++;
      }
      text.append(word);
      column += word.length();
    }
    text.append('\n');
  }
}
