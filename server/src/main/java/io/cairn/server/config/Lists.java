package io.cairn.server.config;

import io.cairn.protocol.transport.HostPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Reads the two keys that hold lists; in the environment and in flags their items stand between commas. */
final class Lists {
  private static final String NODE_FORM = "each node needs name, peer and client, as in "
      + "{name: n1, peer: 127.0.0.1:7101, client: 127.0.0.1:7001}";
  private static final Set<String> NODE_FIELDS = new TreeSet<>(List.of("name", "peer", "client"));

  private Lists() {}

  static List<String> texts(Written written) {
    List<String> texts = new ArrayList<>();
    for (Written item : items(written)) {
      if (!(item instanceof Written.Scalar(String text, boolean given)) || !given) {
        throw new IllegalArgumentException("must be a list of texts, as in [l, libm, p]");
      }
      texts.add(text);
    }
    return texts;
  }

  static List<ClusterNode> nodes(Written written) {
    List<ClusterNode> nodes = new ArrayList<>();
    for (Written item : items(written)) {
      nodes.add(node(item instanceof Written.Scalar(String text, boolean _) ? fieldsOf(text) : item));
    }
    return nodes;
  }

  private static ClusterNode node(Written item) {
    if (!(item instanceof Written.Fields(Map<String, Written> fields)) || !fields.keySet().equals(NODE_FIELDS)) {
      throw new IllegalArgumentException(NODE_FORM);
    }
    return new ClusterNode(
        ValueType.TEXT.parse(fields.get("name")), address(fields.get("peer")), address(fields.get("client")));
  }

  private static HostPort address(Written written) {
    return ValueType.ADDRESS.parse(written);
  }

  private static List<Written> items(Written written) {
    return switch (written) {
      case Written.Items(List<Written> items) -> items;
      case Written.Scalar(String text, boolean given) when !given || text.isBlank() -> List.of();
      case Written.Scalar(String text, boolean _) -> split(text);
      case Written.Fields _ -> throw new IllegalArgumentException("must be a list: each item begins with '- '");
    };
  }

  private static List<Written> split(String text) {
    List<Written> items = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      items.add(Written.text(part.trim()));
    }
    return items;
  }

  /** {@code name=n1 peer=H:P client=H:P}. */
  private static Written fieldsOf(String text) {
    Map<String, Written> fields = new LinkedHashMap<>();
    for (String part : text.trim().split("\\s+")) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException(NODE_FORM + ", or name=n1 peer=127.0.0.1:7101 client=127.0.0.1:7001 in a flag");
      }
      fields.put(part.substring(0, equals), Written.text(part.substring(equals + 1)));
    }
    return new Written.Fields(fields);
  }
}
