package io.cairn.jepsen;

import io.cairn.jepsen.cluster.KvdNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/** What a node shows of its meters at one moment. */
record MetricsPage(List<String> lines) {

  static MetricsPage of(KvdNode node) {
    try (InputStream page = URI.create("http://" + node.addresses().admin() + "/metrics").toURL().openStream()) {
      return new MetricsPage(new String(page.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** @param series name and labels, as they stand there. @throws IllegalStateException when there is none of that name */
  double value(String series) {
    return lines.stream().filter(line -> line.startsWith(series + " ")).mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst().orElseThrow(() -> new IllegalStateException("there is no " + series));
  }

  /** Of several nodes together. */
  static double sum(Collection<KvdNode> nodes, String series) {
    return nodes.stream().mapToDouble(node -> of(node).value(series)).sum();
  }
}
