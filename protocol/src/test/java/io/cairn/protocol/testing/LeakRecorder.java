package io.cairn.protocol.testing;

import io.netty.util.ResourceLeakDetector;
import java.util.ArrayList;
import java.util.List;

/**
 * Netty's leak detector that keeps what it finds instead of logging it, where nobody would look. Netty makes one for each kind of
 * buffer, because {@code io.netty.customResourceLeakDetector} in the tests' JVM says so; {@link LeakWatch} asks all of them.
 */
public final class LeakRecorder<T> extends ResourceLeakDetector<T> {

  private static final List<String> FOUND = new ArrayList<>();

  /** How Netty makes it. */
  public LeakRecorder(Class<?> resourceType, int samplingInterval) {
    super(resourceType, samplingInterval);
  }

  /** How older versions made it; Netty logs an error when it is not there. */
  @SuppressWarnings("deprecation")
  public LeakRecorder(Class<?> resourceType, int samplingInterval, long maxActive) {
    super(resourceType, samplingInterval, maxActive);
  }

  /** Every leak found so far, with where the buffer was made and touched; they are forgotten here. */
  static List<String> takeAll() {
    synchronized (FOUND) {
      List<String> found = List.copyOf(FOUND);
      FOUND.clear();
      return found;
    }
  }

  @Override
  protected boolean needReport() {
    return true;
  }

  @Override
  protected void reportTracedLeak(String resourceType, String records) {
    found(resourceType + " was collected and never released." + records);
  }

  @Override
  protected void reportUntracedLeak(String resourceType) {
    found(resourceType + " was collected and never released; the detector's level is too low to say where it was made");
  }

  private static void found(String leak) {
    synchronized (FOUND) {
      FOUND.add(leak);
    }
  }
}
