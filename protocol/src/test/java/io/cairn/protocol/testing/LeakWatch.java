package io.cairn.protocol.testing;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Makes a leaked buffer fail the build, in every module whose tests touch Netty: after each class the collector runs and the
 * detector is asked; a leak ends the JVM of the tests with a status of its own once all of them have run. (A listener cannot fail a
 * test, and a detector that only writes to a log is green.) Found by the test platform through {@code META-INF/services}.
 */
public final class LeakWatch implements TestExecutionListener {

  /** How the JVM of the tests ends. */
  static final int STATUS = 97;
  private static final long COLLECTED_MILLIS_MAX = 10_000;

  private final List<String> leaks = new ArrayList<>();

  @Override
  public void testPlanExecutionStarted(TestPlan plan) {
    if (ResourceLeakDetector.getLevel() != ResourceLeakDetector.Level.PARANOID) {
      end("these tests run with leak detection " + ResourceLeakDetector.getLevel() + "; surefire's argLine must keep ${cairn.test.jvm}");
    }
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (test.isContainer() && test.getSource().orElse(null) instanceof ClassSource source) {
      for (String leak : sweep()) {
        leaks.add("by the end of " + source.getClassName() + ": " + leak);
      }
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    leaks.addAll(sweep());
    if (!leaks.isEmpty()) {
      end(leaks.size() + " buffers leaked (JV-01, A-10)\n" + String.join("\n", leaks));
    }
  }

  /** Collects what nobody refers to, and says which buffers among it were never released. */
  static List<String> sweep() {
    // What a collection finds is queued in the background, one find after the other: when the second one's is, the first one's all are.
    awaitCollection();
    awaitCollection();
    PooledByteBufAllocator.DEFAULT.directBuffer(1).release(); // A detector looks at its finds when it is given a new buffer.
    return LeakRecorder.takeAll();
  }

  private static void awaitCollection() {
    ReferenceQueue<Object> collected = new ReferenceQueue<>();
    PhantomReference<Object> marker = new PhantomReference<>(new Object(), collected);
    System.gc();
    try {
      if (collected.remove(COLLECTED_MILLIS_MAX) != marker) {
        throw new IllegalStateException("nothing was collected within " + COLLECTED_MILLIS_MAX + " ms: leaks would not be seen");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void end(String why) {
    System.err.println("LEAK WATCH: " + why);
    System.err.flush();
    Runtime.getRuntime().halt(STATUS);
  }
}
