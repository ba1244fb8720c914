package io.cairn.simulator.main;

import io.cairn.simulator.swarm.Swarm;
import io.cairn.simulator.swarm.SwarmOptions;
import io.cairn.simulator.swarm.SwarmResult;
public final class Sim {
  public static void main(String[] a) {
    ((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger("ROOT")).setLevel(ch.qos.logback.classic.Level.OFF);
    long t = System.nanoTime(); long ev = 0; int passed = 0, failed = 0;
    java.util.EnumMap<io.cairn.simulator.mark.Mark, Long> marks = new java.util.EnumMap<>(io.cairn.simulator.mark.Mark.class);
    java.util.EnumMap<io.cairn.simulator.crash.CrashPoint, Long> cr = new java.util.EnumMap<>(io.cairn.simulator.crash.CrashPoint.class);
    for (long seed = Long.parseLong(a[0]); seed <= Long.parseLong(a[1]); seed++) {
      SwarmOptions o = SwarmOptions.draw(seed);
      try {
        long t0 = System.nanoTime();
        SwarmResult r = Swarm.run(o, Swarm.plan(o));
        System.out.println(r + " ms=" + (System.nanoTime() - t0) / 1000000);
        ev += r.events(); passed++;
        r.marks().forEach((m, c) -> marks.merge(m, c, Long::sum));
        r.crashes().forEach((m, c) -> cr.merge(m, c, Long::sum));
      } catch (RuntimeException e) {
        failed++;
        System.out.println("FAILED " + e.getMessage() + "\n  " + o);
        if (a.length > 2) { e.printStackTrace(System.out); Swarm.plan(o).forEach(System.out::println); }
      }
    }
    System.out.println(marks);
    for (var m : io.cairn.simulator.mark.Mark.values()) if (!marks.containsKey(m)) System.out.println("not reached " + m);
    for (var m : io.cairn.simulator.crash.CrashPoint.values()) if (!cr.containsKey(m)) System.out.println("no crash at " + m);
    System.out.printf("%d events/s%n", ev * 1000000000L / (System.nanoTime() - t));
    System.out.println(passed + " passed, " + failed + " failed");
  }
}
