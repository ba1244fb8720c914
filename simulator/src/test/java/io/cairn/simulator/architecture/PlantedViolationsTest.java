package io.cairn.simulator.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.cairn.simulator.architecture.SourceRules.Source;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule can fail: classes and sources that break it on purpose are found, and those that do not are not (TI-04). */
class PlantedViolationsTest {
  private static final String PLANTED = "io.cairn.simulator.architecture.planted";
  private static final JavaClasses CLASSES = new ClassFileImporter().importPackages(PLANTED);

  private final ArchitectureRules rules = new ArchitectureRules(PLANTED);

  private static List<String> violations(ArchRule rule) {
    return rule.evaluate(CLASSES).getFailureReport().getDetails();
  }

  private static SourceRules source(String text) {
    return new SourceRules(List.of(new Source("planted/Thing.java", text)));
  }

  @Test
  void moduleThatUsesWhatItMayNot() {
    assertThat(violations(rules.arrowsOf(Module.RAFT_CORE))).isNotEmpty()
        .allMatch(line -> line.contains("KnowsStorage") && line.contains("RocksUser"));
    assertThat(violations(rules.arrowsOf(Module.CLI))).isNotEmpty().allMatch(line -> line.contains("RocksUser"));
    assertThat(violations(rules.arrowsOf(Module.SERVER))).isEmpty();
    assertThat(rules.arrowsOf(Module.CLI).getDescription()).contains("Remedy:");
  }

  @Test
  void algorithmWithThreadsLocksOrRandomnessOfItsOwn() {
    List<String> found = violations(rules.raftIsPure());

    assertThat(found).anyMatch(line -> line.contains("ReentrantLock")).anyMatch(line -> line.contains("java.util.Random"))
        .anyMatch(line -> line.contains("java.lang.Thread")).noneMatch(line -> line.contains("PureRaft "))
        .noneMatch(line -> line.contains("raft.PureRaft"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nanoTime", "methodReference", "constructorReference", "inLambda", "instant", "thread", "threadBySubclass",
      "virtualThread", "timer", "executors", "commonPool", "async", "thenAsync", "timeout", "threadLocalRandom", "mathRandom", "uuid",
      "files", "channel", "stream", "property", "identity", "parallelStream", "parallel", "exit"})
  void callOfWhatCannotBeSimulated(String method) {
    assertThat(violations(rules.seamsOnly())).anyMatch(line -> line.contains("MachineUser." + method + "("));
  }

  @Test
  void implementationsOfSeamsAndMainsMay_othersMayNot() {
    assertThat(violations(rules.seamsOnly()))
        .anyMatch(line -> line.contains("NotJdk"))
        .noneMatch(line -> line.contains("JdkThing"))
        .noneMatch(line -> line.contains("RocksUser"))
        .noneMatch(line -> line.contains("main.Start"))
        .noneMatch(line -> line.contains("allowedAsync"));
  }

  @Test
  void rocksOutsideItsRoom() {
    assertThat(violations(rules.rocksInItsRoom())).isNotEmpty().allMatch(line -> line.contains("StrayRocksUser"));
  }

  @Test
  void nettyOutsideItsRooms() {
    assertThat(violations(rules.nettyInItsRooms())).isNotEmpty().allMatch(line -> line.contains("StrayRocksUser"));
  }

  @Test
  void clientThatShowsOthersTypes() {
    assertThat(violations(rules.clientApiIsOurs())).hasSize(3)
        .anyMatch(line -> line.contains("shownField shows io.netty"))
        .anyMatch(line -> line.contains("shownInGenerics() shows io.netty.buffer.ByteBuf"))
        .anyMatch(line -> line.contains("shownAsParameter") && line.contains("shows io.netty.channel.Channel"));
  }

  @Test
  void namesThatSayNothing() {
    assertThat(violations(rules.namesSaySomething())).isNotEmpty().allMatch(line -> line.contains("util."));
  }

  @Test
  void longMethodAndLongFile() {
    String line = "    int a;\n";
    SourceRules atTheLimit = source("class Thing {\n  void f() {\n" + line.repeat(68) + "  }\n}\n");
    SourceRules beyond = source("class Thing {\n  void f() {\n" + line.repeat(69) + "  }\n" + "\n".repeat(600) + "}\n");

    assertThat(atTheLimit.longMethods()).isEmpty();
    assertThat(atTheLimit.longFiles()).isEmpty();
    assertThat(beyond.longMethods()).containsExactly("planted/Thing.java:2 f has 71 lines, 70 are allowed: give its steps names");
    assertThat(beyond.longFiles()).hasSize(1).first().asString().contains("600 are allowed");
  }

  @Test
  void locksInSources() {
    assertThat(source("class T { synchronized void f() {} }").locks()).hasSize(1);
    assertThat(source("class T { void f() { synchronized (this) {} } }").locks()).hasSize(1);
    assertThat(source("class T { volatile int a; }").locks()).hasSize(1);
    assertThat(source("class T { int a; /* synchronized */ }").locks()).isEmpty();
  }

  @Test
  void sleepInSources() {
    assertThat(source("class T { void f() { Thread.sleep(1); } }").calls("Thread.sleep", "do not")).hasSize(1);
    assertThat(source("class T { void f() { java.lang.Thread.sleep(1); } }").calls("Thread.sleep", "do not")).hasSize(1);
    assertThat(source("class T { void f() { sleep(1); } String s = \"Thread.sleep(1)\"; }").calls("Thread.sleep", "do not")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "Map<K, V> m = new HashMap<>(); void f() { for (var e : m.entrySet()) {} }",
      "Set<K> m = Set.of(1, 2); void f() { for (var e : m) {} }",
      "Set<K> m = Set.copyOf(list); void f() { m.forEach(this::g); }",
      "Map<K, V> m = Map.of(1, 2); void f() { this.m.values().stream(); }",
      "Set<K> m = ConcurrentHashMap.newKeySet(); void f() { m.iterator(); }",
      "void f() { var m = new HashSet<String>(); new ArrayList<>(m.stream().toList()); }"})
  void walkOverACollectionWithoutOrder(String body) {
    assertThat(source("class T { " + body + " }").unorderedWalks()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "Map<K, V> m = new TreeMap<>(); void f() { for (var e : m.entrySet()) {} }",
      "Set<K> m = new LinkedHashSet<>(); void f() { m.forEach(this::g); }",
      "Map<K, V> m = new HashMap<>(); void f() { m.get(1); m.put(1, 2); m.size(); }",
      "List<K> m = List.of(1, 2); void f() { for (var e : m) {} }"})
  void walkOverACollectionWithAnOrderIsFine(String body) {
    assertThat(source("class T { " + body + " }").unorderedWalks()).isEmpty();
  }

  @Test
  void packageWithoutATour() {
    assertThat(SourceRules.packagesWithoutTour(Set.of("a", "b"), Set.of("a"))).hasSize(1).first().asString()
        .startsWith("b has no package-info.java");
  }
}
