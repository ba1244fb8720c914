package io.cairn.simulator.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The rules on compiled classes. The base package is a parameter so that planted classes can be judged by the same rules. */
final class ArchitectureRules {
  /** What the algorithm may use of the JDK: values and collections; no time, thread, lock, input, output or chance. */
  private static final List<String> RAFT_PACKAGES = List.of("java.lang", "java.lang.invoke", "java.lang.runtime", "java.util",
      "java.util.function", "java.util.stream", "java.nio");
  private static final List<String> NOT_FOR_RAFT = List.of("java.lang.Thread", "java.lang.ThreadLocal", "java.lang.Runtime",
      "java.lang.Process", "java.lang.ProcessBuilder", "java.util.Random", "java.util.SplittableRandom", "java.util.Timer", "java.util.Date",
      "java.util.Calendar", "java.util.UUID", "java.util.Scanner", "java.util.ServiceLoader");

  private final String base;

  ArchitectureRules(String base) {
    this.base = base;
  }

  List<ArchRule> all() {
    List<ArchRule> rules = new ArrayList<>();
    for (Module module : Module.values()) {
      rules.add(arrowsOf(module));
    }
    rules.addAll(List.of(raftIsPure(), seamsOnly(), rocksInItsRoom(), nettyInItsRooms(), clientApiIsOurs(), namesSaySomething()));
    return rules;
  }

  ArchRule arrowsOf(Module module) {
    return rule("module " + module.folder + " uses " + (module.uses.isEmpty() ? "no other module" : "only " + module.uses),
        "turn the arrow round, or let the caller hand in what is needed: dependencies point one way (docs/architecture.md)",
        inRoom(module.room),
        dependingOn(target -> isOurs(target) && !room(target).equals(module.room) && !module.uses.contains(room(target))));
  }

  ArchRule raftIsPure() {
    return rule("raft-core knows the JDK's values alone: no time, thread, lock, I/O or randomness of its own",
        "let it come in by step, tick or the settings, and go out by Ready",
        inRoom("raft"),
        dependingOn(target -> !isOurs(target) && !isForRaft(target)));
  }

  ArchRule seamsOnly() {
    return rule("only implementations of the seams call what cannot be simulated",
        "see each line; a new seam implementation is named Jdk..., or lies in a place named in ArchitectureRules.isEdge",
        described("outside of the seams' implementations", type -> isOurs(type) && !isEdge(type)),
        new BannedCalls());
  }

  ArchRule rocksInItsRoom() {
    return rule("org.rocksdb is known in storage.engine alone", "use Engine, and extend it if it cannot do what is needed",
        described("outside of storage.engine", type -> isOurs(type) && !type.getPackageName().equals(base + ".storage.engine")),
        dependingOn(target -> target.getPackageName().startsWith("org.rocksdb")));
  }

  ArchRule nettyInItsRooms() {
    List<String> rooms = List.of("protocol", "server", "client", "simulator");
    // The raw connection of the process tests, and the node that kvctl rehearses with, work on frames, which come as Netty's buffers.
    List<String> frames = List.of(base + ".jepsen.raw", base + ".cli.rehearsal");
    return rule("io.netty is known in " + rooms + " and " + frames + " alone", "use byte[] or java.nio.ByteBuffer",
        described("outside of " + rooms, type -> isOurs(type) && !rooms.contains(room(type)) && !frames.contains(type.getPackageName())),
        dependingOn(target -> target.getPackageName().startsWith("io.netty")));
  }

  ArchRule clientApiIsOurs() {
    return rule("no third-party type shows in the client's API", "give it a type of io.cairn.client, or make the class package-private",
        described("public types of the packages client and below it but core", type -> isApi(type) && (type.getPackageName().equals(base + ".client")
            || apiBelow(type, "services") || apiBelow(type, "recipes") || apiBelow(type, "seams"))),
        new ArchCondition<>("show only types of the JDK and of io.cairn") {
          @Override
          public void check(JavaClass type, ConditionEvents events) {
            checkApi(type, events);
          }
        });
  }

  ArchRule namesSaySomething() {
    return rule("names say what a thing is", "name it by what it does, in the words of docs/glossary.md",
        described("ours", type -> isOurs(type) && !type.getSimpleName().isEmpty()),
        new ArchCondition<>("not be a Manager, Helper, Util, Impl, Base or Abstract, nor lie in util, common or impl") {
          @Override
          public void check(JavaClass type, ConditionEvents events) {
            if (type.getSimpleName().matches(".*(Manager|Helper|Helpers|Util|Utils|Impl)|(Base|Abstract)[A-Z].*")
                || type.getPackageName().matches(".*\\.(util|utils|common|impl|internal|helper)(\\..*)?")) {
              events.add(SimpleConditionEvent.violated(type, type.getName() + " says too little"));
            }
          }
        });
  }

