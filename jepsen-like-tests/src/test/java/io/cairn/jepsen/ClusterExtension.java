package io.cairn.jepsen;

import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Runs a cluster for a test class and those nested in it; a test may have it as a parameter. When a test fails, the nodes' logs are kept
 * under {@code target/failed-clusters}. When all have passed, no node may have logged an error: whatever clients and faults do, that word
 * is for what a person must look at.
 */
final class ClusterExtension implements BeforeAllCallback, AfterAllCallback, AfterEachCallback, ParameterResolver {
  private static final Path KEPT = Path.of("target", "failed-clusters");

  private final Supplier<LocalCluster> make;
  private final List<String> expectedErrors;
  private LocalCluster cluster;
  private boolean failed;

  /** @param expectedErrors parts of lines that may be logged as errors, because a test causes them */
  ClusterExtension(Supplier<LocalCluster> make, String... expectedErrors) {
    this.make = make;
    this.expectedErrors = List.of(expectedErrors);
  }

  LocalCluster cluster() {
    return cluster;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    if (isNested(context)) {
      return;
    }
    cluster = make.get();
    try {
      cluster.start();
    } catch (RuntimeException e) {
      cluster.keepLogs(KEPT.resolve(context.getDisplayName()));
      cluster.close();
      cluster = null;
      throw e;
    }
  }

  /** After the methods that the class itself has for this: what they find is a failure of the test, too. */
  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      failed = true;
      cluster.keepLogs(KEPT.resolve(context.getRequiredTestClass().getSimpleName() + "." + context.getRequiredTestMethod().getName()));
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (cluster == null || isNested(context)) {
      return;
    }
    try {
      if (!failed) {
        requireNoErrors(context);
      }
    } finally {
      cluster.close();
    }
  }

  /** Then the class around it has begun, and is not over. */
  private static boolean isNested(ExtensionContext context) {
    return context.getRequiredTestClass().isAnnotationPresent(Nested.class);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == LocalCluster.class;
  }

  @Override
  public LocalCluster resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return cluster;
  }

  private void requireNoErrors(ExtensionContext context) {
    for (KvdNode node : cluster.nodes()) {
      for (String line : node.log().lines().toList()) {
        boolean error = line.contains(" ERROR ") || line.contains("Exception");
        if (error && expectedErrors.stream().noneMatch(line::contains)) {
          cluster.keepLogs(KEPT.resolve(context.getDisplayName()));
          throw new AssertionError(node + " logged an error: " + line);
        }
      }
    }
  }
}
