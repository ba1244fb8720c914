package io.cairn.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.hashes.HashFigures;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/metrics.md, the list in {@link MeterName} and what the endpoint shows are one and the same. */
class MetricsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "metrics.md");
  private static final Pattern SERIES = Pattern.compile("([a-z_]+)(?:\\{(.*)\\})? \\S+");

  private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final NodeMeters meters = new NodeMeters(registry);

  @Test
  void thePageHasARowForEveryMeterAndNoOther() throws IOException {
    List<String> rows = Files.readAllLines(PAGE).stream().filter(line -> line.startsWith("| `")).toList();

    assertThat(rows).containsExactlyElementsOf(Arrays.stream(MeterName.values()).map(MetricsPageTest::row).toList());
  }

  @Test
  void theEndpointShowsEveryMeterOfThePageWithItsTypeAndLabelsAndNoOther() {
    useEverything();
    Map<String, String> types = new TreeMap<>();
    Map<String, Set<String>> labels = new TreeMap<>();
    for (String line : registry.scrape().split("\n")) {
      if (line.startsWith("# TYPE ")) {
        String[] words = line.split(" ");
        types.put(words[2], words[3]);
      } else if (!line.startsWith("#")) {
        Matcher series = SERIES.matcher(line);
        assertThat(series.matches()).as(line).isTrue();
        labels.computeIfAbsent(series.group(1), _ -> new TreeSet<>()).addAll(labelNames(series.group(2)));
      }
    }
    Map<String, String> expected = new TreeMap<>();
    for (MeterName meter : MeterName.values()) {
      expected.put(meter.exposedName(), meter.type().exposed());
      if (meter.type() == MeterName.Type.HISTOGRAM) {
        expected.put(meter.exposedName() + "_max", "gauge");
      }
      String series = meter.type() == MeterName.Type.HISTOGRAM ? meter.exposedName() + "_count" : meter.exposedName();
      assertThat(labels.get(series)).as("labels of %s", series).containsExactlyInAnyOrderElementsOf(meter.labels());
    }
    assertThat(types).isEqualTo(expected);
  }

  @Test
  void whatIsCountedIsShown() {
    meters.request(RequestOp.PUT, RequestOutcome.DONE, 3_000_000);
    meters.request(RequestOp.PUT, RequestOutcome.DONE, 3_000_000);
    meters.proposals(2, 500);
    meters.fsync(200_000, 4_096);
    meters.election(3);
    meters.refused(ErrorCode.OVERLOADED);

    assertThat(registry.scrape())
        .contains("kvd_requests_total{op=\"put\",outcome=\"done\"} 2.0")
        .contains("kvd_request_duration_seconds_bucket{op=\"put\",le=\"0.0025\"} 0")
        .contains("kvd_request_duration_seconds_bucket{op=\"put\",le=\"0.005\"} 2")
        .contains("kvd_proposed_bytes_total 500.0")
        .contains("kvd_fsync_bytes_total 4096.0")
        .contains("kvd_elections_total{shard=\"3\"} 1.0")
        .contains("kvd_refused_total{reason=\"overloaded\"} 1.0");
  }

  @Test
  void queuesOfOneNameAreSummedAndGoAgain() {
    NodeMeters.Registration first = meters.queue("inbox", 100, () -> 7);
    meters.queue("inbox", 100, () -> 5);

    assertThat(registry.scrape()).contains("kvd_queue_bytes{queue=\"inbox\"} 12.0", "kvd_queue_limit_bytes{queue=\"inbox\"} 200.0");
    first.remove();
    assertThat(registry.scrape()).contains("kvd_queue_bytes{queue=\"inbox\"} 5.0", "kvd_queue_limit_bytes{queue=\"inbox\"} 100.0");
  }

  @Test
  void whatIsReadFromElsewhereIsStillReadAfterAGarbageCollection() {
    long[] dropped = {1};
    meters.droppedLogLines(() -> dropped[0]);
    ProcessMeters.bind(meters, () -> dropped[0]);
    System.gc();
    dropped[0] = 3;

    assertThat(registry.scrape()).contains("kvd_log_lines_dropped_total 3.0", "process_resident_memory_bytes 3.0");
    Matcher cpu = Pattern.compile("(?m)^process_cpu_seconds_total (\\S+)$").matcher(registry.scrape());
    assertThat(cpu.find()).isTrue();
    assertThat(Double.parseDouble(cpu.group(1))).isPositive();
  }

  private void useEverything() {
    meters.info("three-node", "n1", "0.1.0");
    meters.hashes(() -> 0, () -> 0, new HashFigures());
    meters.election(1);
    meters.leaderChange(1);
    meters.droppedLogLines(() -> 0);
    meters.queue("inbox", 1, () -> 0);
    meters.rememberedClients(1, () -> 0);
    meters.connections("client", () -> 0);
    meters.replicasLed(() -> 0);
    meters.watches(() -> 0, () -> 0, () -> 0, () -> 0);
    meters.leases(() -> 0, () -> 0, () -> 0);
    meters.history(1, () -> 1, () -> 1);
    meters.compactions(() -> 1, () -> 1, () -> 1);
    meters.logWriteWait(() -> 0);
    meters.logBytes(() -> 0);
    meters.engineBytes(() -> 0);
    meters.diskRoom(() -> 3, () -> 2, () -> 0);
    meters.engineMerges(() -> 0, () -> 0);
    meters.suspectReplicas(() -> 0);
    ProcessMeters.bind(meters, () -> 0);
  }

  private static Set<String> labelNames(String labels) {
    Set<String> names = new TreeSet<>();
    if (labels != null) {
      Matcher name = Pattern.compile("([a-z]+)=\"[^\"]*\"").matcher(labels);
      while (name.find()) {
        if (!name.group(1).equals("le")) {
          names.add(name.group(1));
        }
      }
    }
    return names;
  }

  private static String row(MeterName meter) {
    List<String> labels = new ArrayList<>();
    meter.labels().forEach(label -> labels.add("`" + label + "`"));
    return "| `" + meter.exposedName() + "` | " + meter.type().exposed() + " | " + meter.unit() + " | " + String.join(", ", labels)
        + " | " + meter.meaning() + " |";
  }
}
