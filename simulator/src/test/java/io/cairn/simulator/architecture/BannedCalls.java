package io.cairn.simulator.architecture;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

/** What no code outside a seam's implementation may call, with what to use instead. */
final class BannedCalls extends ArchCondition<JavaClass> {
  private static final String ANY = "*";
  private static final String NEW = "<init>";
  private static final String TIME = "take a Clock, or let the time be handed in";
  private static final String THREADS = "take EventLoops, or be called on a loop";
  private static final String CHANCE = "take a RandomSource, split for this purpose";
  private static final String FILES = "take Files";
  private static final String SETTINGS = "take it as a value of the configuration; main and the config loader alone look at the environment";
  private static final String ORDER = "use an order that does not change from JVM to JVM";
  private static final String EXIT = "report a failure to the node; only main ends a process";

  private record Ban(String owner, Set<String> members, String remedy) {}

  private static final List<Ban> BANS = List.of(
      new Ban("java.lang.System", Set.of("nanoTime", "currentTimeMillis"), TIME),
      new Ban("java.lang.System", Set.of("getenv", "getProperty", "getProperties", "setProperty", "clearProperty"), SETTINGS),
      new Ban("java.lang.System", Set.of("identityHashCode"), ORDER),
      new Ban("java.lang.System", Set.of("exit"), EXIT),
      new Ban("java.lang.Boolean", Set.of("getBoolean"), SETTINGS),
      new Ban("java.lang.Integer", Set.of("getInteger"), SETTINGS),
      new Ban("java.lang.Long", Set.of("getLong"), SETTINGS),
      new Ban("java.lang.Runtime", Set.of("exit", "halt", "addShutdownHook"), EXIT),
      new Ban("java.time.Instant", Set.of("now"), TIME),
      new Ban("java.time.LocalDate", Set.of("now"), TIME),
      new Ban("java.time.LocalTime", Set.of("now"), TIME),
      new Ban("java.time.LocalDateTime", Set.of("now"), TIME),
      new Ban("java.time.OffsetDateTime", Set.of("now"), TIME),
      new Ban("java.time.ZonedDateTime", Set.of("now"), TIME),
      new Ban("java.time.Clock", Set.of("system", "systemUTC", "systemDefaultZone", "tickMillis", "tickSeconds", "tickMinutes"), TIME),
      new Ban("java.util.Date", Set.of(NEW), TIME),
      new Ban("java.util.Calendar", Set.of("getInstance"), TIME),
      new Ban("java.lang.Thread", Set.of(NEW, "sleep", "ofVirtual", "ofPlatform", "start", "startVirtualThread", "onSpinWait", "yield"),
          THREADS),
      new Ban("java.util.Timer", Set.of(NEW), THREADS),
      new Ban("java.util.concurrent.Executors", Set.of(ANY), THREADS),
      new Ban("java.util.concurrent.ForkJoinPool", Set.of(ANY), THREADS),
      new Ban("java.util.concurrent.ThreadPoolExecutor", Set.of(NEW), THREADS),
      new Ban("java.util.concurrent.ScheduledThreadPoolExecutor", Set.of(NEW), THREADS),
      new Ban("java.util.concurrent.CompletableFuture", Set.of("orTimeout", "completeOnTimeout", "delayedExecutor"), THREADS),
      new Ban("java.util.Random", Set.of(NEW), CHANCE),
      new Ban("java.util.SplittableRandom", Set.of(NEW), CHANCE),
      new Ban("java.util.concurrent.ThreadLocalRandom", Set.of(ANY), CHANCE),
      new Ban("java.util.random.RandomGenerator", Set.of("of", "getDefault"), CHANCE),
      new Ban("java.security.SecureRandom", Set.of(NEW, "getInstance", "getInstanceStrong"), CHANCE),
      new Ban("java.lang.Math", Set.of("random"), CHANCE),
      new Ban("java.lang.StrictMath", Set.of("random"), CHANCE),
      new Ban("java.util.UUID", Set.of("randomUUID"), CHANCE),
      new Ban("java.util.Collections", Set.of("shuffle"), CHANCE),
      new Ban("java.nio.file.Files", Set.of(ANY), FILES),
      new Ban("java.nio.channels.FileChannel", Set.of(ANY), FILES),
      new Ban("java.nio.channels.AsynchronousFileChannel", Set.of(ANY), FILES),
      new Ban("java.io.File", Set.of(ANY), FILES),
      new Ban("java.io.RandomAccessFile", Set.of(ANY), FILES),
      new Ban("java.io.FileInputStream", Set.of(ANY), FILES),
      new Ban("java.io.FileOutputStream", Set.of(ANY), FILES),
      new Ban("java.io.FileReader", Set.of(ANY), FILES),
      new Ban("java.io.FileWriter", Set.of(ANY), FILES),
      new Ban("java.util.Collection", Set.of("parallelStream"), ORDER),
      new Ban("java.util.stream.BaseStream", Set.of("parallel"), ORDER));

  BannedCalls() {
    super("take what they need from the machine through the seams");
  }

  @Override
  public void check(JavaClass user, ConditionEvents events) {
    for (JavaAccess<?> access : user.getAccessesFromSelf()) {
      String remedy = remedy(access.getTarget());
      if (remedy != null) {
        events.add(SimpleConditionEvent.violated(user, access.getDescription() + ": " + remedy));
      }
    }
  }

  private static String remedy(AccessTarget target) {
    if (isAsyncWithoutExecutor(target)) {
      return "runs on a pool of the JVM; hand over an executor";
    }
    for (Ban ban : BANS) {
      boolean named = ban.members.contains(ANY) || ban.members.contains(target.getName());
      if (named && (target.getOwner().getName().equals(ban.owner) || isMethodOf(target, ban.owner))) {
        return ban.remedy;
      }
    }
    return null;
  }

  /** A method called on a subclass is that of its superclass; a constructor of a subclass is not. */
  private static boolean isMethodOf(AccessTarget target, String owner) {
    return !target.getName().equals(NEW) && target.getOwner().isAssignableTo(owner);
  }

  private static boolean isAsyncWithoutExecutor(AccessTarget target) {
    if (!(target instanceof AccessTarget.CodeUnitAccessTarget call) || !target.getName().endsWith("Async")) {
      return false;
    }
    boolean ofFuture = target.getOwner().isAssignableTo("java.util.concurrent.CompletionStage");
    return ofFuture && call.getRawParameterTypes().stream().noneMatch(type -> type.getName().equals(Executor.class.getName()));
  }
}
