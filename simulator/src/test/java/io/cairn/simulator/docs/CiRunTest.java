package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What .ci/run says of a build whose tests did not run: it is run on a scratch project, with a stand-in for Maven. */
class CiRunTest {
  @TempDir
  private Path project;

  @BeforeEach
  void makeAProjectOfOneModule() throws IOException {
    Files.createDirectories(project.resolve(".ci"));
    Files.copy(Path.of("..", ".ci", "run"), project.resolve(".ci/run"));
    Files.writeString(project.resolve("pom.xml"), "<modules>\n<module>one</module>\n</modules>\n");
    Files.writeString(project.resolve(".ci/minimum-tests"), "# module tests properties\none 3 2\n");
  }

  @Test
  void aBuildWithEnoughTestsAndPropertiesPasses() throws Exception {
    Ran ran = run(report("FineTest", 3, 0, 0) + report("FineProperties", 2, 0, 0));

    assertThat(ran.status).as(ran.output).isZero();
    assertThat(ran.lastLine()).isEqualTo("5 passed, 0 failed");
  }

  @Test
  @DisplayName("TI-01 a green build in which fewer tests ran than are kept fails")
  void fewerTestsFail() throws Exception {
    Ran ran = run(report("FineTest", 2, 0, 0) + report("FineProperties", 2, 0, 0));

    assertThat(ran.status).isNotZero();
    assertThat(ran.output).contains("TOO FEW RAN");
  }

  @Test
  @DisplayName("TI-01 a green build that ran nothing at all fails")
  void nothingRanFails() throws Exception {
    assertThat(run("true").status).isNotZero();
  }

  @Test
  @DisplayName("TI-02 properties that were not discovered fail the build, however many tests ran")
  void fewerPropertiesFail() throws Exception {
    Ran ran = run(report("FineTest", 30, 0, 0));

    assertThat(ran.status).isNotZero();
    assertThat(ran.output).contains("TOO FEW RAN");
  }

  @Test
  @DisplayName("TI-01 skipped tests did not run")
  void skippedTestsDoNotCount() throws Exception {
    assertThat(run(report("FineTest", 3, 0, 1) + report("FineProperties", 2, 0, 0)).status).isNotZero();
  }

  @Test
  @DisplayName("TI-01 a module that nobody counts fails the build")
  void modulesWithoutANumberFail() throws Exception {
    Files.writeString(project.resolve("pom.xml"), "<modules>\n<module>one</module>\n<module>two</module>\n</modules>\n");
    Ran ran = run(report("FineTest", 3, 0, 0) + report("FineProperties", 2, 0, 0));

    assertThat(ran.status).isNotZero();
    assertThat(ran.output).contains("two is missing");
  }

  @Test
  void aFailedTestFailsEvenWhenMavenSaysNothing() throws Exception {
    Ran ran = run(report("FineTest", 4, 1, 0) + report("FineProperties", 2, 0, 0));

    assertThat(ran.status).isNotZero();
    assertThat(ran.lastLine()).isEqualTo("5 passed, 1 failed");
  }

  /** A line of shell that leaves a report as surefire does. */
  private static String report(String type, int tests, int failures, int skipped) {
    return "mkdir -p one/target/surefire-reports\necho '<testsuite name=\"" + type + "\" tests=\"" + tests + "\" errors=\"0\" skipped=\""
        + skipped + "\" failures=\"" + failures + "\">' > one/target/surefire-reports/TEST-x." + type + ".xml\n";
  }

  private record Ran(int status, String output) {
    String lastLine() {
      return output.strip().lines().reduce("", (before, line) -> line);
    }
  }

  private Ran run(String maven) throws IOException, InterruptedException {
    Path bin = Files.createDirectories(project.resolve("bin"));
    Path mvn = bin.resolve("mvn");
    Files.writeString(mvn, "#!/bin/sh\n" + maven + "\n");
    Files.setPosixFilePermissions(mvn, PosixFilePermissions.fromString("rwxr-xr-x"));
    var builder = new ProcessBuilder("bash", project.resolve(".ci/run").toString()).redirectErrorStream(true);
    builder.environment().merge("PATH", bin.toString(), (path, first) -> first + ":" + path);
    builder.environment().put("CI_WITHOUT_SHELLS", "1"); // A test installs nothing.
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(output).isTrue();
    return new Ran(process.exitValue(), output);
  }
}
