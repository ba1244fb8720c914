package io.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.fake.FakeCluster;
import io.cairn.client.fake.FakeNode;
import io.cairn.protocol.transport.netty.NettyTransport;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** kvctl load against a fake cluster on real sockets, with two shards that meet at {@code m}. */
class LoadVerbTest {

  private final NettyTransport transport = new NettyTransport("fake", 1, Throwable::printStackTrace);
  private FakeCluster cluster;
  @TempDir private Path directory;

  @BeforeEach
  void start() throws IOException {
    cluster = new FakeCluster("m").start(transport, 3, 0);
  }

  @AfterEach
  void stop() {
    transport.close();
  }

  private record Run(int status, String out, String err) {}

  private Run load(String stdin, String... options) {
    return load(new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)), options);
  }

  private Run load(InputStream stdin, String... options) {
    String[] args = new String[options.length + 2];
    args[0] = "load";
    args[1] = "-";
    System.arraycopy(options, 0, args, 2, options.length);
    return kvctl(stdin, args);
  }

  private Run kvctl(InputStream stdin, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StringWriter err = new StringWriter();
    int status = Kvctl.run(args, Map.of("KVCTL_ENDPOINTS", String.join(",", cluster.endpoints())), stdin, out, new PrintWriter(err, true));
    return new Run(status, out.toString(StandardCharsets.UTF_8), err.toString());
  }

  private void script(Function<Request, Response> script) {
    for (int i = 1; i <= 3; i++) {
      cluster.node("n" + i).script(script);
    }
  }

  private static Response refuse(ErrorCode code) {
    return FakeCluster.error(ErrorKind.REFUSED, code, "because of " + code);
  }

  private static boolean puts(Request request, String part) {
    return request.hasCommand() && request.getCommand().toStringUtf8().contains(part);
  }

  @Test
  void everyLineIsWrittenAndStatusZeroSaysSo() {
    Run run = load("a\t1\nz\t2\nb\t x\\n\ty\r\n");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).isEqualTo("written 3\nrefused 0\nunknown 0\n");
    assertThat(run.err()).matches("kvctl: 3 written, 0 refused, 0 unknown in \\d+\\.\\d s, \\d+ written/s\n");
    assertThat(cluster.value("a")).isEqualTo("1");
    assertThat(cluster.value("z")).isEqualTo("2");
    assertThat(cluster.value("b")).isEqualTo(" x\\n\ty\r");
  }

  @Test
  void aFileIsReadAsStdinIs() throws IOException {
    Path file = Files.writeString(directory.resolve("records.tsv"), "a\tone\\nline\\\\\nb\ttwo");
    Run run = kvctl(new ByteArrayInputStream(new byte[0]), "load", file.toString(), "--escapes");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(cluster.value("a")).isEqualTo("one\nline\\");
    assertThat(cluster.value("b")).isEqualTo("two");
  }

  @Test
  void brokenLinesOfEveryKindAreNamedAndTheRestIsWritten() {
    String file = "a\t1\n" + "no tab\n" + "\n" + "\tno key\n" + "k".repeat(4_097) + "\tkey too long\n" + "b\t\\x\n"
        + "big\t" + "v".repeat((8 << 20) + 1) + "\n" + "c\tok\n";
    Run run = load(file, "--escapes");
    assertThat(run.out()).isEqualTo("written 2\nrefused 6: lines 2-7\nunknown 0\n");
    assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(run.err().lines().toList()).hasSize(7);
    assertThat(run.err())
        .contains("kvctl: line 2: refused: there is no tab")
        .contains("kvctl: line 3: refused: the line is empty")
        .contains("kvctl: line 4: refused: the key is empty")
        .contains("kvctl: line 5: refused: KEY_TOO_LARGE: The key has 4097 bytes")
        .contains("kvctl: line 6: refused: '\\x' at byte 1 of the value is no escape")
        .contains("kvctl: line 7: refused: VALUE_TOO_LARGE");
    assertThat(cluster.value("a")).isEqualTo("1");
    assertThat(cluster.value("c")).isEqualTo("ok");
  }

  @Test
  void aFileOfAnyBytesIsReadToItsEndAndEveryLineIsCounted() {
    for (int seed = 0; seed < 40; seed++) {
      var random = new java.util.Random(seed);
      byte[] bytes = new byte[random.nextInt(3_000)];
      random.nextBytes(bytes);
      for (int i = 0; i < bytes.length; i++) {
        // Of what means something there is plenty.
        bytes[i] = switch (random.nextInt(12)) {
          case 0 -> '\n';
          case 1, 2 -> '\t';
          case 3 -> '\\';
          case 4 -> '\r';
          case 5 -> 0;
          default -> bytes[i];
        };
      }
      Run run = load(new ByteArrayInputStream(bytes), seed % 2 == 0 ? new String[] {"--escapes"} : new String[0]);
      long lines = 0;
      for (byte each : bytes) {
        lines += each == '\n' ? 1 : 0;
      }
      lines += bytes.length > 0 && bytes[bytes.length - 1] != '\n' ? 1 : 0;
      long counted = run.out().lines().mapToLong(line -> Long.parseLong(line.split("[ :]")[1])).sum();
      assertThat(counted).as("lines of file %d: %s", seed, run.out()).isEqualTo(lines);
      assertThat(run.status()).as(run.err()).isIn(ExitStatus.DONE, ExitStatus.BAD_INPUT);
      assertThat(run.err()).doesNotContain("Exception");
    }
  }

  @Test
  void aLineLongerThanAnyRecordIsNamedAndTheRestIsWritten() {
    Run run = load("x".repeat(9 << 20) + "\nc\tok\n");
    assertThat(run.out()).isEqualTo("written 1\nrefused 1: line 1\nunknown 0\n");
    assertThat(run.err()).contains("kvctl: line 1: refused: the line has " + (9 << 20) + " bytes");
  }

  @Test
  void aValueOverTheServersLimitIsTheLinesFault() {
    script(request -> puts(request, "big") ? refuse(ErrorCode.VALUE_TOO_LARGE) : null);
    Run run = load("a\t1\nbig\tv\nc\t3\n");
    assertThat(run.status()).isEqualTo(ExitStatus.BAD_INPUT);
    assertThat(run.out()).isEqualTo("written 2\nrefused 1: line 2\nunknown 0\n");
  }

  @Test
  void whatTheClusterRefusesIsStatusTwo() {
    script(request -> puts(request, "odd") ? refuse(ErrorCode.NOT_SUPPORTED) : null);
    Run run = load("a\t1\nodd\tv\nno tab\n");
    assertThat(run.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(run.out()).isEqualTo("written 1\nrefused 2: lines 2-3\nunknown 0\n");
    assertThat(run.err()).contains("kvctl: line 2: refused: NOT_SUPPORTED: ");
  }

  @Test
  void whatMayHaveHappenedIsUnknownAndStatusThree() {
    load("warm\t1\n");
    script(request -> puts(request, "lost") ? FakeNode.SILENCE : null);
    Run run = load("a\t1\nlost\tv\nno tab\nb\t2\n", "--timeout", "900ms");
    assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.UNKNOWN);
    assertThat(run.out()).isEqualTo("written 2\nrefused 1: line 3\nunknown 1: line 2\n");
    assertThat(run.err()).contains("kvctl: line 2: outcome unknown: No answer within 900 ms");
  }

  @Test
  void withNobodyThereTheStatusIsFive() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Run run = load("a\t1\nb\t2\n", "--timeout", "300ms", "--endpoints", "127.0.0.1:" + port);
    assertThat(run.status()).isEqualTo(ExitStatus.CANNOT_CONNECT);
    assertThat(run.out()).isEqualTo("written 0\nrefused 2: lines 1-2\nunknown 0\n");
    assertThat(run.err()).contains("line 1: refused: UNAVAILABLE: ");
  }

  @Test
  void theReportNamesEveryLine() throws IOException {
    Path report = directory.resolve("report");
    Run run = load("a\t1\nbad\nb\t2\n", "--report", report.toString(), "-w", "json");
    List<String> lines = Files.readAllLines(report).stream().sorted().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).matches("1\twritten\t[23]\t");
    assertThat(lines.get(1)).startsWith("2\trefused\t-\tthere is no tab");
    assertThat(lines.get(2)).matches("3\twritten\t[23]\t");
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.get("written").asLong()).isEqualTo(2);
    assertThat(json.get("refusedLines").get(0).asString()).isEqualTo("2");
    assertThat(json.get("lastRevision").asLong()).isEqualTo(3);
    assertThat(json.get("whole").asBoolean()).isTrue();
  }

  @Test
  void ofSeveralLinesWithOneKeyTheLastWins() {
    StringBuilder file = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      file.append("same\t").append(i).append('\n');
    }
    // Every hundredth answer is lost on its way back: were two lines of one key in flight, a retry would come after the later line.
    int[] sent = {0};
    script(request -> request.hasCommand() && ++sent[0] % 100 == 0 ? FakeNode.SERVE_AND_CUT : null);
    Run run = load(file.toString());
    assertThat(run.out()).isEqualTo("written 300\nrefused 0\nunknown 0\n");
    assertThat(cluster.value("same")).isEqualTo("299");
    assertThat(cluster.applied()).as("each took effect once").isEqualTo(300);
  }

  /** An input that lets the cluster go and come back between its pieces: all of the piece before is in flight or done. */
  @Test
  void anAbsentClusterIsWaitedOut() throws IOException {
    killAll();
    int[] reads = {0};
    InputStream input = new InputStream() {
      @Override
      public int read() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int read(byte[] into, int from, int length) throws IOException {
        int read = reads[0]++;
        if (read == 4) {
          return -1;
        }
        if (read % 2 == 1) {
          restartAll();
        } else if (read > 0) {
          killAll();
        }
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 100; i++) {
          lines.append(i % 2 == 0 ? "a" : "z").append(read * 100 + i).append("\tv").append(i).append('\n');
        }
        byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, into, from, bytes.length);
        return bytes.length;
      }
    };
    Run run = load(input, "--timeout", "60s");
    assertThat(run.out()).as(run.err()).isEqualTo("written 400\nrefused 0\nunknown 0\n");
    assertThat(run.status()).isZero();
    assertThat(cluster.applied()).isEqualTo(400);
  }

  private void killAll() {
    for (int i = 1; i <= 3; i++) {
      cluster.node("n" + i).kill();
    }
  }

  private void restartAll() throws IOException {
    for (int i = 1; i <= 3; i++) {
      cluster.node("n" + i).restart();
    }
  }

  @Test
  void theInputIsReadNoFurtherAheadThanTheWindow() {
    int lineBytes = 1_024;
    int lines = 20_000;
    long[] read = {0};
    long[] furthest = {0};
    InputStream input = new InputStream() {
      @Override
      public int read() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int read(byte[] into, int from, int length) {
        if (read[0] == (long) lines * lineBytes) {
          return -1;
        }
        int count = 0;
        for (; count < length && read[0] < (long) lines * lineBytes; count++, read[0]++) {
          into[from + count] = byteAt(read[0], lineBytes);
        }
        furthest[0] = Math.max(furthest[0], read[0] - (long) cluster.applied() * lineBytes);
        return count;
      }
    };
    Run run = load(input);
    assertThat(run.out()).isEqualTo("written " + lines + "\nrefused 0\nunknown 0\n");
    assertThat(furthest[0]).as("bytes read and not yet written, of " + lines * lineBytes).isBetween(1L, 1_000L * lineBytes + (128 << 10));
  }

  /** Byte {@code at} of lines that each begin with their number in seven digits: a key of its own, and then the value. */
  private static byte byteAt(long at, int lineBytes) {
    int column = (int) (at % lineBytes);
    if (column == lineBytes - 1) {
      return '\n';
    }
    if (column < 7) {
      long number = at / lineBytes;
      for (int i = column; i < 6; i++) {
        number /= 10;
      }
      return (byte) ('0' + number % 10);
    }
    return (byte) (column == 7 ? '\t' : 'v');
  }

  @Test
  void anInputThatBreaksOffIsToldAndNotTakenForItsEnd() {
    InputStream broken = new InputStream() {
      private boolean given;

      @Override
      public int read() {
        throw new UnsupportedOperationException();
      }

      @Override
      public int read(byte[] into, int from, int length) throws IOException {
        if (given) {
          throw new IOException("Input/output error");
        }
        given = true;
        byte[] bytes = "a\t1\nb\thalf".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, into, from, bytes.length);
        return bytes.length;
      }
    };
    Run run = load(broken);
    assertThat(run.status()).isEqualTo(ExitStatus.UNKNOWN);
    assertThat(run.out()).isEqualTo("written 1\nrefused 0\nunknown 0\n");
    assertThat(run.err()).contains("the input cannot be read any further: Input/output error");
    assertThat(cluster.value("b")).isNull();
  }

  @Test
  void badOptionsAreStatusFourAndOneLine() {
    for (String line : List.of("load", "load /no/such/file", "load /", "load - --rate 0", "load - --rate many", "load - --rate -5",
        "load - --report /no/such/folder/report", "load - --node n1", "load a b")) {
      Run run = kvctl(new ByteArrayInputStream("a\t1\n".getBytes(StandardCharsets.UTF_8)), line.split(" "));
      assertThat(run.status()).as(line + ": " + run.err()).isEqualTo(ExitStatus.BAD_INPUT);
      assertThat(run.out()).as(line).isEmpty();
      assertThat(run.err()).as(line).startsWith("kvctl: ").hasLineCount(1);
    }
    assertThat(cluster.applied()).isZero();
  }

  @Test
  void anEmptyInputIsAllWritten() {
    Run run = load("");
    assertThat(run.status()).isZero();
    assertThat(run.out()).isEqualTo("written 0\nrefused 0\nunknown 0\n");
  }

  @Test
  void theHelpSaysWhatTheStatusMeans() {
    Run help = kvctl(InputStream.nullInputStream(), "load", "--help");
    assertThat(help.out()).contains("Exit status", "--rate", "--escapes", "--report", "--timeout", "Examples:");
  }
}
