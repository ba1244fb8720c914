package io.cairn.raft;

import io.cairn.raft.log.Entry;
import io.cairn.raft.progress.Inflights;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that a replica's future can depend on, as text: two replicas with equal texts answer every input alike. Left out is what
 * does not matter: scratch space, caches of what is said elsewhere, and the numbers of tickets of writes that have ended.
 */
final class StateFingerprint {

  private static final Set<String> LEFT_OUT = Set.of("MajorityQuorum.descending", "ReplicaState.quorum", "ReplicaState.membership",
      "ReplicaState.hardState", "UnstableEntries.lastTicket", "Write.ticket", "ReplicaState.settings", "ReplicaState.leaderEntry",
      "ReplicaState.jitter");
  private static final Map<Class<?>, List<Field>> FIELDS = new HashMap<>();

  private final StringBuilder text = new StringBuilder(512);
  private final IdentityHashMap<Object, Integer> seen = new IdentityHashMap<>();

  static String of(Object... parts) {
    var fingerprint = new StateFingerprint();
    for (Object part : parts) {
      fingerprint.add(part);
    }
    return fingerprint.text.toString();
  }

  private void add(Object value) {
    switch (value) {
      case null -> text.append('-');
      case Number number -> text.append(number).append(',');
      case Boolean flag -> text.append(flag ? 'T' : 'F');
      case Enum<?> constant -> text.append(constant.name()).append(',');
      case Entry entry -> text.append(entry).append(',');
      case Optional<?> optional -> add(optional.orElse(null));
      case Collection<?> elements -> {
        text.append('[');
        elements.forEach(this::add);
        text.append(']');
      }
      case Map<?, ?> map -> {
        text.append('{');
        map.forEach((key, mapped) -> {
          add(key);
          add(mapped);
        });
        text.append('}');
      }
      case Inflights inflights -> addWindow(inflights);
      default -> addObject(value);
    }
  }

  private void addObject(Object value) {
    Class<?> type = value.getClass();
    if (type.isArray()) {
      for (int i = 0; i < Array.getLength(value); i++) {
        Object element = Array.get(value, i);
        if (element != null) {
          add(element);
        }
      }
    } else if (type.getName().startsWith("io.cairn.raft") && !type.isHidden() && !type.isSynthetic()) {
      Integer known = seen.putIfAbsent(value, seen.size());
      if (known != null) {
        text.append('#').append(known);
        return;
      }
      text.append(type.getSimpleName()).append('(');
      for (Field field : fields(type)) {
        add(read(field, value));
      }
      text.append(')');
    }
  }

  /** The ring's unused places hold what was there before. */
  private void addWindow(Inflights inflights) {
    Map<String, Object> parts = new HashMap<>();
    for (Field field : fields(Inflights.class)) {
      parts.put(field.getName(), read(field, inflights));
    }
    long[] lasts = (long[]) parts.get("lasts");
    for (int i = 0; i < (int) parts.get("count"); i++) {
      text.append(lasts[((int) parts.get("head") + i) % lasts.length]).append('^');
    }
  }

  private static Object read(Field field, Object from) {
    try {
      return field.get(from);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Field> fields(Class<?> type) {
    return FIELDS.computeIfAbsent(type, _ -> {
      var fields = new ArrayList<Field>();
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && !LEFT_OUT.contains(type.getSimpleName() + "." + field.getName())) {
          field.setAccessible(true);
          fields.add(field);
        }
      }
      return fields;
    });
  }
}
