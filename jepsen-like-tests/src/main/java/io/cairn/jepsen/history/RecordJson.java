package io.cairn.jepsen.history;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Records as JSON: an object with their components by name. Where a type is sealed, {@code t} says which of its records it is. An empty
 * optional is left out. What names a component that its record does not have, or lacks one, is refused: a history is not half understood.
 */
final class RecordJson {
  private static final String KIND = "t";

  private RecordJson() {}

  static Object toJson(Object value) {
    return switch (value) {
      case Record each -> record(each);
      case List<?> list -> list.stream().map(RecordJson::toJson).toList();
      case Enum<?> each -> each.name();
      default -> value;
    };
  }

  private static Map<String, Object> record(Record record) {
    Map<String, Object> object = new LinkedHashMap<>();
    if (isOfSealed(record.getClass())) {
      object.put(KIND, record.getClass().getSimpleName());
    }
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object value = get(record, component);
      if (!(value instanceof Optional<?> optional)) {
        object.put(component.getName(), toJson(value));
      } else if (optional.isPresent()) {
        object.put(component.getName(), toJson(optional.get()));
      }
    }
    return object;
  }

  private static boolean isOfSealed(Class<?> type) {
    for (Class<?> each : type.getInterfaces()) {
      if (each.isSealed()) {
        return true;
      }
    }
    return false;
  }

  private static Object get(Record record, RecordComponent component) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }

  /** @throws IllegalArgumentException with what does not fit */
  static <T> T fromJson(Object json, Class<T> type) {
    return type.cast(value(json, type));
  }

  private static Object value(Object json, Type type) {
    if (type instanceof ParameterizedType generic) {
      Type of = generic.getActualTypeArguments()[0];
      if (generic.getRawType() == Optional.class) {
        return json == null ? Optional.empty() : Optional.of(value(json, of));
      }
      List<Object> list = new ArrayList<>();
      for (Object each : as(List.class, json, "a list")) {
        list.add(value(each, of));
      }
      return List.copyOf(list);
    }
    Class<?> plain = (Class<?>) type;
    if (plain == long.class || plain == Long.class) {
      return as(Long.class, json, "a number");
    } else if (plain == int.class) {
      return Math.toIntExact(as(Long.class, json, "a number"));
    } else if (plain == boolean.class) {
      return as(Boolean.class, json, "true or false");
    } else if (plain == String.class) {
      return as(String.class, json, "a string");
    } else if (plain.isEnum()) {
      return constant(plain, as(String.class, json, "a name"));
    }
    return object(as(Map.class, json, "an object"), plain);
  }

  private static <T> T as(Class<T> type, Object json, String due) {
    if (!type.isInstance(json)) {
      throw new IllegalArgumentException("there should be " + due + ", there is " + json);
    }
    return type.cast(json);
  }

  private static Object constant(Class<?> type, String name) {
    for (Object each : type.getEnumConstants()) {
      if (((Enum<?>) each).name().equals(name)) {
        return each;
      }
    }
    throw new IllegalArgumentException("there is no " + type.getSimpleName() + " " + name);
  }

  private static Object object(Map<?, ?> json, Class<?> type) {
    Map<Object, Object> left = new LinkedHashMap<>(json);
    Class<?> record = type.isSealed() ? named(type, left.remove(KIND)) : type;
    if (isOfSealed(record)) {
      left.remove(KIND);
    }
    RecordComponent[] components = record.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      Object part = left.remove(components[i].getName());
      if (part == null && types[i] != Optional.class) {
        throw new IllegalArgumentException(record.getSimpleName() + " lacks " + components[i].getName() + ": " + json);
      }
      values[i] = value(part, components[i].getGenericType());
    }
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(record.getSimpleName() + " has no " + left.keySet() + ": " + json);
    }
    try {
      return record.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Class<?> named(Class<?> type, Object name) {
    for (Class<?> each : type.getPermittedSubclasses()) {
      if (each.getSimpleName().equals(name)) {
        return each;
      }
    }
    throw new IllegalArgumentException("there is no " + type.getSimpleName() + " of the kind " + name);
  }
}
