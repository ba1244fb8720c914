package io.cairn.protocol.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HexFormat;
import java.util.SplittableRandom;

/**
 * Feeds inputs to a reader of bytes. Each is made from the seed and its number alone, so a failure names the two and replays by
 * {@code -Dcairn.fuzz.seed=S -Dcairn.fuzz.first=N -Dcairn.fuzz.inputs=1}. What each one makes its reader allocate is measured, and is
 * bounded by its own length.
 */
public final class Fuzz {

  /** Makes the input of one number. */
  public interface Inputs {
    byte[] next(SplittableRandom random);
  }

  /** Reads one input. */
  public interface Reader {
    /**
     * Whatever is thrown but a refusal of the kind that the reader promises fails the test; the caller turns those into false.
     *
     * @param random for what belongs to how the input is read, such as where it is cut
     * @return whether the input was taken
     */
    boolean read(byte[] input, SplittableRandom random) throws Exception;
  }

  /**
   * How much memory reading an input may take.
   *
   * @param fixed bytes that any input may cost: the reader itself, an exception with its message
   * @param each bytes more for each byte of the input
   */
  public record Bound(long fixed, long each) {
    long of(int inputBytes) {
      return fixed + each * inputBytes;
    }
  }

  /** How a run went. */
  public record Outcome(long taken, long refused) {}

  private static final long SEED = Long.getLong("cairn.fuzz.seed", 20_261_121L);
  private static final int FIRST = Integer.getInteger("cairn.fuzz.first", 0);
  private static final int INPUTS = Integer.getInteger("cairn.fuzz.inputs", 0);
  /** The first reading of an input may load classes and link strings; what it costs for good shows in a later one. */
  private static final int READINGS = 4;
  private static final int SHOWN_BYTES = 300;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final String name;
  private final Bound bound;
  private long mostAllocated;
  private int mostAllocatedFor;

  private Fuzz(String name, Bound bound) {
    this.name = name;
    this.bound = bound;
  }

  /** Runs so many inputs, and says so on standard output. */
  public static Outcome run(String name, int inputs, Bound bound, Inputs maker, Reader reader) {
    return new Fuzz(name, bound).run(INPUTS > 0 ? INPUTS : inputs, maker, reader);
  }

  private Outcome run(int inputs, Inputs maker, Reader reader) {
    long taken = 0;
    long began = System.nanoTime();
    for (int number = FIRST; number < FIRST + inputs; number++) {
      var random = new SplittableRandom(SEED * 0x9E3779B97F4A7C15L + number);
      byte[] input = maker.next(random);
      taken += read(number, input, random, reader) ? 1 : 0;
    }
    System.out.printf("fuzz %s: seed %d, %,d inputs in %d ms, %,d taken, %,d refused; most allocated: %,d bytes for an input of %,d%n",
        name, SEED, inputs, (System.nanoTime() - began) / 1_000_000, taken, inputs - taken, mostAllocated, mostAllocatedFor);
    return new Outcome(taken, inputs - taken);
  }

  private boolean read(int number, byte[] input, SplittableRandom random, Reader reader) {
    long most = bound.of(input.length);
    SplittableRandom again = random.split();
    long allocated = Long.MAX_VALUE;
    boolean taken = false;
    for (int reading = 0; reading < READINGS && allocated > most; reading++) {
      SplittableRandom same = again.split();
      long before = THREADS.getCurrentThreadAllocatedBytes();
      try {
        taken = reader.read(input, same);
      } catch (Throwable e) {
        throw new AssertionError(told(number, input), e);
      }
      allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    }
    if (allocated > most) {
      throw new AssertionError(told(number, input) + " made its reader allocate " + allocated + " bytes, at most " + most + " may be");
    }
    if (allocated > mostAllocated) {
      mostAllocated = allocated;
      mostAllocatedFor = input.length;
    }
    return taken;
  }

  private String told(int number, byte[] input) {
    int shown = Math.min(input.length, SHOWN_BYTES);
    return "fuzz " + name + ", seed " + SEED + ", input " + number + " of " + input.length + " bytes ("
        + HexFormat.of().formatHex(input, 0, shown) + (shown < input.length ? "..." : "") + ")";
  }
}
