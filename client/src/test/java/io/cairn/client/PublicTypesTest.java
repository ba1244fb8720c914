package io.cairn.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.lang.reflect.GenericArrayType;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Walks the class files of the packages that applications see. */
class PublicTypesTest {

  @Test
  void noTypeOfAnotherLibraryShowsInThePublicApi() throws Exception {
    Set<String> seen = new TreeSet<>();
    List<String> foreign = new ArrayList<>();
    int types = 0;
    for (Class<?> type : publicTypes()) {
      types++;
      for (Type used : exposedBy(type)) {
        collect(used, seen);
      }
      for (String name : seen) {
        boolean own = name.startsWith("java.") || name.matches("io\\.cairn\\.client\\.((services|recipes|seams|who)\\.([a-z]+\\.)?)?[A-Z].*") || !name.contains(".");
        if (!own) {
          foreign.add(type.getSimpleName() + " shows " + name);
        }
      }
      seen.clear();
    }
    assertThat(foreign).isEmpty();
    assertThat(types).isGreaterThan(20);
  }

  @Test
  void theWalkFindsAForeignTypeWhereThereIsOne() {
    Set<String> seen = new TreeSet<>();
    for (Type used : exposedBy(io.cairn.client.core.ClientSettings.class)) {
      collect(used, seen);
    }
    assertThat(seen).contains("io.cairn.protocol.transport.HostPort");
  }

  private static List<Class<?>> publicTypes() throws IOException, URISyntaxException, ClassNotFoundException {
    Path classes = Path.of(KvClient.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> types = new ArrayList<>();
    for (String folder : List.of("io/cairn/client", "io/cairn/client/services", "io/cairn/client/services/choosers",
        "io/cairn/client/services/health", "io/cairn/client/recipes", "io/cairn/client/seams", "io/cairn/client/who")) {
      try (Stream<Path> files = Files.list(classes.resolve(folder))) {
        for (Path file : (Iterable<Path>) files.sorted()::iterator) {
          String name = file.getFileName().toString();
          if (name.endsWith(".class") && !name.equals("package-info.class")) {
            Class<?> type = Class.forName(folder.replace('/', '.') + "." + name.substring(0, name.length() - 6));
            if (Modifier.isPublic(type.getModifiers())) {
              types.add(type);
            }
          }
        }
      }
    }
    return types;
  }

  private static List<Type> exposedBy(Class<?> type) {
    List<Type> exposed = new ArrayList<>(List.of(type.getGenericInterfaces()));
    if (type.getGenericSuperclass() != null) {
      exposed.add(type.getGenericSuperclass());
    }
    for (Field field : type.getDeclaredFields()) {
      if (isVisible(field.getModifiers())) {
        exposed.add(field.getGenericType());
      }
    }
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      addSignature(constructor, exposed);
    }
    for (Method method : type.getDeclaredMethods()) {
      if (isVisible(method.getModifiers())) {
        exposed.add(method.getGenericReturnType());
      }
      addSignature(method, exposed);
    }
    return exposed;
  }

  private static void addSignature(Executable executable, List<Type> exposed) {
    if (isVisible(executable.getModifiers())) {
      exposed.addAll(List.of(executable.getGenericParameterTypes()));
      exposed.addAll(List.of(executable.getGenericExceptionTypes()));
    }
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static void collect(Type type, Set<String> names) {
    if (type instanceof Class<?> plain) {
      Class<?> element = plain;
      while (element.isArray()) {
        element = element.getComponentType();
      }
      names.add(element.getName());
    } else if (type instanceof ParameterizedType parameterized) {
      collect(parameterized.getRawType(), names);
      for (Type argument : parameterized.getActualTypeArguments()) {
        collect(argument, names);
      }
    } else if (type instanceof WildcardType wildcard) {
      for (Type bound : wildcard.getUpperBounds()) {
        collect(bound, names);
      }
    } else if (type instanceof GenericArrayType array) {
      collect(array.getGenericComponentType(), names);
    }
  }
}