  private boolean apiBelow(JavaClass type, String part) {
    return (type.getPackageName() + ".").startsWith(base + ".client." + part + ".");
  }

  /** Where the real clock, threads, files, chance and environment are touched: implementations of seams, and mains. */
  private boolean isEdge(JavaClass type) {
    String name = outermost(type).getSimpleName();
    String room = room(type);
    String within = type.getPackageName().substring((base + "." + room).length());
    return switch (room) {
      case "platform" -> name.startsWith("Jdk");
      case "protocol" -> within.equals(".transport.netty");
      case "storage" -> within.equals(".engine") && name.startsWith("Rocks");
      case "server" -> within.equals(".main") || within.equals(".logging") || within.equals(".admin");
      case "simulator" -> within.equals(".main");
      case "client" -> name.equals("ClientWiring");
      case "cli", "benchmarks", "jepsen" -> true;
      default -> false;
    };
  }

  private void checkApi(JavaClass type, ConditionEvents events) {
    List<JavaType> shown = new ArrayList<>(type.getInterfaces());
    type.getSuperclass().ifPresent(shown::add);
    report(type, shown, type.getName(), events);
    for (JavaMember member : type.getMembers()) {
      if (!member.getModifiers().contains(JavaModifier.PUBLIC) && !member.getModifiers().contains(JavaModifier.PROTECTED)) {
        continue;
      }
      List<JavaType> types = new ArrayList<>();
      if (member instanceof JavaCodeUnit unit) {
        types.add(unit.getReturnType());
        types.addAll(unit.getParameterTypes());
        types.addAll(unit.getExceptionTypes());
      } else if (member instanceof JavaField field) {
        types.add(field.getType());
      }
      report(type, types, member.getFullName(), events);
    }
  }

  private void report(JavaClass type, List<JavaType> shown, String where, ConditionEvents events) {
    for (JavaType each : shown) {
      for (JavaClass raw : each.getAllInvolvedRawTypes()) {
        JavaClass element = raw.getBaseComponentType();
        boolean wire = element.getPackageName().startsWith(base + ".protocol.wire");
        if (!element.isPrimitive() && !element.getPackageName().startsWith("java.") && (!isOurs(element) || wire)) {
          events.add(SimpleConditionEvent.violated(type, where + " shows " + element.getName()));
        }
      }
    }
  }

  private static boolean isApi(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ArchitectureRules::isApi).orElse(true);
  }

  private static boolean isForRaft(JavaClass target) {
    JavaClass type = target.getBaseComponentType();
    boolean banned = NOT_FOR_RAFT.contains(type.getName());
    return type.isPrimitive() || RAFT_PACKAGES.contains(type.getPackageName()) && !banned;
  }

  private boolean isOurs(JavaClass type) {
    return type.getBaseComponentType().getPackageName().startsWith(base + ".");
  }

  /** The part of the package after the base: which module it is. */
  private String room(JavaClass type) {
    String rest = type.getBaseComponentType().getPackageName().substring(base.length() + 1);
    int dot = rest.indexOf('.');
    return dot < 0 ? rest : rest.substring(0, dot);
  }

  private DescribedPredicate<JavaClass> inRoom(String room) {
    return described("in " + room, type -> isOurs(type) && room(type).equals(room));
  }

  private static JavaClass outermost(JavaClass type) {
    return type.getEnclosingClass().map(ArchitectureRules::outermost).orElse(type);
  }

  private static ArchRule rule(String claim, String remedy, DescribedPredicate<JavaClass> which, ArchCondition<JavaClass> condition) {
    return classes().that(which).should(condition).allowEmptyShould(true).as(claim + ". Remedy: " + remedy);
  }

  private static DescribedPredicate<JavaClass> described(String text, Predicate<JavaClass> predicate) {
    return DescribedPredicate.describe(text, predicate);
  }

  private static ArchCondition<JavaClass> dependingOn(Predicate<JavaClass> forbidden) {
    return new ArchCondition<>("keep to what they may know") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
          if (forbidden.test(dependency.getTargetClass())) {
            events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
          }
        }
      }
    };
  }
}
