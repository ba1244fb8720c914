package io.cairn.server.main;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What was typed after {@code kvd}. Every key of the configuration is a flag, so the list of flags is not fixed here: an unknown
 * one is left to {@link io.cairn.server.config.ConfigLoader}, which knows the nearest key.
 *
 * @param action what is asked for
 * @param file the configuration file; null when none is named
 * @param flags keys and values, in the order typed
 * @param mistakes what cannot be understood, a line each
 */
record CommandLine(Action action, String file, List<Map.Entry<String, String>> flags, List<String> mistakes) {

  enum Action { RUN, CHECK_CONFIG, HELP, VERSION }

  static CommandLine parse(List<String> arguments) {
    Action action = Action.RUN;
    String file = null;
    List<Map.Entry<String, String>> flags = new ArrayList<>();
    List<String> mistakes = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      switch (argument) {
        case "--help", "-h" -> action = Action.HELP;
        case "--version", "-V" -> action = action == Action.HELP ? action : Action.VERSION;
        case "--check-config" -> action = action == Action.RUN ? Action.CHECK_CONFIG : action;
        default -> {
          if (!argument.startsWith("--") || argument.length() == 2) {
            mistakes.add("'" + argument + "' is not understood; flags are --config FILE and --KEY VALUE, see kvd --help");
            continue;
          }
          int equals = argument.indexOf('=');
          String key = argument.substring(2, equals < 0 ? argument.length() : equals);
          if (equals < 0 && (i + 1 == arguments.size() || arguments.get(i + 1).startsWith("--"))) {
            mistakes.add("'" + argument + "' needs a value, as in " + argument + " VALUE");
            continue;
          }
          String value = equals < 0 ? arguments.get(++i) : argument.substring(equals + 1);
          if (!key.equals("config")) {
            flags.add(Map.entry(key, value));
          } else if (file != null) {
            mistakes.add("--config is given twice; keep one");
          } else {
            file = value;
          }
        }
      }
    }
    return new CommandLine(action, file, flags, mistakes);
  }
}
